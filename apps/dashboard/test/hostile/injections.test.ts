import type { DirectoryRow } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { readQuery, Search } from '../../src/web/lib/search.ts';
import { changeOf, client, helloOf, registrationOf } from '../support.ts';
import { arena, ask } from './arena.ts';

const field = arena();

/** Everything that a reader can ask for, as text. */
async function everything(): Promise<string> {
  const paths = ['directory', 'events?from=0', 'policies?instances=1', 'timeline?rows=1,2,3&from=0&lanes=1'];
  for (let row = 1; row <= 40; row++) paths.push(`breaker?row=${row}`);
  const answers = await Promise.all(paths.map((path) => ask(field.server, `/api/v1/${path}`)));
  return answers.map(({ body }) => body).join('\n');
}

async function tell(
  service: string,
  name: string,
  more: { config?: unknown; tags?: Record<string, string>; change?: object } = {},
): Promise<void> {
  const from = client(field.server, 'ingest');
  expect(await from.emitWithAck('hello', helloOf({ service }))).toMatchObject({ ok: true });
  await from.emitWithAck('reg', [
    registrationOf(1, { name, config: more.config ?? null, tags: more.tags ?? {} }),
  ]);
  expect(await from.emitWithAck('st', [changeOf(1, more.change ?? {})])).toEqual({ seq: 1 });
  from.emit('pol', [{ id: 1, kind: 'retry', name, counts: {}, gauges: {}, config: more.config ?? null }]);
  await from.emitWithAck('rm', []);
}

describe('secrets that a service reports', () => {
  const SECRETS: readonly (readonly [what: string, secret: string, text: string])[] = [
    ['a password of a URL', 'hunter2hunter2', 'connect postgres://app:hunter2hunter2@db:5432/shop failed'],
    ['a query of a URL', 'qwertz-987', 'GET https://api.example/pay?sig=qwertz-987 failed'],
    ['a bearer token', 'abcDEF1234567', 'Authorization: Bearer abcDEF1234567'],
    ['a key by its name', 'k-5550123', 'api_key=k-5550123 was refused'],
    ['a JSON web token', 'eyJhbGciOiJIUzI1NiJ9', 'got eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc_def'],
    ['a prefixed key', 'ghp_0123456789abcdefghij', 'remote: ghp_0123456789abcdefghij'],
    ['long hexadecimal', 'deadbeefdeadbeefdeadbeefdeadbeef', 'id deadbeefdeadbeefdeadbeefdeadbeef'],
    ['a cookie', 's3ss10n-value', 'cookie: s3ss10n-value'],
    ['a password behind a long word', 'correct-horse', `${'x'.repeat(60)}password=correct-horse`],
  ];

  it.each(SECRETS)('%s is nowhere to be read', async (what, secret, text) => {
    await tell(`secrets ${what}`, 'leaky', {
      config: { url: text, nested: [{ note: text }], password: secret },
      tags: { note: text, secret },
      change: { note: text, by: text, errors: [{ name: 'Error', message: text, count: 1 }] },
    });
    const read = await everything();
    expect(read).toContain(`secrets ${what}`);
    expect(read).not.toContain(secret);
    expect(field.lines.join('\n')).not.toContain(secret);
  });
});

describe('names that do something elsewhere', () => {
  it.each<[string, string, string | RegExp]>([
    ['javascript:', 'javascript:alert(1)', 'javascript:alert(1)'],
    ['data:', 'data:text/html,<script>alert(1)</script>', 'data:text/html'],
    ['a formula', '=HYPERLINK("https://evil.example")', '=HYPERLINK'],
    ['terminal colours', '\u001b[2J\u001b[31mred', '[2J[31mred'],
    ['a new line', 'a\r\nSet-Cookie: x=1', 'aSet-Cookie: x=1'],
    ['marks of direction', 'abc\u202egpj.exe\u2066', 'abcgpj.exe'],
    ['zero width', 'pay\u200b\ufeffments', 'payments'],
    ['a family', '👨‍👩‍👧', '👨‍👩‍👧'],
    ['zalgo', `z${'\u0301'.repeat(100)}`, `z${'\u0301'.repeat(100)}`],
    ['a lone surrogate', 'a\ud800b', 'ab'],
    ['the separator of keys', 'a\u001fb', 'ab'],
    ['a template', '{{7*7}}<%= 7 %>#{7}', '{{7*7}}<%= 7 %>#{7}'],
    ['SQL', "'; DROP TABLE rows; --", "'; DROP TABLE rows; --"],
    ['a label of Prometheus', 'x"} 1\nup{', 'x\\"} 1up{'],
  ])('%s is text, and printable', async (what, name, shown) => {
    await tell(`names ${what}`, name, { tags: { link: name }, change: { note: name } });
    const answer = await ask(field.server, '/api/v1/directory');
    expect(answer.body).toContain(shown);
    expect(answer.body).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(answer.headers['set-cookie']).toBeUndefined();
  });
});

describe('the search box', () => {
  const row = {
    service: 's',
    name: `${'a'.repeat(100)}!`,
    tags: { t: '(a+)+$' },
    instances: [],
  } as unknown as DirectoryRow;
  it.each(['(a+)+$', '[', '\\', '*', '(?=', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    'takes %s for text, never for a pattern',
    (query) => {
      const search = new Search();
      const asked = readQuery(query);
      expect(search.matches(row, asked)).toBe(query === '(a+)+$');
      expect(search.matches({ ...row, row: 2, name: `x${query}y` }, asked)).toBe(true);
    },
  );
});

field.standsAtTheEnd();
