import { describe, expect, it } from 'vitest';
import { type Answer, arena, ask } from './hostile/arena.ts';

const ALLOWED = 'https://ops.example.com';
const field = arena({
  allowedOrigins: [ALLOWED],
  viewToken: 'viewer-token-1',
  controlToken: 'control-token-1',
});
const TOKEN = { authorization: 'Bearer viewer-token-1' };

function granted({ headers }: Answer): string[] {
  return Object.keys(headers).filter((name) => name.startsWith('access-control'));
}

function preflight(origin: string, method = 'GET', path = '/api/v1/timeline'): Promise<Answer> {
  const headers = {
    origin,
    'access-control-request-method': method,
    'access-control-request-headers': 'authorization',
  };
  return ask(field.server, path, { method: 'OPTIONS', headers });
}

describe('a page of an allowed origin', () => {
  it('may read the API with a token, and is told so for that origin alone', async () => {
    const answer = await ask(field.server, '/api/v1/directory', { headers: { ...TOKEN, origin: ALLOWED } });
    expect(answer.status).toBe(200);
    expect(answer.headers['access-control-allow-origin']).toBe(ALLOWED);
    expect(answer.headers.vary).toBe('accept-encoding, origin');
    expect(granted(answer)).toEqual(['access-control-allow-origin']);
  });

  it('may read why it is refused', async () => {
    const answer = await ask(field.server, '/api/v1/directory', { headers: { origin: ALLOWED } });
    expect(answer.status).toBe(401);
    expect(answer.headers['access-control-allow-origin']).toBe(ALLOWED);
  });

  it('may ask before it sends a token, without one, and is not counted as refused', async () => {
    const before = field.server.stats().refused;
    const answer = await preflight(ALLOWED);
    expect(answer).toMatchObject({ status: 200, body: '' });
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': ALLOWED,
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'authorization',
      vary: 'accept-encoding, origin',
    });
    expect(answer.headers).not.toHaveProperty('access-control-allow-credentials');
    expect(field.server.stats().refused).toEqual(before);
  });

  it.each(['POST', 'PUT', 'DELETE', 'get', 'GET, POST'])('may not ask to %s', async (method) => {
    const answer = await preflight(ALLOWED, method, '/api/v1/control');
    expect(answer.status).toBe(401);
    expect(granted(answer)).toEqual([]);
  });

  it('may not read what became of an act, nor anything beside the API', async () => {
    const act = await ask(field.server, '/api/v1/control', {
      method: 'POST',
      body: '{}',
      headers: {
        authorization: 'Bearer control-token-1',
        'content-type': 'application/json',
        origin: ALLOWED,
      },
    });
    expect(granted(act)).toEqual([]);
    for (const path of ['/healthz', '/readyz', '/', '/index.html', '//api/v1/directory']) {
      expect(
        granted(await ask(field.server, path, { headers: { ...TOKEN, origin: ALLOWED } })),
        path,
      ).toEqual([]);
    }
    expect(granted(await preflight(ALLOWED, 'GET', '/healthz'))).toEqual([]);
  });
});

describe('any other page', () => {
  it.each([
    ['of another site', 'https://evil.example', 403],
    ['with the name as its beginning', `${ALLOWED}.evil.example`, 403],
    ['with the name as its end', 'https://evil-ops.example.com', 403],
    ['without TLS', 'http://ops.example.com', 200],
    ['on another port', `${ALLOWED}:8443`, 403],
    ['without an origin to name', 'null', 403],
    ['that says two', `${ALLOWED} https://evil.example`, 403],
    ['that says any', '*', 403],
  ])('%s is granted nothing', async (_what, origin, status) => {
    const read = await ask(field.server, '/api/v1/directory', { headers: { ...TOKEN, origin } });
    expect(read.status).toBe(status);
    expect(granted(read)).toEqual([]);
    expect(granted(await preflight(origin))).toEqual([]);
  });

  it('of the server itself is granted nothing either: it needs no leave', async () => {
    const own = `http://127.0.0.1:${field.server.port}`;
    const read = await ask(field.server, '/api/v1/directory', { headers: { ...TOKEN, origin: own } });
    expect(read.status).toBe(200);
    expect(granted(read)).toEqual([]);
    expect(granted(await preflight(own))).toEqual([]);
  });

  it('by another name of the server is granted nothing', async () => {
    const answer = await ask(field.server, '/api/v1/directory', {
      method: 'OPTIONS',
      headers: { host: 'evil.example', origin: ALLOWED, 'access-control-request-method': 'GET' },
    });
    expect(answer.status).toBe(421);
    expect(granted(answer)).toEqual([]);
  });
});

it('what no page asked for is kept apart in caches too', async () => {
  const answer = await ask(field.server, '/api/v1/directory', { headers: TOKEN });
  expect(answer.headers.vary).toBe('accept-encoding, origin');
  expect(granted(answer)).toEqual([]);
});

field.standsAtTheEnd();
