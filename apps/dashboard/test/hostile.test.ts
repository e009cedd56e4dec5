import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Directory } from '@cb/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DashboardServer } from '../src/server/server.ts';
import {
  changeOf,
  client,
  heard,
  helloOf,
  read,
  registrationOf,
  rollupOf,
  service,
  start,
  until,
} from './support.ts';

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A request as it is: `fetch` would tidy the path and the Host. */
function raw(
  server: DashboardServer,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: server.port, path, headers, method }, (response) => {
      let body = '';
      response.setEncoding('utf8').on('data', (part: string) => (body += part));
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body }),
      );
    });
    asked.on('error', reject).end();
  });
}

async function refusedSocket(
  server: DashboardServer,
  namespace: 'ingest' | 'ui' | '',
  options: object,
): Promise<string> {
  const socket = client(server, namespace, options);
  return (await heard<Error>(socket, 'connect_error')).message;
}

const POISON: readonly (readonly [string, string, unknown])[] = [
  ['hello', 'nothing', undefined],
  ['hello', 'null', null],
  ['hello', 'a string', 'hello'],
  ['hello', 'a list', [[]]],
  ['hello', 'another version', helloOf({ v: 99 })],
  ['hello', 'no name', helloOf({ service: '\u0000\u202e' })],
  ['hello', 'an object for a name', { ...helloOf(), service: { toString: 'x' } }],
  ['reg', 'nothing', undefined],
  ['reg', 'an object with a length', { length: 1e9 }],
  ['reg', 'only bad entries', [1, null, 'x', [], { id: -1 }, { id: 1.5, name: 'x' }]],
  ['st', 'a number', 7],
  ['st', 'a negative seq', [{ ...changeOf(1), seq: -5 }]],
  ['st', 'an unknown state', [{ ...changeOf(1), to: '__proto__' }]],
  ['ro', 'no columns', { t: 1 }],
  ['ro', 'an object for a column', { t: 1, id: { 0: 1, length: 1 } }],
  ['pol', 'nothing', undefined],
  ['pol', 'an object with a length', { length: 1e9 }],
  ['pol', 'only bad entries', [1, null, [], { id: 1, kind: 'retry' }, { id: -1, kind: 'retry', name: 'x' }]],
  ['hb', 'words for numbers', { now: 'now' }],
  ['rm', 'text', 'all'],
  ['rm', 'binary', Buffer.from('all')],
];

