import { request } from 'node:http';
import { describe, expect, it } from 'vitest';
import type { DashboardServer } from '../src/server/server.ts';
import {
  act,
  ask,
  audited,
  directory,
  fragile,
  post,
  report,
  requestOf,
  rowOf,
  startControlled,
  TOKENS,
} from './control-support.ts';
import { client, heard, start, until } from './support.ts';

const { viewToken, controlToken, adminToken } = TOKENS;

describe('who may act', () => {
  it.each([
    ['nobody without a token', undefined, 401],
    ['no viewer', viewToken, 403],
    ['nobody with a wrong token', 'a-wrong-token', 401],
    ['an operator', controlToken, 200],
    ['an administrator', adminToken, 200],
  ])('on one breaker: %s', async (_who, token, status) => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    expect((await post(server, await requestOf(server), token)).status).toBe(status);
    expect(breaker.mode).toBe(status === 200 ? 'forced-open' : 'auto');
  });

  it.each([
    [
      'settings',
      { op: 'configure', config: { failAfterMs: 5 } },
      /^To change settings is for the role admin/,
    ],
    ['two breakers at once', {}, /^To act on more than one breaker at once is for the role admin/],
  ])('on %s: an administrator, and no operator', async (what, more, sentence) => {
    const { server } = await startControlled();
    const breakers = [fragile(), fragile('ledger')];
    await report(server, breakers);
    const names = what === 'settings' ? ['payments'] : ['payments', 'ledger'];
    const asked = await requestOf(server, more, names);
    const denied = await post(server, asked, controlToken);
    expect([denied.status, await denied.text()]).toEqual([403, expect.stringMatching(sentence)]);
    expect(breakers.map(({ mode, configRevision }) => [mode, configRevision])).toEqual([
      ['auto', 1],
      ['auto', 1],
    ]);
    expect((await post(server, asked, adminToken)).status).toBe(200);
  });

  it('nobody, where no token for it is configured, and the page knows it', async () => {
    const server = await start();
    const browser = client(server, 'ui');
    expect(await heard(browser, 'welcome')).toMatchObject({ role: 'viewer', control: false });
    const breaker = fragile();
    await report(server, [breaker]);
    const answer = await post(server, await requestOf(server), 'any-token-at-all');
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringMatching(/^Control is off: .*\n$/),
    ]);
    expect(breaker.mode).toBe('auto');
  });

  it('somebody, where one is, and the page knows that too', async () => {
    const { server } = await startControlled({ viewToken: undefined as never });
    expect(await heard(client(server, 'ui'), 'welcome')).toMatchObject({ role: 'viewer', control: true });
    const auth = { token: controlToken };
    expect(await heard(client(server, 'ui', { auth }), 'welcome')).toMatchObject({ role: 'operator' });
    // Who looks without a token learns which he would need.
    const answer = await post(server, {});
    expect([answer.status, await answer.text()]).toEqual([
      403,
      'This is for the role operator and needs its token.\n',
    ]);
  });

  it('a few times at once, and then once a second', async () => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    const asked = await requestOf(server);
    const answers = await Promise.all(Array.from({ length: 12 }, () => post(server, asked, controlToken)));
    const held = answers.filter(({ status }) => status === 429);
    expect(held.length).toBeGreaterThanOrEqual(5);
    expect(held[0]?.headers.get('retry-after')).toBe('1');
    expect(await held[0]?.text()).toBe('One request a second; wait.\n');
    // Another token is another hand.
    expect((await post(server, asked, adminToken)).status).toBe(200);
  });
});

describe('what a viewer sees', () => {
  it('is who laid a mode over it and why, and nothing of the hand', async () => {
    const { server } = await startControlled();
    await report(server, [fragile()]);
    const answer = await post(server, await requestOf(server), controlToken);
    expect(answer.status).toBe(200);
    await until(async () => (await rowOf(server)).instances[0]?.mode === 'forced-open', 'told');
    const [record] = await audited(server);
    const seen = JSON.stringify([
      await directory(server),
      await (await ask(server, 'events', viewToken)).json(),
      server.stats(),
    ]);
    expect(seen).toContain('"modeBy":"operator"');
    expect(seen).not.toContain(record?.token);
    for (const token of Object.values(TOKENS)) expect(seen).not.toContain(token);
  });

  it('is not the audit log', async () => {
    const { server } = await startControlled();
    expect((await ask(server, 'audit')).status).toBe(401);
    const answer = await ask(server, 'audit', viewToken);
    expect([answer.status, await answer.text()]).toEqual([
      403,
      'This is for the role operator; the token given is that of a viewer.\n',
    ]);
    expect((await ask(server, 'audit', controlToken)).status).toBe(200);
    expect((await ask(server, 'audit', adminToken)).status).toBe(200);
  });
});

