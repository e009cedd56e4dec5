// Clients that retry by themselves, with the one line of docs/client-retries.md and without it.
import { type Breaker, consecutiveFailures, createBreaker, fixed, isCircuitOpenError } from '@cb/core';
import { statusVerdict } from '@cb/core/kit';
import { type ChaosServer, createChaosServer } from '@cb/testing';
import got, { type Got, type HandlerFunction, HTTPError } from 'got';
import ky from 'ky';
import { createFetch } from 'ofetch';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withBreaker } from '../src/index.ts';

const options = { openWhen: consecutiveFailures(2), stayOpen: fixed(60_000) };
let server: ChaosServer;
beforeEach(async () => {
  server = await createChaosServer();
});
afterEach(() => server.close());

/** What one call with five retries comes to, at an upstream that is down and a breaker that opens at the second failure. */
async function outcome(breakers: Iterable<Breaker>, call: Promise<unknown>): Promise<object> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const [breaker] = breakers;
  const { failed, rejected } = (breaker as Breaker).snapshot().counts;
  return { open: isCircuitOpenError(error), sent: server.hits(), failed, rejected };
}
const nothingWasted = { open: true, sent: 2, failed: 2, rejected: 1 };
const threeWasted = { open: true, sent: 2, failed: 2, rejected: 4 };

describe('ky over a guarded fetch', () => {
  const limits = { limit: 5, delay: () => 0 };

  it('wastes no retry on an open circuit', async () => {
    const guarded = withBreaker(fetch, options);
    const client = ky.create({
      fetch: guarded,
      retry: { ...limits, shouldRetry: ({ error }) => (isCircuitOpenError(error) ? false : undefined) },
    });
    expect(await outcome(guarded.breakers, client.get(`${server.url}/status/503`))).toEqual(nothingWasted);
  });

  it('retries an open circuit where nobody tells it not to', async () => {
    const guarded = withBreaker(fetch, options);
    const client = ky.create({ fetch: guarded, retry: limits });
    expect(await outcome(guarded.breakers, client.get(`${server.url}/status/503`))).toEqual(threeWasted);
  });
});

describe('ofetch over a guarded fetch', () => {
  const limits = { retry: 5, retryDelay: 0 };

  it('wastes no retry on an open circuit', async () => {
    const guarded = withBreaker(fetch, options);
    const client = createFetch({ fetch: guarded }).create({
      ...limits,
      onRequestError: (context) => {
        if (isCircuitOpenError(context.error)) context.options.retry = false;
      },
    });
    expect(await outcome(guarded.breakers, client(`${server.url}/status/503`))).toEqual(nothingWasted);
  });

  it('retries an open circuit where nobody tells it not to', async () => {
    const guarded = withBreaker(fetch, options);
    const client = createFetch({ fetch: guarded }).create(limits);
    expect(await outcome(guarded.breakers, client(`${server.url}/status/503`))).toEqual(threeWasted);
  });
});

describe('got with a handler', () => {
  const guardedGot = (): { client: Got; payments: Breaker } => {
    const payments = createBreaker({
      name: 'payments',
      ...options,
      classify: (end) =>
        !end.ok && end.error instanceof HTTPError ? statusVerdict(end.error.response.statusCode) : undefined,
    });
    const guard: HandlerFunction = (request, next) =>
      request.isStream ? next(request) : (payments.execute(async () => next(request)) as never);
    const retry = { limit: 2, calculateDelay: ({ computedValue = 0 }) => Math.min(computedValue, 1) };
    return { payments, client: got.extend({ retry, handlers: [guard] }) };
  };

  it('guards a call once, with its retries inside, and wastes none on an open circuit', async () => {
    const { client, payments } = guardedGot();
    const url = `${server.url}/status/503`;
    for (let i = 0; i < 2; i++) await expect(client(url)).rejects.toMatchObject({ name: 'HTTPError' });
    expect(server.hits()).toBe(6);
    await expect(client(url)).rejects.toSatisfy(isCircuitOpenError);
    await expect(client(url).json()).rejects.toSatisfy(isCircuitOpenError);
    expect(server.hits()).toBe(6);
    expect(payments.snapshot().counts).toMatchObject({ failed: 2, rejected: 2 });
  });

  it('leaves answers and their shortcuts as they are', async () => {
    const { client, payments } = guardedGot();
    expect(await client.post(`${server.url}/echo`, { json: { a: 1 } }).json()).toEqual({ a: 1 });
    expect(await client(`${server.url}/status/200`).text()).toBe('200\n');
    await expect(client(`${server.url}/status/404`)).rejects.toBeInstanceOf(HTTPError);
    expect(payments.snapshot().counts).toMatchObject({ succeeded: 3, failed: 0 });
  });
});
