// Who gave up: the caller, or the upstream.
import { strict as assert } from 'node:assert';
import type { ConformanceCase } from '../conformance-case.ts';
import { promise } from '../conformance-case.ts';
import { assertTotals, ending, portrait } from '../scene.ts';

export const aborts: readonly ConformanceCase[] = [
  promise('own-timeout', "the host's own timeout is a failure", async ({ make }) => {
    const client = await make();
    assert.notEqual((await client.send('/hang', { timeoutMs: 30 })).error, undefined);
    assertTotals(client, { failed: 1 });
  }),

  promise('timeout-signal', 'AbortSignal.timeout is a failure of the upstream', async ({ make }) => {
    const client = await make();
    assert.notEqual((await client.send('/hang', { signal: AbortSignal.timeout(30) })).error, undefined);
    assertTotals(client, { failed: 1 });
  }),

  promise(
    'caller-abort',
    "the caller's abort is ignored and gives the permit back",
    async ({ make, server }) => {
      const client = await make();
      const controller = new AbortController();
      const call = client.send('/hang', { signal: controller.signal });
      await server.reached('/hang');
      controller.abort();
      assert.notEqual((await call).error, undefined);
      assertTotals(client, { ignored: 1 });
    },
  ),

  promise('abort-reason', 'an abort with a reason of any kind looks as without a breaker', async (scene) => {
    const { adapter, make, server } = scene;
    for (const reason of [new Error('the user left'), 'a plain string', { code: 7 }]) {
      const client = await make();
      const before = server.hits('/hang');
      const [ours, bare] = [new AbortController(), new AbortController()];
      const guarded = client.send('/hang', { signal: ours.signal });
      const plain = ending(adapter.raw(`${server.url}/hang`, { signal: bare.signal }));
      await server.reached('/hang', before + 2);
      ours.abort(reason);
      bare.abort(reason);
      assert.deepEqual(portrait((await guarded).error), portrait((await plain).error));
      assertTotals(client, { ignored: 1 });
    }
  }),

  promise(
    'aborted-before',
    'a call aborted beforehand sends nothing and counts as nothing',
    async ({ make, server }) => {
      const client = await make();
      assert.notEqual((await client.send('/echo', { signal: AbortSignal.abort() })).error, undefined);
      assert.equal(server.hits(), 0);
      assertTotals(client, {});
    },
  ),

  promise(
    'aborted-probe',
    'a probe that its caller aborts frees its place for the next',
    async ({ make, server }) => {
      const client = await make({ breaker: { probing: { probes: 1, atOnce: 1 } } });
      await client.openAndWait();
      const controller = new AbortController();
      const probe = client.send('/gate/probe', { signal: controller.signal });
      await server.gate('probe').reached(1);
      assert.ok((await client.send('/status/200')).error, 'the only place is taken');
      controller.abort();
      await probe;
      assert.equal((await client.send('/status/200')).value?.status, 200);
      assert.equal(client.breaker.state, 'closed');
    },
  ),
];
