import { type BreakerSnapshot, consecutiveFailures, fixed, isCircuitOpenError } from '@cb/core';
import { type ChaosServer, createChaosServer, eventually, manualClock } from '@cb/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createResilientClient, type ResilientClient } from '../src/examples/resilient-client.ts';

let server: ChaosServer;
beforeEach(async () => {
  server = await createChaosServer();
});
afterEach(() => server.close());

/** A call counts when its body has ended, a moment after whoever reads it knows. */
async function countedBy(client: ResilientClient, calls: number): Promise<BreakerSnapshot> {
  const breaker = client.breakers.get(server.url);
  const counted = (): number => {
    const { succeeded, failed, ignored } = breaker.snapshot().counts;
    return succeeded + failed + ignored;
  };
  await eventually(`${calls} calls are counted`, () => counted() >= calls);
  return breaker.snapshot();
}

describe('the resilient client', () => {
  it('hands an answer on as it is', async () => {
    const client = createResilientClient();
    const response = await client.request(`${server.url}/echo`, {
      method: 'POST',
      body: '{"id":"42"}',
      headers: { 'content-type': 'application/json' },
    });
    expect([response.status, response.headers.get('x-method'), await response.json()]).toEqual([
      200,
      'POST',
      { id: '42' },
    ]);
    expect((await client.request(`${server.url}/status/204`)).status).toBe(204);
  });

  it('tries again what may be sent twice', async () => {
    const client = createResilientClient();
    const response = await client.request(`${server.url}/503then200?n=2`);
    expect([response.status, server.hits('/503then200')]).toEqual([200, 3]);
  });

  it('does not send twice what may do twice', async () => {
    const client = createResilientClient();
    const response = await client.request(`${server.url}/503then200`, { method: 'POST', body: 'order' });
    expect([response.status, server.hits('/503then200')]).toEqual([503, 1]);
  });

  it('gives the last answer where all attempts fail, and throws it from json', async () => {
    const client = createResilientClient({ attempts: 2 });
    expect((await client.request(`${server.url}/status/500`)).status).toBe(500);
    await expect(client.json(`${server.url}/status/404?token=secret`)).rejects.toMatchObject({
      name: 'HttpError',
      status: 404,
      message: `404 from ${server.url}`,
    });
    expect([server.hits('/status/500'), server.hits('/status/404')]).toEqual([2, 1]);
  });

  it.each(['/hang', '/stall'])('gives %s up in time, each attempt by itself', async (path) => {
    const client = createResilientClient({ timeoutMs: 50, attempts: 2 });
    await expect(client.request(server.url + path)).rejects.toMatchObject({ code: 'ERR_TIMEOUT' });
    expect(server.hits(path)).toBe(2);
    const { counts } = await countedBy(client, 2);
    expect(counts).toMatchObject({ failed: 2, succeeded: 0 });
  });

  it('sends nothing while the circuit is open, says so at once, and comes back', async () => {
    const clock = manualClock();
    const client = createResilientClient({
      attempts: 1,
      breaker: {
        clock,
        openWhen: consecutiveFailures(3),
        stayOpen: fixed(5_000),
        probing: { probes: 1 },
      },
    });
    server.become('resetting');
    for (let i = 0; i < 3; i++) await expect(client.request(server.url)).rejects.toThrow('fetch failed');
    const sent = server.hits();
    const refused: unknown = await client.request(server.url).catch((error: unknown) => error);
    expect([isCircuitOpenError(refused), server.hits()]).toEqual([true, sent]);
    server.become('healthy');
    clock.advance(5_000);
    expect((await client.request(server.url)).status).toBe(200);
    await eventually('it closes', () => client.breakers.get(server.url).state === 'closed');
  });

  it('does not wait for a circuit that stays open for long', async () => {
    const client = createResilientClient({
      attempts: 3,
      breaker: { clock: manualClock(), openWhen: consecutiveFailures(1), stayOpen: fixed(5_000) },
    });
    await expect(client.request(`${server.url}/rst`)).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
    expect(server.hits('/rst')).toBe(1);
  });

  it('sends a second request beside a slow first one, and counts no failure', async () => {
    const client = createResilientClient({ hedgeAfterMs: 20 });
    const response = client.request(`${server.url}/gate/first`);
    const gate = server.gate('first');
    await gate.reached(2);
    gate.release();
    expect([(await response).status, server.hits('/gate/first')]).toEqual([200, 2]);
    expect((await countedBy(client, 2)).counts).toMatchObject({ failed: 0 });
  });

  it('has one breaker where it has a name, and shows its policies by that name', () => {
    const client = createResilientClient({ name: 'prices', hedgeAfterMs: 20 });
    const shown = client.pipeline.members.map(
      (member) => 'kind' in member && `${member.kind} ${member.name}`,
    );
    expect(shown).toEqual(['retry prices', 'hedge prices', 'timeout prices']);
  });

  it('ends with the caller’s own reason', async () => {
    const caller = new AbortController();
    const client = createResilientClient();
    const done = client.request(`${server.url}/hang`, { signal: caller.signal });
    await server.reached('/hang');
    const reason = new Error('the tab was closed');
    caller.abort(reason);
    await expect(done).rejects.toBe(reason);
    expect((await countedBy(client, 1)).counts).toMatchObject({ ignored: 1, failed: 0 });
  });
});
