import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { type Answer, arena, ask, bytes } from './arena.ts';

const TOKENS = {
  ingestToken: 'ingest-token-1',
  viewToken: 'viewer-token-1',
  controlToken: 'control-token-1',
};
const field = arena(TOKENS);
const VIEWER = { authorization: 'Bearer viewer-token-1' };
const OPERATOR = { authorization: 'Bearer control-token-1' };
const JSON_TYPE = { 'content-type': 'application/json' };

describe('requests that are none, or nearly', () => {
  it.each([
    ['no Host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 400/],
    [
      'two Hosts',
      'GET /healthz HTTP/1.1\r\nHost: HOST\r\nHost: evil.example\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 421/,
    ],
    [
      'an absolute target',
      'GET http://HOST/healthz HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    [
      'a foreign absolute target',
      'GET http://evil.example/ HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    ['an asterisk', 'OPTIONS * HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 400/],
    ['TRACE', 'TRACE / HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n', /^HTTP\/1.1 405/],
    ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: HOST\r\n\r\n', /^$/],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: HOST\r\n\r\n', /^HTTP\/1.1 400/],
    [
      'two lengths',
      'POST /api/v1/control HTTP/1.1\r\nHost: HOST\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}',
      /^HTTP\/1.1 400/,
    ],
    [
      'a length and chunks',
      'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    ['a negative length', 'POST / HTTP/1.1\r\nHost: HOST\r\nContent-Length: -1\r\n\r\n', /^HTTP\/1.1 400/],
    ['a folded header', 'GET / HTTP/1.1\r\nHost: HOST\r\nx: a\r\n b\r\nbad header\r\n\r\n', /^HTTP\/1.1 400/],
    ['a NUL in a header', 'GET / HTTP/1.1\r\nHost: HOST\r\nx: a\0b\r\n\r\n', /^HTTP\/1.1 400/],
    ['a very long URL', `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nHost: HOST\r\n\r\n`, /^HTTP\/1.1 400/],
    ['the first line of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1.1 400/],
    [
      'h2c',
      'GET /healthz HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n\r\n',
      /^$/,
    ],
    [
      'an upgrade of another path',
      'GET / HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n',
      /^$/,
    ],
    [
      'a bad websocket key',
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    [
      'an unknown transport',
      'GET /socket.io/?EIO=4&transport=constructor HTTP/1.1\r\nHost: HOST\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    [
      'a websocket without an upgrade',
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    [
      'another version of engine.io',
      'GET /socket.io/?EIO=99&transport=polling HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    [
      'a session of nobody',
      'GET /socket.io/?EIO=4&transport=websocket&sid=AAAAAAAAAAAAAAAAAAAA HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 400/,
    ],
    [
      'socket.io without its slash',
      'GET /socket.io?EIO=4 HTTP/1.1\r\nHost: HOST\r\nConnection: close\r\n\r\n',
      /^HTTP\/1.1 404/,
    ],
  ])('%s is refused and the connection ends', async (_what, text, expected) => {
    expect(await bytes(field.server, text)).toMatch(expected);
  });

  it('a connection that is reset in the middle of an upgrade harms nobody', async () => {
    for (const path of ['/', '/socket.io/?EIO=4&transport=websocket']) {
      await new Promise<void>((resolve) => {
        const socket = connect(field.server.port, '127.0.0.1', () => {
          socket.write(
            `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${field.server.port}\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n`,
          );
          socket.resetAndDestroy();
        });
        socket.on('close', () => resolve()).on('error', () => {});
      });
    }
    expect((await ask(field.server, '/healthz')).status).toBe(200);
  });

  it('a thousand headers are cut off, and with them what they hid', async () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`x${i}`, 'y']));
    const answer = await ask(field.server, '/api/v1/directory', { headers: { ...many, ...VIEWER } });
    expect([400, 401, 421]).toContain(answer.status);
  });

  it('headers that never end are waited for ten seconds, looked at every second', async () => {
    const began = performance.now();
    const heard = await bytes(field.server, 'GET / HTTP/1.1\r\nHost: HOST\r\nx: ');
    expect(heard).toMatch(/^HTTP\/1.1 400/);
    // Node's own interval would have taken it to forty.
    expect(performance.now() - began).toBeLessThan(30_000);
  }, 40_000);
});

