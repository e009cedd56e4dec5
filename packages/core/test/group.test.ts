import { describe, expect, it, vi } from 'vitest';
import { consecutiveFailures, createGroup, type Group, OVERFLOW_KEY } from '../src/index.ts';
import { testClock } from './support/clock.ts';
import { times } from './support/property.ts';

function make(max: number): Group {
  return createGroup({ max, configure: () => ({ openWhen: consecutiveFailures(1), clock: testClock() }) });
}

describe('a group', () => {
  it('has one breaker per key, named after it', () => {
    const group = make(10);
    expect(group.get('a')).toBe(group.get('a'));
    expect(group.get('a')).not.toBe(group.get('b'));
    expect([...group].map(({ name }) => name)).toEqual(['a', 'b']);
  });

  it('keys of an object’s prototype are keys like any other', () => {
    const group = make(10);
    for (const key of ['__proto__', 'constructor', '']) group.get(key).acquire().fail();
    expect(group.get('__proto__').state).toBe('open');
    expect(group.get('toString').state).toBe('closed');
    expect(group.size).toBe(4);
  });

  it('forgets the one unused longest when it is full', () => {
    const group = make(3);
    for (const key of ['a', 'b', 'c']) group.get(key);
    group.get('a');
    const gone = vi.fn();
    group.on('breaker-removed', ({ name }) => gone(name));
    group.get('d');
    expect(gone).toHaveBeenCalledExactlyOnceWith('b');
    expect(group.has('a')).toBe(true);
  });

  it('never forgets what is open, busy or forced; further keys share the overflow breaker', () => {
    const group = make(3);
    group.get('open').acquire().fail();
    group.get('busy').acquire();
    group.get('forced').setMode('forced-open');
    const overflow = group.get('one more');
    expect(overflow.name).toBe(OVERFLOW_KEY);
    expect(group.get('and another')).toBe(overflow);
    expect(group.size).toBe(3);
    expect([...group]).toHaveLength(4);
  });

  it('stays bounded over a hundred thousand keys', () => {
    const group = make(100);
    for (let i = 0; i < times(100_000); i++) group.get(`key ${i}`);
    expect(group.size).toBe(100);
  }, 30_000);

  it('serves a default breaker where configure throws, and says so', () => {
    const onError = vi.fn();
    const group = createGroup({
      onError,
      configure: () => {
        throw new Error('no such host');
      },
    });
    expect(group.get('a').state).toBe('closed');
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: 'no such host' }), 'configure');
  });

  it('keys that mean the same share a breaker, named by what they have in common', () => {
    const configure = vi.fn(() => ({}));
    const group = createGroup({ normalizeKey: (host) => host.toLowerCase(), configure });
    const breaker = group.get('API.example');
    expect(group.get('api.EXAMPLE')).toBe(breaker);
    expect(breaker.name).toBe('api.example');
    expect(configure).toHaveBeenCalledExactlyOnceWith('api.example');
    expect(group.has('Api.Example')).toBe(true);
    expect(group.delete('Api.Example')).toBe(true);
    expect(group.size).toBe(0);
  });

  it('uses the key itself where normalizeKey fails, and says so once', () => {
    const onError = vi.fn();
    const group = createGroup({
      onError,
      normalizeKey: (key) => {
        if (key === 'A') throw new Error('no');
        return 7 as never;
      },
    });
    expect(group.get('A').name).toBe('A');
    expect(group.get('B').name).toBe('B');
    expect(group.get('A')).toBe(group.get('A'));
    expect(onError).toHaveBeenCalledExactlyOnceWith(
      expect.objectContaining({ message: 'no' }),
      'normalizeKey',
    );
  });

  it('refuses a wrong bound', () => {
    expect(() => createGroup({ max: 0 })).toThrow(
      'createGroup max must be a whole number from 1 to 1000000, got 0',
    );
    expect(() => createGroup({ normalizeKey: 'lower' as never })).toThrow(
      'createGroup normalizeKey must be a function of the key, got "lower"',
    );
    expect(() => createGroup({ configure: {} as never })).toThrow('configure must be a function of the key');
  });

  it.each([
    [42, '42'],
    [undefined, 'undefined'],
    [Symbol('host'), 'Symbol(host)'],
    [['a'], 'an array'],
  ])('refuses a key that is no string, also where it is full: %o', (key, shown) => {
    const group = createGroup({ max: 1 });
    const get = () => group.get(key as never);
    expect(get).toThrow(new TypeError(`a group's key must be a string, got ${shown}`));
    group.get('busy').acquire();
    expect(get).toThrow('must be a string');
    expect(group.size).toBe(1);
  });

  it('keeps a thousand unless told', () => {
    const group = createGroup();
    for (let i = 0; i < 1_001; i++) group.get(`key ${i}`);
    expect(group.size).toBe(1_000);
    expect([group.has('key 0'), group.has('key 1'), group.has('key 1000')]).toEqual([false, true, true]);
  });

  it('knows a key once it was used, and not after it was deleted', () => {
    const group = make(3);
    expect(group.has('a')).toBe(false);
    const breaker = group.get('a');
    expect(group.has('a')).toBe(true);
    expect([group.delete('a'), group.delete('a')]).toEqual([true, false]);
    expect([group.has('a'), group.size]).toEqual([false, 0]);
    expect(group.get('a')).not.toBe(breaker);
  });

  it('announces every breaker that comes or goes, the overflow one too, until told to stop', () => {
    const group = make(1);
    const told: string[] = [];
    const offs = [
      group.on('breaker-added', ({ name }) => told.push(`+${name}`)),
      group.on('breaker-removed', ({ name }) => told.push(`-${name}`)),
    ];
    group.get('a');
    group.get('a');
    group.get('b').acquire();
    group.get('c');
    group.get('d');
    group.delete('x');
    group.delete('b');
    for (const off of offs) off();
    group.get('e');
    expect(told).toEqual(['+a', '-a', '+b', `+${OVERFLOW_KEY}`, '-b']);
  });

  it('lets a call under way settle with a breaker that was deleted', () => {
    const group = make(1);
    const breaker = group.get('a');
    const permit = breaker.acquire();
    group.delete('a');
    expect(permit.fail()).toBe('recorded');
    expect(breaker.state).toBe('open');
  });

  it('names breakers after their keys as far as names go, or as told', () => {
    const group = createGroup({ configure: (key) => (key === 'b' ? { name: 'Bob' } : {}) });
    const long = 'x'.repeat(201);
    expect(['', 'a', 'b', long].map((key) => group.get(key).name)).toEqual([
      '(empty)',
      'a',
      'Bob',
      long.slice(0, 200),
    ]);
  });

  it('asks configure once per breaker, with the key', () => {
    const configure = vi.fn(() => ({ clock: testClock() }));
    const group = createGroup({ max: 1, configure });
    group.get('a').acquire();
    group.get('a');
    group.get('b');
    group.get('c');
    expect(configure.mock.calls).toEqual([['a'], [OVERFLOW_KEY]]);
  });

  it('gives what was used since a second chance, and then forgets the oldest', () => {
    const group = make(3);
    for (const key of ['a', 'b', 'c', 'a', 'b', 'c']) group.get(key);
    group.get('b');
    expect(group.get('d').name).toBe('d');
    expect([group.has('a'), group.has('b'), group.has('c')]).toEqual([false, true, true]);
  });

  it('moves what it looked at to the back of the line', () => {
    const group = make(3);
    for (const key of ['a', 'b', 'c', 'a']) group.get(key);
    group.get('d');
    group.get('e');
    expect([...group].map(({ name }) => name)).toEqual(['a', 'd', 'e']);
  });

  it.each([
    [31, false],
    [32, true],
  ])(
    'looks at 32 breakers for one that can go: with %d busy ones in front, overflow is %s',
    (busy, overflows) => {
      const group = make(busy + 1);
      for (let i = 0; i < busy; i++) group.get(`busy ${i}`).acquire();
      group.get('idle');
      expect(group.get('one more').name === OVERFLOW_KEY).toBe(overflows);
      expect(group.has('idle')).toBe(overflows);
    },
  );

  it('tells a listener’s error to onError, and prints what nobody wants to hear', () => {
    const onError = vi.fn();
    const error = new Error('no');
    const listener = (): never => {
      throw error;
    };
    const group = createGroup({ onError });
    group.on('breaker-added', listener);
    group.get('a');
    expect(onError).toHaveBeenCalledExactlyOnceWith(error, 'listener of breaker-added');
    const print = vi.spyOn(console, 'error').mockReturnValue();
    const silent = createGroup();
    silent.on('breaker-added', listener);
    silent.get('a');
    silent.get('b');
    expect(print).toHaveBeenCalledExactlyOnceWith('@cb: listener of breaker-added threw (told once):', error);
    print.mockRestore();
  });

  it('survives an onError that throws', () => {
    const throwing = (): never => {
      throw new Error('no');
    };
    expect(createGroup({ onError: throwing, configure: throwing }).get('a').state).toBe('closed');
  });
});
