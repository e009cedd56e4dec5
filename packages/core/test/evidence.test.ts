import { describe, expect, it } from 'vitest';
import { FAILED, IGNORED_CALL, SLOW, TIMEOUT } from '../src/bits.ts';
import { Evidence, isTimeout, REMEMBERED_CALLS, type TopError } from '../src/evidence.ts';

/** The bits of a call, by the letter that it becomes. */
const WAS = { o: 0, e: FAILED, t: FAILED | TIMEOUT, s: SLOW, x: IGNORED_CALL };

function evidence(...errors: unknown[]): Evidence {
  const seen = new Evidence(0);
  for (const error of errors) seen.add(WAS.e, error);
  return seen;
}
function shown(error: unknown): TopError | undefined {
  return evidence(error).topErrors()[0];
}
const message = (text: string): string | undefined => shown(new Error(text))?.message;
const named = (name: string): Error => Object.assign(new Error('m'), { name });

describe('the last outcomes', () => {
  it('are a letter a call, oldest first', () => {
    const seen = new Evidence(0);
    expect(seen.outcomes()).toBe('');
    for (const letter of ['o', 'e', 't', 's', 'x'] as const) seen.add(WAS[letter]);
    expect(seen.outcomes()).toBe('oetsx');
  });

  it('say failed before slow', () => {
    const seen = new Evidence(0);
    for (const bits of [FAILED | SLOW, FAILED | SLOW | TIMEOUT, SLOW]) seen.add(bits);
    expect(seen.outcomes()).toBe('ets');
  });

  it('can be asked for the newest only', () => {
    const seen = new Evidence(0);
    for (const letter of ['o', 'e', 't', 's', 'x'] as const) seen.add(WAS[letter]);
    expect([seen.outcomes(0), seen.outcomes(2), seen.outcomes(9)]).toEqual(['', 'sx', 'oetsx']);
  });

  it('begin with the good calls that came before the first that was not', () => {
    const seen = new Evidence(3);
    expect(seen.outcomes()).toBe('ooo');
    seen.add(WAS.e);
    expect(seen.outcomes()).toBe('oooe');
  });

  it.each([99, 100, 101, 1_000_000])('are a hundred at most, after %d good ones as well', (earlier) => {
    const seen = new Evidence(earlier);
    seen.add(WAS.e);
    seen.add(WAS.t);
    expect(REMEMBERED_CALLS).toBe(100);
    expect(seen.outcomes()).toBe(`${'o'.repeat(98)}et`);
  });

  it('forget the oldest first, time and again', () => {
    const seen = new Evidence(0);
    for (let i = 0; i < 250; i++) seen.add(WAS[i % 10 === 0 ? 'x' : 'o']);
    expect(seen.outcomes()).toBe('xooooooooo'.repeat(10));
    expect(seen.outcomes(1_000)).toHaveLength(100);
  });
});

describe('the top errors', () => {
  it('are told apart by name and code, most frequent first, and show the newest message', () => {
    const refused = (text: string): Error => Object.assign(new Error(text), { code: 'ECONNREFUSED' });
    const reset = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
    const seen = evidence(new TypeError('bad'), refused('first'), reset, refused('second'));
    expect(seen.topErrors()).toEqual([
      { name: 'Error', code: 'ECONNREFUSED', message: 'second', count: 2 },
      { name: 'TypeError', message: 'bad', count: 1 },
      { name: 'Error', code: 'ECONNRESET', message: 'reset', count: 1 },
    ]);
    expect(Object.keys(seen.topErrors()[1] ?? {})).not.toContain('code');
  });

  it('are those of failures and timeouts only', () => {
    const seen = new Evidence(0);
    for (const letter of ['o', 's', 'x'] as const) seen.add(WAS[letter], named(letter));
    expect(seen.topErrors()).toEqual([]);
    seen.add(WAS.t, named('Late'));
    seen.add(WAS.o);
    expect(seen.topErrors()).toEqual([{ name: 'Late', message: 'm', count: 1 }]);
  });

  it('are counted among the calls that are asked for', () => {
    const seen = evidence(named('A'), named('A'), named('B'));
    expect(seen.topErrors(2).map(({ name, count }) => [name, count])).toEqual([
      ['A', 1],
      ['B', 1],
    ]);
    expect(seen.topErrors(1).map(({ name }) => name)).toEqual(['B']);
  });

  it('are gone with the calls that brought them', () => {
    const seen = evidence(named('A'));
    for (let i = 0; i < 100; i++) seen.add(WAS.o);
    expect(seen.topErrors()).toEqual([]);
  });

  it('are five at most', () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    const seen = evidence(...names.map(named), named('F'));
    expect(seen.topErrors().map(({ name }) => name)).toEqual(['F', 'A', 'B', 'C', 'D']);
  });

  it('are told apart up to fifteen kinds; the others are counted together', () => {
    const seen = new Evidence(0);
    for (let i = 0; i < 15; i++) seen.add(WAS.e, named(`Kind${i}`));
    expect(seen.topErrors(1)).toEqual([{ name: 'Kind14', message: 'm', count: 1 }]);
    seen.add(WAS.e, Object.assign(new RangeError('one'), { code: 'X' }));
    expect(seen.topErrors(1)).toEqual([{ name: 'others', message: 'one', count: 1 }]);
    seen.add(WAS.t, new SyntaxError('two'));
    seen.add(WAS.e, named('Kind3'));
    expect(seen.topErrors(3)).toEqual([
      { name: 'others', message: 'two', count: 2 },
      { name: 'Kind3', message: 'm', count: 1 },
    ]);
  });

  it('leave their places to errors: what was no failure takes none', () => {
    const seen = new Evidence(0);
    for (let i = 0; i < 20; i++) seen.add(WAS.x, named(`Kind${i}`));
    seen.add(WAS.e, named('A'));
    expect(seen.topErrors()).toEqual([{ name: 'A', message: 'm', count: 1 }]);
  });

  it.each<[unknown, Partial<TopError>]>([
    ['a text', { name: 'string', message: 'a text' }],
    [undefined, { name: 'undefined', message: '' }],
    [null, { name: 'object', message: '' }],
    [5, { name: 'number', message: '' }],
    [function thrown() {}, { name: 'function', message: '' }],
    [
      { name: '', message: 5, code: '' },
      { name: 'object', message: '' },
    ],
    [
      { name: 7, message: 'm', code: 404 },
      { name: 'object', code: '404', message: 'm' },
    ],
    [new DOMException('m', 'AbortError'), { name: 'AbortError', message: 'm' }],
    [
      new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) }),
      { name: 'TypeError', code: 'ENOTFOUND', message: 'fetch failed' },
    ],
    [
      { name: 'Own', code: 'MINE', cause: { code: 'ITS' } },
      { name: 'Own', code: 'MINE', message: '' },
    ],
    [
      { name: 'Own', code: true, cause: { code: 12 } },
      { name: 'Own', code: '12', message: '' },
    ],
  ])('show %o as far as it is one', (error, expected) => {
    expect(shown(error)).toEqual({ ...expected, count: 1 });
  });

  it('survive an error whose every property throws', () => {
    const hostile = new Proxy(
      {},
      {
        get: () => {
          throw new Error('no');
        },
      },
    );
    expect(shown(hostile)).toEqual({ name: 'object', message: '', count: 1 });
  });

  it('keep short what is long', () => {
    const long = 'x'.repeat(1_000);
    const seen = shown({ name: long, code: long, message: long });
    expect([seen?.name, seen?.code, seen?.message].map((text) => text?.length)).toEqual([80, 80, 200]);
    expect(shown(long)?.message).toHaveLength(200);
  });

  it('take out secrets before the message is cut, from its first 400 characters', () => {
    expect(message(`https://h/?${'q'.repeat(300)} rest`)).toBe('https://h/ rest');
    expect(message(`${' '.repeat(399)}ab`)).toBe('a');
  });
});

