// What a process that runs for months would notice: nothing may pile up.
import { strict as assert } from 'node:assert';
import { getEventListeners } from 'node:events';
import type { ConformanceCase } from '../conformance-case.ts';
import { promise } from '../conformance-case.ts';
import type { Player, Scene } from '../scene.ts';
import { ending } from '../scene.ts';

/** More than a group keeps by default. */
const KEYS = 1_100;
/** Enough for a timer per client to stand out from those which the test runner has. */
const CLIENTS = 20;
/** One of each way to end; not enough failures in a row to open a circuit. */
const WAYS_TO_END = ['/status/200', '/status/500', '/rst'] as const;

/** The most listeners that any of the calls left behind on the signal. A listener that goes later, by its collection, counts. */
async function mostLeftBehind(
  signal: AbortSignal,
  calls: readonly (() => Promise<unknown>)[],
): Promise<number> {
  let most = 0;
  for (const call of calls) {
    const before = new Set<unknown>(getEventListeners(signal, 'abort'));
    await call();
    await new Promise((resolve) => setImmediate(resolve));
    const left = getEventListeners(signal, 'abort').filter((listener) => !before.has(listener));
    most = Math.max(most, left.length);
  }
  return most;
}

/** Timers that keep the process alive. Empty where the runtime does not tell. */
function liveTimers(): number {
  return (process.getActiveResourcesInfo?.() ?? []).filter((kind) => kind === 'Timeout').length;
}

async function timersLeftBy(calls: () => Promise<void>): Promise<number> {
  const before = liveTimers();
  await calls();
  await new Promise((resolve) => setImmediate(resolve));
  return liveTimers() - before;
}

async function endInEveryWay(client: Player, { server }: Scene): Promise<void> {
  for (const path of WAYS_TO_END) await client.send(path);
  const controller = new AbortController();
  const aborted = client.send('/hang', { signal: controller.signal });
  await server.reached('/hang', server.hits('/hang') + 1);
  controller.abort();
  await aborted;
  await client.open();
  await client.send('/status/200');
}

export const longRun: readonly ConformanceCase[] = [
  promise(
    'long-signal',
    'more than a thousand calls on one signal leave no listener on it',
    async (scene) => {
      const { adapter, make, server } = scene;
      const { signal } = new AbortController();
      const client = await make();
      const rounds = Array.from({ length: 20 }, () => WAYS_TO_END).flat();
      const bare = rounds.map((path) => () => ending(adapter.raw(server.url + path, { signal })));
      const guarded = rounds.map((path) => () => client.send(path, { signal }));
      // Some hosts leave listeners to the garbage collector; that is theirs.
      const ofTheHost = await mostLeftBehind(signal, bare);
      assert.ok((await mostLeftBehind(signal, guarded)) <= ofTheHost, 'no more than the bare host leaves');
      await client.open();
      const refused = Array.from({ length: 1_000 }, () => () => client.send('/status/200', { signal }));
      assert.equal(await mostLeftBehind(signal, refused), 0, 'a refused call leaves none');
    },
  ),

  promise('many-keys', 'however many keys there are, the number of breakers is bounded', async ({ make }) => {
    let keys = 0;
    const client = await make({ key: () => `key-${++keys}` });
    for (let sent = 0; sent < KEYS; sent += 50)
      await Promise.all(Array.from({ length: 50 }, () => client.send('/status/200')));
    assert.ok(keys >= KEYS, 'each call is asked for its key');
    assert.ok(client.group.size < KEYS, `${client.group.size} breakers for ${keys} keys`);
    assert.equal(client.totals().inFlight, 0);
  }),

  promise(
    'no-timers-left',
    'when the calls are over, no timer of the adapter keeps the process alive',
    async (scene) => {
      const { adapter, make, server } = scene;
      const ofTheHost = await timersLeftBy(async () => {
        for (let i = 0; i < CLIENTS; i++)
          for (const path of WAYS_TO_END) await ending(adapter.raw(server.url + path));
      });
      const left = await timersLeftBy(async () => {
        for (let i = 0; i < CLIENTS; i++) await endInEveryWay(await make(), scene);
      });
      assert.ok(left < Math.max(ofTheHost, 0) + CLIENTS, `${left} timers are left by ${CLIENTS} clients`);
    },
  ),
];