describe('hostile messages', () => {
  it.each(POISON)('%s with %s is refused, and the connection lives', async (event, _what, payload) => {
    const server = await start();
    const from = event === 'hello' ? client(server, 'ingest') : await service(server);
    from.emit(event, payload);
    await until(() => server.stats().refused.badMessage === 1, 'refused');
    if (event === 'hello') expect(await from.emitWithAck('hello', helloOf())).toMatchObject({ ok: true });
    else expect(await from.emitWithAck('st', [changeOf(1)])).toEqual({ seq: 1 });
    expect(server.stats().refused.fault).toBe(0);
  });

  it('answers what was refused when an answer was asked for', async () => {
    const server = await start();
    const from = client(server, 'ingest');
    expect(await from.emitWithAck('reg', [registrationOf(1)])).toEqual({ ok: false });
    expect(await from.emitWithAck('hello', { v: 2 })).toMatchObject({
      ok: false,
      error: expect.any(String),
      v: 1,
    });
    const browser = client(server, 'ui');
    expect(await browser.emitWithAck('watch', { rows: 'all' })).toMatchObject({
      ok: false,
      error: expect.any(String),
    });
  });

  it('closes the connection at the fifth bad message', async () => {
    const server = await start();
    const from = await service(server);
    const gone = heard(from, 'disconnect');
    for (let i = 0; i < 5; i++) from.emit('st', i);
    await gone;
    expect(server.stats().refused).toMatchObject({ badMessage: 5, strikes: 1 });
    const browser = client(server, 'ui');
    const gone2 = heard(browser, 'disconnect');
    for (const payload of [-1, 'x', 99, null, {}]) browser.emit('ok', payload);
    await gone2;
  });

  it('counts messages nobody knows and goes on', async () => {
    const server = await start();
    const from = await service(server);
    for (const event of ['__proto__', 'constructor', 'toString', 'ctl', 'f', 'welcome'])
      from.emit(event, { a: 1 });
    expect(await from.emitWithAck('st', [changeOf(1)])).toEqual({ seq: 1 });
    expect(server.stats().refused.unknownMessage).toBe(6);
  });

  it('keeps names, tags and markup as text, and pollutes nothing', async () => {
    const server = await start();
    const from = client(server, 'ingest');
    const tags = JSON.parse('{"__proto__":"polluted","constructor":"x","<b>":"<script>alert(1)</script>"}');
    await from.emitWithAck('hello', helloOf({ service: '__proto__', instance: 'constructor', tags }));
    const names = [
      '__proto__',
      'constructor',
      '<img src=x onerror=alert(1)>',
      `${'n'.repeat(10_000)}`,
      'a\u202eb\u0007c',
    ];
    const config = JSON.parse('{"__proto__":{"polluted":true},"toJSON":"x"}');
    await from.emitWithAck(
      'reg',
      names.map((name, id) => registrationOf(id, { name, config })),
    );
    const directory = await read<Directory>(server, 'directory');
    expect(directory.rows.map(({ name }) => name)).toEqual([
      ...names.slice(0, 3),
      expect.stringMatching(/^n{100,}~\w{14}$/),
      'abc',
    ]);
    expect(directory.rows[0]?.tags).toEqual(tags);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    const page = await raw(server, '/api/v1/directory', {});
    expect(page.headers['content-type']).toContain('application/json');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
  });

  it('survives numbers and times from nowhere', async () => {
    const server = await start();
    const from = await service(server);
    const huge = Number.MAX_VALUE;
    const change = changeOf(1, { t: huge, retryAt: huge, firstFailureAt: -huge, outcomes: '<script>oe' });
    await from.emitWithAck('st', [change, changeOf(Number.MAX_SAFE_INTEGER, { t: -5 })]);
    from.emit(
      'ro',
      rollupOf({ t: huge, ms: -huge, ok: [huge], inFlight: [-1], failureRatio: [7], hist: [[1, huge]] }),
    );
    from.emit('hb', { now: huge, queued: huge, lost: -1 });
    await from.emitWithAck('rm', [999]);
    const { rows, now } = await read<Directory>(server, 'directory');
    expect(rows[0]?.last?.t).toBeLessThanOrEqual(now);
    expect(JSON.stringify(rows)).not.toContain('script');
    for (const path of ['series?row=1', 'timeline?rows=1&from=0', 'events?row=1&from=0'])
      await read(server, path);
    expect(server.stats().refused.fault).toBe(0);
  });

  it('closes a connection that sends too much at once', async () => {
    const server = await start();
    const from = await service(server);
    const gone = heard(from, 'disconnect');
    from.emit('reg', [registrationOf(1, { config: 'x'.repeat(70_000) })]);
    await gone;
    expect(server.stats().rows).toBe(1);
  });

  it('takes deep nesting for what it is', async () => {
    const server = await start();
    const from = await service(server);
    const socket = from.io.engine;
    const gone = heard(from, 'disconnect');
    // Written by hand: the client itself cannot encode it.
    socket.write(
      `42/ingest,["reg",[{"id":1,"name":"deep","config":${'['.repeat(30_000)}${']'.repeat(30_000)}}]]`.slice(
        1,
      ),
    );
    await Promise.race([gone, until(() => server.stats().rows === 2, 'taken')]);
    expect((await raw(server, '/healthz')).status).toBe(200);
  });

  it('drops a flood before looking at it, and closes it in the end', async () => {
    const server = await start();
    const from = await service(server);
    const gone = heard(from, 'disconnect');
    for (let i = 0; i < 2_500; i++) from.emit('hb', { now: Date.now() });
    await gone;
    expect(server.stats().refused.rate).toBeGreaterThanOrEqual(2_000);
    await service(server);
  });

  it('refuses a second hello', async () => {
    const server = await start();
    const from = await service(server);
    expect(await from.emitWithAck('hello', helloOf({ service: 'other' }))).toMatchObject({ ok: false });
    expect(server.stats().services).toBe(1);
  });
});

