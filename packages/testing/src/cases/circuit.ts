// What an open and a half-open circuit do to calls.
import { strict as assert } from 'node:assert';
import { circuitOpenIn, isCircuitOpenError } from '@cb/core';
import type { ConformanceCase } from '../conformance-case.ts';
import { promise } from '../conformance-case.ts';
import { ForeignOpenError, foreignGuard, turnAwayWith } from '../foreign-core.ts';
import { assertTotals, FAILURES_TO_OPEN, OPEN_MS, openErrorIn } from '../scene.ts';
import { createTally, eventually } from '../waiting.ts';

export const circuit: readonly ConformanceCase[] = [
  promise('open-sends-nothing', 'while open, the server sees no request', async ({ make, server }) => {
    const client = await make();
    await client.open();
    for (let i = 0; i < 10; i++) assert.ok((await client.send('/status/200')).error);
    assert.equal(server.hits(), FAILURES_TO_OPEN);
    assertTotals(client, { failed: FAILURES_TO_OPEN, rejected: 10 });
  }),

  promise(
    'open-error',
    'a refused call says which circuit is open and when to come back',
    async ({ make, clock }) => {
      const client = await make();
      await client.open();
      clock.advance(OPEN_MS / 4);
      const error = openErrorIn((await client.send('/status/200')).error);
      const { code, breaker, state, reason, retryAfterMs } = error;
      assert.deepEqual(
        { code, breaker, state, reason, retryAfterMs },
        {
          code: 'ERR_CIRCUIT_OPEN',
          breaker: client.breaker.name,
          state: 'open',
          reason: 'open',
          retryAfterMs: (OPEN_MS * 3) / 4,
        },
      );
      assert.doesNotThrow(() => JSON.stringify(error));
    },
  ),

  promise(
    'two-copies',
    'the open error is recognised across two copies of core, in both directions',
    async ({ make }) => {
      const client = await make();
      await client.open();
      const { error } = await client.send('/status/200');
      assert.ok(foreignGuard(error), 'another copy of core recognises what this adapter rejects with');
      const foreign = new ForeignOpenError(client.breaker.name);
      turnAwayWith(foreign, client.breaker);
      const passed = (await client.send('/status/200')).error;
      assert.equal(circuitOpenIn(passed), foreign, 'what another copy of core turns away with comes through');
      assert.equal(client.breaker.state, 'open');
    },
  ),

  promise(
    'probe-limit',
    'while half-open, no more probes reach the server than may run at once',
    async (scene) => {
      const { make, server } = scene;
      const client = await make({ breaker: { probing: { probes: 2, atOnce: 2 } } });
      await client.openAndWait();
      const over = createTally();
      const calls = Array.from({ length: 10 }, async () => {
        const end = await client.send('/gate/probes');
        over.add();
        return end;
      });
      const gate = server.gate('probes');
      await eventually('all calls are held or turned away', () => gate.held + over.count === 10);
      const { held } = gate;
      gate.release();
      assert.equal(held, 2, 'as many probes reach the server as may run at once');
      const ends = await Promise.all(calls);
      assert.equal(ends.filter(({ error }) => isCircuitOpenError(error)).length, 8);
      assert.equal(server.hits('/gate/probes'), 2);
      assert.equal(client.breaker.state, 'closed');
    },
  ),

  promise('failed-probe', 'a probe that fails opens the circuit again', async ({ make, server }) => {
    const client = await make();
    await client.openAndWait();
    await client.send('/rst');
    assert.equal(client.breaker.state, 'open');
    await client.send('/status/200');
    assert.equal(server.hits('/status/200'), 0);
  }),

  promise(
    'late-result',
    'a result from before the circuit moved on changes nothing',
    async ({ make, server }) => {
      const client = await make();
      const late = client.send('/gate/late');
      await server.gate('late').reached(1);
      await client.openAndWait();
      for (let i = 0; i < 2; i++) await client.send('/status/200');
      assert.equal(client.breaker.state, 'closed');
      for (let i = 1; i < FAILURES_TO_OPEN; i++) await client.send('/status/500');
      server.gate('late').release(500);
      await late;
      assert.equal(client.breaker.state, 'closed', 'one failure short of opening: the late one is not it');
      const { stale, inFlight } = client.totals();
      assert.deepEqual({ stale, inFlight }, { stale: 1, inFlight: 0 });
    },
  ),

  promise(
    'keys-isolate',
    'one host that fails does not close the way to another',
    async ({ make, anotherServer }) => {
      const client = await make();
      const other = await anotherServer();
      await client.open();
      assert.equal((await client.send(`${other.url}/status/200`)).value?.status, 200);
      assert.ok((await client.send('/status/200')).error);
      assert.equal(client.group.size, 2);
    },
  ),

  promise('unread-body', 'a body that nobody reads does not hold a probe', async ({ make, server }) => {
    const client = await make({ breaker: { probing: { probes: 1, atOnce: 1 } } });
    await client.openAndWait();
    assert.equal((await client.send('/stall', { leaveBody: true })).value?.status, 200);
    assert.equal(client.breaker.state, 'closed');
    assert.equal((await client.send('/status/200')).value?.status, 200);
    assert.equal(server.hits('/stall'), 1);
  }),

  promise(
    'streaming-body',
    'an answer that streams on does not hold a probe, and giving it up later counts as nothing',
    async ({ make, server }) => {
      const client = await make({ breaker: { probing: { probes: 1, atOnce: 1 } } });
      await client.openAndWait();
      const controller = new AbortController();
      const stream = await client.send('/loris', { leaveBody: true, signal: controller.signal });
      assert.equal(stream.value?.status, 200);
      assert.equal(client.breaker.state, 'closed');
      assert.equal((await client.send('/status/200')).value?.status, 200);
      controller.abort();
      await eventually('the stream is gone', () => server.openRequests === 0);
      assertTotals(client, { failed: FAILURES_TO_OPEN, succeeded: 2 });
    },
  ),

  promise(
    'many-refusals',
    'a thousand calls at once at an open circuit are all turned away, quietly',
    async (scene) => {
      const { make, server } = scene;
      const client = await make();
      await client.open();
      const unhandled: unknown[] = [];
      const note = (reason: unknown): void => void unhandled.push(reason);
      process.on('unhandledRejection', note);
      try {
        const ends = await Promise.all(Array.from({ length: 1_000 }, () => client.send('/status/200')));
        assert.ok(ends.every(({ error }) => isCircuitOpenError(error)));
        for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve));
      } finally {
        process.off('unhandledRejection', note);
      }
      assert.deepEqual(unhandled, []);
      assert.equal(server.hits(), FAILURES_TO_OPEN);
      assertTotals(client, { failed: FAILURES_TO_OPEN, rejected: 1_000 });
    },
  ),
];
