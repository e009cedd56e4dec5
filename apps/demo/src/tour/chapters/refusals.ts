import { circuitOpenIn, consecutiveFailures, createBreaker } from '@cb/core';
import type { Chapter } from '../chapter.ts';
import { ask } from '../upstream.ts';

const REFUSALS = 10_000;

export const refusals: Chapter = {
  title: 'Refusals at once',
  async tell({ say, why, inTurn }, upstream) {
    const prices = createBreaker({ name: 'prices', openWhen: consecutiveFailures(3) });
    const call = (): Promise<unknown> => prices.execute(() => ask(upstream.url));

    upstream.behave({ failing: 1, delayMs: 100 });
    const slowFrom = performance.now();
    await inTurn('the service is down', 3, call);
    const slowMs = (performance.now() - slowFrom) / 3;

    const from = performance.now();
    for (let i = 0; i < REFUSALS; i++) await call().catch(() => {});
    const refusalUs = ((performance.now() - from) * 1_000) / REFUSALS;
    say(
      `Waiting for the service to fail: ${slowMs.toFixed(0)} ms a call. Being refused: ${refusalUs.toFixed(1)} µs.`,
    );
    say(`${REFUSALS.toLocaleString('en')} calls were refused, ${upstream.arrived} requests arrived.`);

    const refused = circuitOpenIn(await call().catch((error: unknown) => error));
    say(`What the caller gets: ${refused?.name} (${refused?.code}), "${refused?.message}".`);
    why('An error that says: the call did not run. Callers keep their threads, sockets and patience.');
  },
};