describe('hostile requests', () => {
  const poison: readonly (readonly [string, unknown])[] = [
    ['null', null],
    ['a list', []],
    ['text', 'isolate'],
    ['nothing in it', {}],
    ['an operation from the prototype', { op: 'constructor' }],
    ['an operation that is an object', { op: { toString: 'isolate' } }],
    ['no reason', { reason: undefined }],
    ['a reason of two characters', { reason: 'ab' }],
    ['a reason that nobody can see', { reason: '\u0000\u202e\u200b\u0007\u0000' }],
    ['a reason without end', { reason: 'r'.repeat(60_000) }],
    ['a reason that is a list', { reason: ['a', 'b', 'c'] }],
    ['no rows', { rows: [] }],
    ['a row that is text', { rows: ['1'] }],
    ['a row below none', { rows: [-1] }],
    ['rows that are an object', { rows: { length: 1, 0: 1 } }],
    ['too many rows', { rows: Array.from({ length: 501 }, (_, i) => i) }],
    ['too many lanes', { lanes: Array.from({ length: 2_001 }, (_, i) => i) }],
    ['a moment for a duration', { forMs: 1_700_000_000_000 }],
    ['less than a second', { forMs: 999 }],
    ['an end of what does not end', { op: 'release', forMs: 60_000 }],
    ['settings for what takes none', { config: {} }],
    ['settings that are none', { op: 'configure', config: [] }],
    ['no settings', { op: 'configure' }],
    ['settings without end', { op: 'configure', config: { openWhen: Array(2_000).fill(1) } }],
    ['versions by name', { expect: { payments: 1 } }],
    ['a version from the prototype', JSON.parse('{"expect":{"__proto__":1}}')],
    ['a version below none', { expect: { 1: -1 } }],
    ['a name without end', { by: 'n'.repeat(5_000) }],
    ['a name that is an object', { by: {} }],
  ];
  it.each(poison)('%s is refused in a sentence', async (_what, more) => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    const damaged = typeof more === 'object' && more !== null && !Array.isArray(more);
    const whole = Object.keys(more ?? {}).length > 0;
    const body = damaged && whole ? await requestOf(server, more as Record<string, unknown>) : more;
    const answer = await post(server, body, adminToken);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringMatching(/^control[. ].{10,150}\n$/),
    ]);
    expect([breaker.mode, breaker.configRevision]).toEqual(['auto', 1]);
    expect(server.stats().refused.fault).toBe(0);
    expect(await audited(server)).toEqual([]);
  });

  it('a reason of a million characters is not even read to its end', async () => {
    const { server } = await startControlled();
    const body = JSON.stringify({ reason: 'r'.repeat(1_000_000) });
    const headers = { authorization: `Bearer ${controlToken}`, 'content-type': 'application/json' };
    expect((await raw(server, headers, body)).status).toBe(413);
    expect((await fetch(`${server.url}healthz`)).status).toBe(200);
  });

  it.each([
    ['a form', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['plain text, which a form can send', { 'content-type': 'text/plain' }, 415],
    ['a form with files', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['no type', {}, 415],
    ['another origin', { origin: 'https://evil.example', 'content-type': 'application/json' }, 403],
    ['no origin at all', { origin: 'null', 'content-type': 'application/json' }, 403],
    ['a page of another site', { 'sec-fetch-site': 'cross-site', 'content-type': 'application/json' }, 403],
    ['compressed', { 'content-encoding': 'gzip', 'content-type': 'application/json' }, 415],
  ])('from %s does nothing, with the right token too', async (_what, headers, status) => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    const body = JSON.stringify(await requestOf(server));
    const answer = await raw(server, { authorization: `Bearer ${adminToken}`, ...headers }, body);
    expect(answer.status).toBe(status);
    expect(breaker.mode).toBe('auto');
  });

  it('with the token in the URL does nothing', async () => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    const init = { method: 'POST', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify(await requestOf(server));
    expect((await ask(server, `control?token=${adminToken}`, undefined, { ...init, body })).status).toBe(400);
    expect(breaker.mode).toBe('auto');
  });

  it('over the socket of a page is no request', async () => {
    const { server } = await startControlled();
    const breaker = fragile();
    await report(server, [breaker]);
    const page = client(server, 'ui', { auth: { token: adminToken } });
    await heard(page, 'welcome');
    const asked = await requestOf(server);
    for (const event of ['control', 'ctl']) page.emit(event, asked);
    await until(() => server.stats().refused.unknownMessage === 2, 'refused');
    expect(breaker.mode).toBe('auto');
  });

  it('keeps names, reasons and settings as text', async () => {
    const { server } = await startControlled();
    const breaker = fragile('__proto__');
    await report(server, [breaker]);
    const reason = '<script>alert(1)</script> {"__proto__":1}\u202e\u0007';
    await act(server, { reason, by: 'constructor' }, ['__proto__']);
    await until(async () => (await rowOf(server, '__proto__')).instances[0]?.mode === 'forced-open', 'told');
    expect((await rowOf(server, '__proto__')).instances[0]).toMatchObject({
      modeBy: 'constructor',
      modeNote: '<script>alert(1)</script> {"__proto__":1}',
    });
    const config = JSON.parse('{"__proto__":{"polluted":true}}');
    const { results } = await act(server, { op: 'configure', config }, ['__proto__']);
    expect(results[0]).toMatchObject({
      error: 'invalid',
      message: expect.stringMatching(/^there is no setting "__proto__"/),
    });
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    expect((await audited(server))[0]?.config).toEqual(config);
  });
});

/** A request as it is: `fetch` would not send these headers. */
function raw(
  server: DashboardServer,
  headers: Record<string, string>,
  body: string,
): Promise<{ status: number }> {
  return new Promise((resolve, reject) => {
    const options = {
      host: '127.0.0.1',
      port: server.port,
      path: '/api/v1/control',
      method: 'POST',
      headers,
    };
    const asked = request(options, (response) => {
      response.resume();
      resolve({ status: response.statusCode ?? 0 });
    });
    // A server that has answered may close before it has read everything.
    asked.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ECONNRESET' && error.code !== 'EPIPE') reject(error);
    });
    asked.end(body);
  });
}