describe('names of the server', () => {
  it.each([
    'localhost.:PORT',
    '127.0.0.1.:PORT',
    '0.0.0.0:PORT',
    '[::]:PORT',
    '[::ffff:127.0.0.1]:PORT',
    '[0:0:0:0:0:0:0:1]:PORT',
    '127.1:PORT',
    '2130706433:PORT',
    '0x7f000001:PORT',
    'localhost:PORT@evil.example',
    'evil.example#localhost:PORT',
    'localhost:PORT evil.example',
    'localhost:0PORT',
    'localhost',
    '127.0.0.1:PORT.evil.example',
    'sub.localhost:PORT',
  ])('%s is none of them', async (host) => {
    const { status } = await ask(field.server, '/healthz', {
      headers: { host: host.replace('PORT', String(field.server.port)) },
    });
    expect([400, 421]).toContain(status);
  });

  it.each(['LocalHost:PORT', '[::1]:PORT', '127.0.0.1:PORT'])('%s is one', async (host) => {
    const headers = { host: host.replace('PORT', String(field.server.port)) };
    expect((await ask(field.server, '/healthz', { headers })).status).toBe(200);
  });
});

describe('tokens in the wrong place', () => {
  it.each([
    ['a cookie', '/api/v1/directory', { cookie: 'token=viewer-token-1; __Host-token=viewer-token-1' }, 401],
    [
      'Basic',
      '/api/v1/directory',
      { authorization: `Basic ${Buffer.from('x:viewer-token-1').toString('base64')}` },
      401,
    ],
    ['no scheme', '/api/v1/directory', { authorization: 'viewer-token-1' }, 401],
    ['two schemes', '/api/v1/directory', { authorization: 'Bearer Bearer viewer-token-1' }, 401],
    ['the query', '/api/v1/directory?access_token=viewer-token-1', {}, 400],
    ['the query, encoded', '/api/v1/directory?%74oken=viewer-token-1', {}, 400],
    ['the query, twice', '/api/v1/directory?a=1&TOKEN=&token=viewer-token-1', {}, 400],
    ['the fragment', '/api/v1/directory#token=viewer-token-1', {}, 401],
    ['the path', '/api/v1/directory;token=viewer-token-1', {}, 401],
    ['another header', '/api/v1/directory', { 'x-token': 'viewer-token-1' }, 401],
  ])('%s opens nothing', async (_what, path, headers, status) => {
    const answer = await ask(field.server, path, { headers: headers as Record<string, string> });
    expect(answer.status).toBe(status);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.body + JSON.stringify(answer.headers)).not.toContain('viewer-token-1');
  });
});

describe('parameters', () => {
  const read = (query: string): Promise<Answer> => ask(field.server, `/api/v1/${query}`, { headers: VIEWER });
  it.each([
    'timeline?rows=x&rows=1',
    'timeline?rows=1e9',
    'timeline?rows=-1',
    `timeline?rows=${Array.from({ length: 501 }, (_, i) => i).join()}`,
    'series?row=1&from=9e99',
    'series?row[]=1',
    'series?row=__proto__',
    'events?from=2&to=1',
    'events?limit=-1',
    'events?limit=1.5',
    'breaker',
    'breaker?row=%00',
    'events?from=NaN',
  ])('%s is refused with a sentence', async (query) => {
    const answer = await read(query);
    expect([400, 404]).toContain(answer.status);
    expect(answer.headers['content-type']).toContain('text/plain');
  });

  it.each([
    'events?row=1&row=x&limit=5&limit=99999999',
    'events?limit=9999999999',
    'timeline?rows=&from=0&to=9999999999999999',
    'policies?service=%ff%fe',
    `policies?service=${'x'.repeat(5_000)}`,
  ])('of %s the first or the bounded one counts', async (query) =>
    expect((await read(query)).status).toBe(200),
  );
});

