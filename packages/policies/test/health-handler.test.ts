import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { consecutiveFailures, createBreaker, fixed } from '@cb/core';
import { manualClock } from '@cb/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Health, healthHandler, healthOf, healthWith } from '../src/index.ts';

const clock = manualClock();
const at = (path: string, method = 'GET'): Request => new Request(`https://me.example${path}`, { method });
const well = healthOf({ name: 'database', check: () => true });
const ill = healthOf({ name: 'database', check: () => false });

function openBreaker(openMs = 4_200): ReturnType<typeof createBreaker> {
  const breaker = createBreaker({
    name: 'ledger',
    clock,
    openWhen: consecutiveFailures(1),
    stayOpen: fixed(openMs),
  });
  breaker.acquire().fail();
  return breaker;
}

async function seen(response: Response): Promise<[number, Record<string, string>, unknown]> {
  const text = await response.text();
  return [response.status, Object.fromEntries(response.headers), text === '' ? '' : JSON.parse(text)];
}

const json = { 'content-type': 'application/json', 'cache-control': 'no-store' };

describe('liveness', () => {
  it('is 200 and asks nobody', async () => {
    const health: Health = { check: () => Promise.reject(new Error('asked')) };
    expect(await seen(await healthHandler(health)(at('/livez')))).toEqual([200, json, { status: 'healthy' }]);
  });

  it('is 200 while circuits are open, critical ones too', async () => {
    const health = healthWith({ criticalCircuits: true }, openBreaker());
    expect((await healthHandler(health)(at('/livez'))).status).toBe(200);
  });
});

describe('readiness', () => {
  it('is 200 with the report where all is well', async () => {
    const response = await healthHandler(well)(at('/readyz'));
    expect(await seen(response)).toEqual([
      200,
      json,
      {
        status: 'healthy',
        ready: true,
        results: [
          {
            kind: 'check',
            name: 'database',
            critical: true,
            durationMs: expect.any(Number) as number,
            status: 'healthy',
          },
        ],
        circuits: { total: 0, open: 0, halfOpen: 0 },
        omitted: 0,
      },
    ]);
  });

  it('is 503 where something critical is not well', async () => {
    const [status, headers, body] = await seen(await healthHandler(ill)(at('/readyz')));
    expect([status, headers]).toEqual([503, json]);
    expect(body).toMatchObject({
      status: 'unhealthy',
      ready: false,
      results: [{ reason: 'answered false' }],
    });
  });

  it('is 200 while a circuit is open, which is a detail', async () => {
    const [status, headers, body] = await seen(await healthHandler(healthOf(openBreaker()))(at('/readyz')));
    expect([status, headers]).toEqual([200, json]);
    expect(body).toMatchObject({
      status: 'circuit-open',
      ready: true,
      circuits: { open: 1 },
      results: [{ name: 'ledger', retryAfterMs: 4_200, openedBecause: { rule: 'consecutive-failures' } }],
    });
  });

  it.each([
    [4_200, '5'],
    [10, '1'],
  ])(
    'is 503 for a critical circuit, and says when to come again: in %i ms is %s s',
    async (openMs, seconds) => {
      const health = healthWith({ criticalCircuits: ['ledger'] }, openBreaker(openMs));
      const [status, headers] = await seen(await healthHandler(health)(at('/readyz')));
      expect([status, headers]).toEqual([503, { ...json, 'retry-after': seconds }]);
    },
  );

  it('says no more than its status where details are not wanted', async () => {
    const handler = healthHandler(ill, { details: false });
    expect(await seen(await handler(at('/readyz')))).toEqual([
      503,
      json,
      { status: 'unhealthy', ready: false },
    ]);
  });

  it('is 503 where a health of one’s own breaks its promise', async () => {
    const check = (): Promise<never> => Promise.reject(new Error('hunter2'));
    expect(await seen(await healthHandler({ check })(at('/readyz')))).toEqual([
      503,
      json,
      { status: 'unhealthy', ready: false },
    ]);
  });
});

