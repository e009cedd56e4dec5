// What the caller does not notice, whatever else goes wrong.
import { strict as assert } from 'node:assert';
import { failureRatio } from '@cb/core';
import type { CallOptions } from '../adapter-under-test.ts';
import { closedPort } from '../closed-port.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { optionalPromise, promise } from '../conformance-case.ts';
import type { Ending } from '../scene.ts';
import { addressOf, assertTotals, ending, FAILURES_TO_OPEN, OPEN_MS, portrait } from '../scene.ts';

function boom(): never {
  throw new Error('boom in user code');
}

/** A body of a few pieces that tells how many were taken. */
function countedBody(): { body: AsyncIterable<Uint8Array>; pulled: () => number } {
  let pulled = 0;
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (const piece of ['one ', 'two ', 'three']) {
      pulled++;
      yield new TextEncoder().encode(piece);
    }
  }
  return { body: pieces(), pulled: () => pulled };
}

/** A repeatable stream of numbers from 0 to below 1 (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const transparency: readonly ConformanceCase[] = [
  promise(
    'same-error',
    'an error has the name, code, message and cause that the bare host gives it',
    async (scene) => {
      const { adapter, make, server } = scene;
      for (const path of [`http://127.0.0.1:${await closedPort()}/`, '/rst', '/fin', '/garbage']) {
        const client = await make();
        const guarded = await client.send(path);
        const bare = await ending(adapter.raw(addressOf(path, server)));
        assert.deepEqual(portrait(guarded.error), portrait(bare.error), path);
      }
    },
  ),

  promise(
    'post-body',
    'the body of a POST arrives whole, and its answer comes back whole',
    async ({ make }) => {
      const client = await make();
      const text = 'grüße, 世界 '.repeat(5_000);
      const { value } = await client.send('/echo', { method: 'POST', body: text });
      assert.equal(value?.body, text);
      const streamed = await client.send('/echo', { method: 'POST', body: countedBody().body });
      assert.equal(streamed.value?.body, 'one two three');
      assertTotals(client, { succeeded: 2 });
    },
  ),

  promise('open-leaves-body', 'while open, nobody touches the body of the request', async ({ make }) => {
    const client = await make();
    await client.open();
    const { body, pulled } = countedBody();
    assert.ok((await client.send('/echo', { method: 'POST', body })).error);
    assert.equal(pulled(), 0);
  }),

  promise(
    'throwing-classifier',
    'a classifier that throws changes no result and is reported',
    async (scene) => {
      const client = await scene.make({ classify: boom });
      assert.equal((await client.send('/status/200')).value?.status, 200);
      await client.send('/status/500');
      assertTotals(client, { succeeded: 1, failed: 1 });
      assert.equal((scene.reported[0] as Error | undefined)?.message, 'boom in user code');
    },
  ),

  promise(
    'throwing-key',
    'a key function that throws gives way to the default key and is reported',
    async (scene) => {
      const client = await scene.make({ key: boom });
      assert.equal((await client.send('/status/200')).value?.status, 200);
      assertTotals(client, { succeeded: 1 });
      assert.equal((scene.reported[0] as Error | undefined)?.message, 'boom in user code');
    },
  ),

  promise('throwing-listener', 'a listener that throws changes no result and no state', async (scene) => {
    const { adapter, make, server } = scene;
    const client = await make({ breaker: { onError: () => {} } });
    await client.send('/status/200');
    client.breaker.on('state-changed', boom);
    const bare = await ending(adapter.raw(`${server.url}/rst`));
    for (let i = 0; i < FAILURES_TO_OPEN; i++)
      assert.deepEqual(portrait((await client.send('/rst')).error), portrait(bare.error));
    assert.equal(client.breaker.state, 'open');
    assertTotals(client, { succeeded: 1, failed: FAILURES_TO_OPEN });
  }),

  promise(
    'install-twice',
    'installed twice for the same breakers, it counts a call once',
    async ({ make }) => {
      const client = await make({ installTwice: true });
      await client.send('/status/200');
      await client.send('/status/500');
      assertTotals(client, { succeeded: 1, failed: 1 });
    },
  ),

  promise('uninstall', 'once taken off, it neither counts nor turns away', async ({ make, server }) => {
    const client = await make();
    await client.open();
    client.uninstall?.();
    assert.equal((await client.send('/status/200')).value?.status, 200);
    assert.equal(server.hits('/status/200'), 1);
    assertTotals(client, { failed: FAILURES_TO_OPEN });
  }),

  promise(
    'client-retry',
    "the host's own retry counts every attempt and does not retry a refusal",
    async ({ make, server }) => {
      const client = await make({ retries: FAILURES_TO_OPEN + 3 });
      await client.send('/status/503');
      assert.equal(server.hits('/status/503'), FAILURES_TO_OPEN);
      assertTotals(client, { failed: FAILURES_TO_OPEN, rejected: 1 });
    },
  ),

  optionalPromise(
    'cached-answer',
    'an answer from the cache is given while the circuit is open',
    'the host has no cache',
    async ({ make, server }) => {
      const client = await make({ cache: true });
      for (let i = 0; i < 2; i++) await client.send('/status/200');
      assert.equal(server.hits('/status/200'), 1, 'the second answer comes from the cache');
      await client.open();
      assert.equal((await client.send('/status/200')).value?.status, 200);
      assert.equal(server.hits('/status/200'), 1);
      assert.deepEqual(client.totals().rejected, 0);
    },
  ),

  promise(
    'storm',
    'after 150 mixed calls nothing is in flight and every call is in exactly one total',
    async (scene) => {
      const { make, clock } = scene;
      const client = await make({ breaker: { openWhen: [failureRatio(0.3, { minimumCalls: 10 })] } });
      const random = randomNumbers(7);
      let counted = 0;
      for (let batch = 0; batch < 10; batch++) {
        const calls: Promise<Ending>[] = [];
        for (let i = 0; i < 15; i++) {
          const draw = Math.floor(random() * stormCalls.length);
          const make = stormCalls[draw] as (typeof stormCalls)[number];
          const { path, ...options } = make();
          if (!options.signal?.aborted) counted++;
          calls.push(client.send(path, options));
        }
        await Promise.all(calls);
        clock.advance(OPEN_MS / 2);
      }
      const { succeeded, failed, ignored, rejected, inFlight } = client.totals();
      assert.equal(inFlight, 0);
      assert.equal(succeeded + failed + ignored + rejected, counted);
      assert.ok(succeeded && failed && ignored && rejected, 'the storm holds calls of every kind');
    },
  ),
];

const stormCalls: readonly (() => CallOptions & { path: string })[] = [
  () => ({ path: '/status/200' }),
  () => ({ path: '/status/404' }),
  () => ({ path: '/status/500' }),
  () => ({ path: '/status/429' }),
  () => ({ path: '/rst' }),
  () => ({ path: '/trunc' }),
  () => ({ path: '/redirect/2?to=/status/200' }),
  () => ({ path: '/echo', method: 'POST', body: 'storm' }),
  () => ({ path: '/hang', signal: AbortSignal.timeout(20) }),
  () => ({ path: '/echo', signal: AbortSignal.abort() }),
  () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    return { path: '/hang', signal: controller.signal };
  },
];
