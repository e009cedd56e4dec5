import { setTimeout as passed } from 'node:timers/promises';
import { consecutiveFailures, createBreaker, fixed, successes } from '@cb/core';
import type { Chapter } from '../chapter.ts';
import { ask } from '../upstream.ts';

export const recovery: Chapter = {
  title: 'Recovery: half-open, with a semaphore and tokens',
  async tell({ say, why, inTurn, atOnce }, upstream) {
    const prices = createBreaker({
      name: 'prices',
      openWhen: consecutiveFailures(3),
      stayOpen: fixed(300),
      probing: {
        probes: 6,
        closeWhen: successes(6),
        atOnce: 2, // the semaphore: so many probes under way
        tokens: { capacity: 4, perSecond: 4 }, // the bucket: so many probes in so much time
      },
    });
    prices.on('state-changed', ({ from, to, why: { rule } }) => say(`${from} -> ${to} (${rule})`));
    const call = (): Promise<unknown> => prices.execute(() => ask(upstream.url));

    upstream.behave({ failing: 1 });
    await inTurn('the service is down', 5, call);
    upstream.behave({ delayMs: 20 });
    say('The service is back, and nobody knows yet. 300 ms pass …');
    await passed(300);

    await atOnce('10 callers at once', 10, call);
    why('Two places: two probes were let through, eight callers were turned away.');
    await atOnce('10 callers at once', 10, call);
    await atOnce('10 callers at once', 10, call);
    why(
      'Four tokens, all spent on probes: the places are free, the bucket is empty. It fills by four a second.',
    );
    while (prices.state !== 'closed') {
      await passed(prices.openError().retryAfterMs ?? 10);
      await call().catch(() => {});
    }
    await atOnce('10 callers at once', 10, call);
    why('Six probes succeeded, so all may call. A service that has just come up was not flooded meanwhile.');
  },
};