describe('bodies', () => {
  const post = (body: string | Buffer, headers: Record<string, string>): Promise<Answer> =>
    ask(field.server, '/api/v1/control', { method: 'POST', body, headers: { ...OPERATOR, ...headers } });

  it.each([
    ['a form', 'op=isolate', { 'content-type': 'application/x-www-form-urlencoded' }, 415],
    ['multipart', '--x--', { 'content-type': 'multipart/form-data; boundary=x' }, 415],
    ['text', '{}', { 'content-type': 'text/plain' }, 415],
    ['text that says JSON', '{}', { 'content-type': 'text/plain; application/json' }, 415],
    ['no type', '{}', {}, 415],
    ['two types', '{}', { 'content-type': 'application/json, text/plain' }, 415],
    ['compressed', Buffer.from([0x1f, 0x8b, 8, 0]), { ...JSON_TYPE, 'content-encoding': 'gzip' }, 415],
    ['a byte order mark', '\ufeff{}', JSON_TYPE, 400],
    ['nothing', '', JSON_TYPE, 400],
    ['half of JSON', '{"op":', JSON_TYPE, 400],
    ['bytes that are no UTF-8', Buffer.from([0xff, 0xfe, 0x7b]), JSON_TYPE, 400],
    ['30,000 levels', '['.repeat(30_000) + ']'.repeat(30_000), JSON_TYPE, 400],
    [
      'keys of prototypes',
      '{"__proto__":{"op":"isolate"},"constructor":{"prototype":{"x":1}}}',
      JSON_TYPE,
      400,
    ],
    ['more than 64 KiB', `"${'x'.repeat(70_000)}"`, JSON_TYPE, 413],
  ])('%s is refused', async (_what, body, headers, status) => {
    expect((await post(body, headers as unknown as Record<string, string>)).status).toBe(status);
    expect(({} as { op?: unknown; x?: unknown }).op ?? ({} as { x?: unknown }).x).toBeUndefined();
  });

  it('one without end is cut off at 64 KiB', async () => {
    const chunk = `1000\r\n${'x'.repeat(4_096)}\r\n`.repeat(20);
    const head = `POST /api/v1/control HTTP/1.1\r\nHost: HOST\r\nAuthorization: ${OPERATOR.authorization}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    expect(await bytes(field.server, head + chunk)).toMatch(/^(HTTP\/1.1 413|$)/);
  });

  it('one that never comes is not a fault of the server', async () => {
    await new Promise<void>((resolve) => {
      const head = `POST /api/v1/control HTTP/1.1\r\nHost: 127.0.0.1:${field.server.port}\r\nAuthorization: ${OPERATOR.authorization}\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{`;
      const socket = connect(field.server.port, '127.0.0.1', () =>
        socket.write(head, () => socket.resetAndDestroy()),
      );
      socket.on('close', () => resolve()).on('error', () => {});
    });
    expect((await ask(field.server, '/healthz')).status).toBe(200);
  });
});

describe('acts from other pages', () => {
  it.each([
    ['another origin', { origin: 'https://evil.example' }],
    ['an origin of nobody', { origin: 'null' }],
    ['another site, without its origin', { 'sec-fetch-site': 'cross-site' }],
    ['two origins', { origin: 'http://localhost https://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
  ])('%s: refused even with the right token', async (_what, headers) => {
    const answer = await ask(field.server, '/api/v1/control', {
      method: 'POST',
      body: '{}',
      headers: { ...OPERATOR, ...JSON_TYPE, ...(headers as unknown as Record<string, string>) },
    });
    expect(answer.status).toBe(403);
  });

  it('no answer allows another origin anything', async () => {
    const preflight = await ask(field.server, '/api/v1/control', {
      method: 'OPTIONS',
      headers: {
        ...VIEWER,
        origin: `http://127.0.0.1:${field.server.port}`,
        'access-control-request-method': 'POST',
      },
    });
    expect(preflight.status).toBe(405);
    expect(Object.keys(preflight.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});

field.standsAtTheEnd();