describe('tokens', () => {
  const options = { ingestToken: 'ingest-secret', viewToken: 'viewer-secret' };
  it.each([
    ['none', {}],
    ['a wrong one', { token: 'viewer-secret' }],
    ['a number', { token: 5 }],
    ['a list', { token: ['ingest-secret'] }],
    ['an object', { token: { length: 13 } }],
    ['a very long one', { token: 'x'.repeat(10_000) }],
  ])('%s opens nothing at /ingest', async (_what, auth) => {
    const server = await start(options);
    expect(await refusedSocket(server, 'ingest', { auth })).toBe('unauthorized');
    expect(server.stats().refused.unauthorized).toBe(1);
  });

  it('open their own door only', async () => {
    const server = await start(options);
    expect(await refusedSocket(server, 'ui', { auth: { token: 'ingest-secret' } })).toBe('unauthorized');
    await heard(client(server, 'ui', { auth: { token: 'viewer-secret' } }), 'welcome');
    await heard(client(server, 'ingest', { auth: { token: 'ingest-secret' } }), 'connect');
    const bearer = { authorization: 'Bearer viewer-secret' };
    expect((await raw(server, '/api/v1/directory', bearer)).status).toBe(200);
    expect((await raw(server, '/api/v1/directory', { authorization: 'Bearer ingest-secret' })).status).toBe(
      401,
    );
    expect((await raw(server, '/api/v1/policies', bearer)).status).toBe(200);
    for (const path of ['directory', 'policies'])
      expect((await raw(server, `/api/v1/${path}`)).status).toBe(401);
    expect((await raw(server, '/api/v1/directory?token=viewer-secret')).status).toBe(400);
    const query = { auth: { token: 'viewer-secret' }, query: { token: 'viewer-secret' } };
    expect(await refusedSocket(server, 'ui', query)).toMatch(/websocket error/);
  });

  it('cannot be tried at any rate', async () => {
    const server = await start(options);
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        raw(server, '/api/v1/directory', { authorization: `Bearer guess-${i}` }),
      ),
    );
    expect(answers.filter(({ status }) => status === 429).length).toBeGreaterThan(5);
    expect(server.stats().refused.authRate).toBeGreaterThan(5);
  });

  it('are needed where other machines can reach the server', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toThrow(/both ingestToken and viewToken are needed/);
    await expect(start({ host: '0.0.0.0', ...options })).resolves.toBeDefined();
    await expect(start({ viewToken: 'short' })).rejects.toThrow(
      'viewToken must have 8 to 256 characters, got 5',
    );
    await expect(start({ port: 70_000 })).rejects.toThrow(
      'port must be a whole number from 0 to 65535, got 70000',
    );
    await expect(start({ allowedOrigins: ['https://a.test/'] })).rejects.toThrow(
      'did you mean https://a.test?',
    );
    await expect(start({ ports: 1 } as never)).rejects.toThrow('no option "ports"');
  });
});