describe('a message that is shown', () => {
  it.each([
    ['plain words, a@b, 50 % off?', 'plain words, a@b, 50 % off?'],
    ['  trimmed  ', 'trimmed'],
    // Addresses: no user, no query, no fragment; each of several.
    ['GET https://u:p@a.example/x and redis://:pw@b:6379', 'GET https://a.example/x and redis://b:6379'],
    ['to https://a.example/x?k=v&l=w end', 'to https://a.example/x end'],
    ['to https://a.example/x#k=v end', 'to https://a.example/x end'],
    ['h://a/x?1 h://b/y?2', 'h://a/x h://b/y'],
    ['h://a/me@home', 'h://a/me@home'],
    ['h://a b@c', 'h://a b@c'],
    // Schemes of the authorization header.
    ['sent Bearer abc.DEF~1+/-_=', 'sent Bearer ***'],
    ['sent basic   dXNlcg== twice BASIC eA==', 'sent basic *** twice BASIC ***'],
    ['a forebearer abc', 'a forebearer abc'],
    // Words that name a secret.
    ['password=hunter2&user=me', 'password=***&user=me'],
    ['passwd: hunter2, ok', 'passwd: ***, ok'],
    ['pass : hunter2; ok', 'pass : ***; ok'],
    [`{"secret":"abc","n":1}`, `{"secret":***","n":1}`],
    [`{'token' = 'abc'}`, `{'token' = ***'}`],
    ['api_key=1 api-key=2 apikey=3 APIKEY=4', 'api_key=*** api-key=*** apikey=*** APIKEY=***'],
    ['authorization: xyz cookie=a', 'authorization: *** cookie=***'],
    ['mytoken=abc', 'mytoken=abc'],
    ['token abc', 'token abc'],
    // Characters that would move a terminal's cursor or turn the text around.
    ['a\u0000\u001b\u009fb', 'a b'],
    ['a\u200eb\u200fc\u202ad\u202ee\u2066f\u2069g', 'a b c d e f g'],
    ['a\u200db\u2030c', 'a\u200db\u2030c'],
  ])('%j is %j', (given, expected) => {
    expect(message(given)).toBe(expected);
  });
});

describe('a timeout', () => {
  it.each([
    new DOMException('m', 'TimeoutError'),
    named('TimeoutError'),
    { code: 'ETIMEDOUT' },
    { code: 'ESOCKETTIMEDOUT' },
    { code: 'UND_ERR_HEADERS_TIMEOUT' },
    { code: 'ECONNABORTED' },
    { cause: { code: 'UND_ERR_CONNECT_TIMEOUT' } },
  ])('is %o', (error) => {
    expect(isTimeout(error)).toBe(true);
  });

  it.each([
    undefined,
    'TimeoutError',
    new Error('timeout'),
    { code: 'ECONNREFUSED' },
    { code: 'NOT_ECONNABORTED' },
    { code: 'ECONNABORTED_NOT' },
  ])('is not %o', (error) => {
    expect(isTimeout(error)).toBe(false);
  });
});
