// What counts as a success, a failure, or nothing.
import { strict as assert } from 'node:assert';
import type { CallOptions } from '../adapter-under-test.ts';
import { closedPort } from '../closed-port.ts';
import type { ConformanceCase } from '../conformance-case.ts';
import { promise } from '../conformance-case.ts';
import type { Scene } from '../scene.ts';
import { addressOf, assertTotals, ending, OPEN_MS, openErrorIn, portrait } from '../scene.ts';
import { UNRESOLVABLE_HOST } from '../unresolvable-host.ts';
import { eventually } from '../waiting.ts';

/** One call to each address ends in an error and counts as one failure. */
async function failsOnce(scene: Scene, path: string): Promise<void> {
  const client = await scene.make();
  const { error } = await client.send(path);
  assert.notEqual(error, undefined, 'the call fails');
  assertTotals(client, { failed: 1 });
}

/** Opens by answers that carry `Retry-After`, and says for how long the next call is turned away. */
async function openFor(scene: Scene, retryAfter: string): Promise<number> {
  const client = await scene.make({ breaker: { stayOpen: { ...fixedOpen, hintMaxMs: 600_000 } } });
  for (let i = 0; i < 3; i++)
    await client.send(`/status/${i === 2 ? 429 : 503}?ra=${encodeURIComponent(retryAfter)}`);
  assert.equal(client.breaker.state, 'open');
  const { retryAfterMs = Number.NaN } = openErrorIn((await client.send('/status/200')).error);
  scene.clock.advance(retryAfterMs - 1);
  assert.ok((await client.send('/status/200')).error, 'stays open until the time is over');
  scene.clock.advance(1);
  assert.equal((await client.send('/status/200')).value?.status, 200, 'probes when the time is over');
  return retryAfterMs;
}
/** A body that breaks off once the request has arrived. */
async function* failingBody(arrived: Promise<void>): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode('the first piece');
  await arrived;
  throw new Error('the file could not be read');
}
const fixedOpen = { kind: 'fixed', firstMs: OPEN_MS, factor: 1, maxMs: OPEN_MS, jitterRatio: 0 } as const;

export const verdicts: readonly ConformanceCase[] = [
  promise('ok-is-success', 'a 200 counts as one success and reaches the caller', async ({ make }) => {
    const client = await make();
    assert.equal((await client.send('/status/200')).value?.body, '200\n');
    assertTotals(client, { succeeded: 1 });
  }),

  promise('server-error-is-failure', 'a 500 counts as one failure', async ({ make, server }) => {
    const client = await make();
    await client.send('/status/500');
    assertTotals(client, { failed: 1 });
    assert.equal(server.hits('/status/500'), 1);
  }),

  promise('not-found-is-no-failure', 'a 404 is an answer, not a failure', async ({ make }) => {
    const client = await make();
    for (let i = 0; i < 5; i++) await client.send('/status/404');
    const { failed, inFlight } = client.totals();
    assert.deepEqual(
      { failed, inFlight, state: client.breaker.state },
      { failed: 0, inFlight: 0, state: 'closed' },
    );
  }),

  promise(
    'retry-after-seconds',
    'Retry-After in seconds keeps the circuit open for as long',
    async (scene) => {
      assert.equal(await openFor(scene, '30'), 30_000);
    },
  ),

  promise('retry-after-date', 'Retry-After as a date keeps the circuit open until then', async (scene) => {
    const ms = await openFor(scene, new Date(Date.now() + 60_000).toUTCString());
    assert.ok(ms > 50_000 && ms <= 61_000, `about a minute, not ${ms} ms`);
  }),

  promise(
    'retry-after-capped',
    'an absurd Retry-After is capped, a senseless one is no hint',
    async (scene) => {
      assert.equal(await openFor(scene, '99999999999999999999'), 600_000);
      assert.equal(await openFor(scene, 'soon'), OPEN_MS);
      assert.equal(await openFor(scene, '-5'), OPEN_MS);
    },
  ),

  promise('refused', 'a refused connection is a failure', async (scene) => {
    await failsOnce(scene, `http://127.0.0.1:${await closedPort()}/`);
  }),

  promise('reset', 'a connection that is reset or closed before the answer is a failure', async (scene) => {
    await failsOnce(scene, '/rst');
    await failsOnce(scene, '/fin');
  }),

  promise('unresolvable', 'a host name that does not resolve is a failure', async (scene) => {
    await failsOnce(scene, `http://${UNRESOLVABLE_HOST}/`);
  }),

  promise('garbage', 'an answer that is not HTTP is a failure', async (scene) => {
    await failsOnce(scene, '/garbage');
  }),

  promise('redirects-once', 'a chain of redirects counts once', async ({ make, server }) => {
    const client = await make();
    await client.send('/redirect/3?to=/status/200');
    assertTotals(client, { succeeded: 1 });
    assert.equal(server.hits(), 4);
  }),

  promise(
    'redirect-elsewhere',
    'a 503 that another host gave after a redirect does not count against the first',
    async ({ make, anotherServer }) => {
      const elsewhere = await anotherServer();
      const client = await make();
      for (let i = 0; i < 4; i++) await client.send(`/redirect/1?to=${elsewhere.url}/status/503`);
      const first = [...client.group][0];
      assert.deepEqual([first?.state, first?.snapshot().counts.failed], ['closed', 0]);
    },
  ),

  promise(
    'caller-bug',
    'a call that the caller got wrong never counts and fails as without a breaker',
    async (scene) => {
      const { adapter, make, server } = scene;
      const bugs = adapter.caps?.callerBugs ?? [{ url: 'http://' }];
      for (const { url, ...options } of bugs) {
        const client = await make();
        const { error } = await client.send(url, options);
        const bare = await ending(adapter.raw(addressOf(url, server), options));
        assert.notEqual(bare.error, undefined, `${url} is a call that the bare host refuses`);
        assert.deepEqual(portrait(error), portrait(bare.error));
        const { succeeded, failed, inFlight } = client.totals();
        assert.deepEqual({ succeeded, failed, inFlight }, { succeeded: 0, failed: 0, inFlight: 0 }, url);
      }
    },
  ),

  promise(
    'upload-error',
    "an upload stream of the caller's own that errors says nothing about the upstream",
    async ({ adapter, make, server }) => {
      const client = await make();
      const upload = (): CallOptions => ({
        method: 'POST',
        body: failingBody(server.reached('/hang', server.hits('/hang') + 1)),
      });
      const { error } = await client.send('/hang', upload());
      const bare = await ending(adapter.raw(`${server.url}/hang`, upload()));
      assert.deepEqual(portrait(error), portrait(bare.error));
      const { succeeded, failed, inFlight } = client.totals();
      assert.deepEqual({ succeeded, failed, inFlight }, { succeeded: 0, failed: 0, inFlight: 0 });
    },
  ),

  promise('dying-body', 'where it watches bodies, one that dies half-way is a failure', async ({ make }) => {
    for (const path of ['/trunc', '/chunktrunc', '/rstmid']) {
      const client = await make({ watchBody: true });
      const { error } = await client.send(path);
      assert.notEqual(error, undefined, 'the caller sees the body die');
      await eventually(`${path} is settled`, () => client.totals().inFlight === 0);
      assertTotals(client, { failed: 1 }, path);
    }
    const client = await make({ watchBody: true });
    assert.equal((await client.send('/big?bytes=300000')).value?.body.length, 300_000);
    await eventually('the whole body is settled', () => client.totals().inFlight === 0);
    assertTotals(client, { succeeded: 1 });
  }),
];