describe('a health handler', () => {
  it('answers HEAD like GET, without a body', async () => {
    const handler = healthHandler(healthWith({ criticalCircuits: true }, openBreaker()));
    expect(await seen(await handler(at('/livez', 'HEAD')))).toEqual([200, json, '']);
    expect(await seen(await handler(at('/readyz', 'HEAD')))).toEqual([
      503,
      { ...json, 'retry-after': '5' },
      '',
    ]);
  });

  it.each(['POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH'])('refuses %s and asks nobody', async (method) => {
    const handler = healthHandler({ check: () => Promise.reject(new Error('asked')) });
    for (const path of ['/livez', '/readyz']) {
      expect(await seen(await handler(at(path, method)))).toEqual([
        405,
        { ...json, allow: 'GET, HEAD' },
        { status: 'method not allowed' },
      ]);
    }
  });

  it.each(['/', '/livez/', '/LIVEZ', '/livez/x', '/x/livez', '//livez', '/%6civez'])(
    'knows nothing at %s',
    async (path) => {
      expect(await seen(await healthHandler(well)(at(path)))).toEqual([404, json, { status: 'not found' }]);
    },
  );

  it.each([
    '/livez',
    '/livez?x=/readyz',
    '/livez#x',
    'http://me.example/livez',
    'https://me.example:8080/livez?x',
    'http://[::1]/livez',
    'h2c://me.example/livez',
  ])('finds its way in %s', async (url) => {
    expect((await healthHandler(ill)({ url })).status).toBe(200);
  });

  it('takes only what an address begins with for its origin', async () => {
    const handler = healthHandler(well, { live: '/_' });
    expect((await handler({ url: '/_' })).status).toBe(200);
    expect((await handler({ url: '/_http://me.example' })).status).toBe(404);
  });

  it.each([undefined, '', 'http://', '*', 'me.example:443', 'x/livez'])('survives %j', async (url) => {
    expect((await healthHandler(ill)({ url, method: 'GET' })).status).toBe(404);
  });

  it('listens where it is told to', async () => {
    const handler = healthHandler(ill, { live: '/healthz/live', ready: ['/healthz', '/healthz/ready'] });
    const statuses = async (...paths: string[]): Promise<number[]> => {
      const all = await Promise.all(paths.map((path) => handler(at(path))));
      return all.map(({ status }) => status);
    };
    expect(await statuses('/healthz/live', '/healthz', '/healthz/ready', '/livez', '/readyz')).toEqual([
      200, 503, 503, 404, 404,
    ]);
  });

  it.each<[unknown[], string]>([
    [[undefined], 'healthHandler takes what healthOf gives, got undefined'],
    [[{ live: '/livez' }], 'healthHandler takes what healthOf gives, got an object'],
    [[well, { livePath: '/x' }], 'healthHandler has no option "livePath"; did you mean live?'],
    [[well, { live: 'livez' }], 'healthHandler live must be a path such as "/livez", got "livez"'],
    [[well, { ready: ['/a', 5] }], 'healthHandler ready must be a path such as "/readyz", got an array'],
    [[well, { ready: ['/a', ['/b']] }], 'healthHandler ready must be a path'],
    [
      [well, { live: 'healthz/live' }],
      'healthHandler live must be a path such as "/livez", got "healthz/live"',
    ],
    [[well, { ready: [] }], 'healthHandler ready must be a path such as "/readyz", got an array'],
    [[well, { ready: '/a?b' }], 'healthHandler ready must be a path such as "/readyz", got "/a?b"'],
    [[well, { details: 'no' }], 'healthHandler details must be true or false, got "no"'],
    [
      [well, { live: '/healthz', ready: '/healthz' }],
      'healthHandler: "/healthz" cannot be both live and ready: they mean different things',
    ],
  ])('refuses %j', (given, sentence) => {
    expect(() => healthHandler(...(given as [Health]))).toThrow(sentence);
  });
});

describe('behind a real server of Node', () => {
  let health: Health;
  let handler: ReturnType<typeof healthHandler>;
  let server: Server;
  let origin: string;

  // As docs/policies/health.md has it.
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const answer = await handler(request);
    response.writeHead(answer.status, Object.fromEntries(answer.headers)).end(await answer.text());
  }

  beforeAll(async () => {
    health = healthWith({ criticalCircuits: true }, openBreaker());
    handler = healthHandler(health);
    server = createServer((request, response) => void serve(request, response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => server.close());

  it('answers what it would answer by itself', async () => {
    const live = await fetch(`${origin}/livez?from=kubelet`);
    expect([live.status, await live.json()]).toEqual([200, { status: 'healthy' }]);
    const ready = await fetch(`${origin}/readyz`);
    expect([ready.status, ready.headers.get('retry-after'), ready.headers.get('cache-control')]).toEqual([
      503,
      '5',
      'no-store',
    ]);
    expect(await ready.json()).toEqual(JSON.parse(JSON.stringify(await health.check())));
  });

  it('answers HEAD and refuses POST', async () => {
    const head = await fetch(`${origin}/readyz`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([503, '']);
    const post = await fetch(`${origin}/readyz`, { method: 'POST', body: 'x' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });
});