describe('foreign pages and names', () => {
  it('cannot open a socket or read, while its own page can', async () => {
    const server = await start({ allowedOrigins: ['https://ops.example.com'] });
    const own = `http://127.0.0.1:${server.port}`;
    for (const origin of [
      'https://evil.example',
      'null',
      'http://127.0.0.1:1',
      `${own}.evil.example`,
      `${own}@evil.example`,
    ]) {
      expect(await refusedSocket(server, 'ui', { extraHeaders: { origin } })).toMatch(/websocket error/);
      expect((await raw(server, '/api/v1/directory', { origin })).status).toBe(403);
      expect((await raw(server, '/api/v1/policies', { origin })).status).toBe(403);
    }
    for (const origin of [own, `http://localhost:${server.port}`, 'https://ops.example.com']) {
      await heard(client(server, 'ui', { extraHeaders: { origin } }), 'welcome');
      expect((await raw(server, '/api/v1/directory', { origin })).status).toBe(200);
    }
    expect(await refusedSocket(server, 'ingest', { extraHeaders: { origin: own } })).toBe('unauthorized');
    expect((await raw(server, '/api/v1/directory', { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(server.stats().refused.foreignOrigin).toBe(17);
  });

  it('reach nothing under a Host that is not the server', async () => {
    const server = await start({ allowedHosts: ['dash.internal'] });
    for (const host of [
      'evil.example',
      '127.0.0.1',
      '127.0.0.1:1',
      `evil.example:${server.port}`,
      '127.0.0.1:x',
    ]) {
      expect((await raw(server, '/', { host })).status).toBe(421);
      expect((await raw(server, '/api/v1/directory', { host })).status).toBe(421);
    }
    for (const host of [
      `localhost:${server.port}`,
      `LOCALHOST:${server.port}`,
      `[::1]:${server.port}`,
      'dash.internal',
    ]) {
      expect((await raw(server, '/healthz', { host })).status).toBe(200);
    }
    expect(await refusedSocket(server, 'ui', { extraHeaders: { host: 'evil.example' } })).toMatch(
      /websocket error/,
    );
  });

  it('find only /ingest and /ui, over websocket', async () => {
    const server = await start();
    expect(await refusedSocket(server, '', {})).toBe('connect to /ingest or /ui');
    expect((await raw(server, '/socket.io/?EIO=4&transport=polling')).status).toBe(400);
    expect((await raw(server, '/socket.io/socket.io.js')).status).toBeGreaterThanOrEqual(400);
  });
});

describe('files', () => {
  async function site(): Promise<DashboardServer> {
    const dir = await mkdtemp(join(tmpdir(), 'dashboard-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    await mkdir(join(dir, 'web', 'assets'), { recursive: true });
    await writeFile(join(dir, 'secret.txt'), 'secret');
    await writeFile(join(dir, 'web', 'index.html'), '<!doctype html><title>page</title>');
    await writeFile(join(dir, 'web', 'assets', 'index-AbCd1234.js'), 'export {};');
    await writeFile(join(dir, 'web', 'assets', 'index-AbCd1234.js.map'), '{}');
    await symlink(join(dir, 'secret.txt'), join(dir, 'web', 'link.txt'));
    return start({ webDir: join(dir, 'web') });
  }

  it('are served with strict headers, kept for ever when their name has a digest', async () => {
    const server = await site();
    for (const path of ['/', '/b/checkout/payments', '/b/checkout/GET%20%2Fpay', '/b/a/b?at=5']) {
      const page = await raw(server, path);
      expect(page).toMatchObject({ status: 200, body: expect.stringContaining('page') });
      expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'");
      expect(page.headers['cache-control']).toBe('no-cache');
      expect(page.headers['cross-origin-opener-policy']).toBe('same-origin');
    }
    const asset = await raw(server, '/assets/index-AbCd1234.js');
    expect(asset.headers['content-type']).toBe('text/javascript; charset=utf-8');
    expect(asset.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/assets/..%5c..%5csecret.txt',
    '/%252e%252e/secret.txt',
    '//etc/passwd',
    '/b/../../secret.txt',
    '/link.txt',
    '/assets/index-AbCd1234.js.map',
    '/%00',
    '/%',
    '/%c0%ae%c0%ae/secret.txt',
    '/__proto__',
    '/constructor',
    '/api/v1/__proto__',
    '/api/v2/directory',
  ])('%s leads nowhere', async (path) => {
    const answer = await raw(await site(), path);
    expect([400, 404]).toContain(answer.status);
    expect(answer.body).not.toContain('root:');
    expect(answer.body).not.toBe('secret');
  });

  it('are read, never written; a page that was not built says so', async () => {
    const server = await start();
    for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS']) {
      expect((await raw(server, '/api/v1/directory', {}, method)).status).toBe(405);
    }
    expect(await raw(server, '/')).toMatchObject({
      status: 503,
      body: expect.stringContaining('pnpm build'),
    });
    expect((await raw(server, '/', {}, 'HEAD')).body).toBe('');
  });

  it('do not fall over requests that are none', async () => {
    const server = await start();
    for (const bytes of [
      '\x16\x03\x01\x02\x00',
      'GET\r\n\r\n',
      `GET / HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes));
        socket
          .on('close', () => resolve())
          .on('error', () => resolve())
          .resume();
      });
    }
    expect((await raw(server, '/healthz')).status).toBe(200);
  });
});
