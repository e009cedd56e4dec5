import { createBreaker } from '@cb/core';
import type { Chapter } from '../chapter.ts';
import { ask } from '../upstream.ts';

export const normalWork: Chapter = {
  title: 'Normal work',
  async tell({ say, why, inTurn }, upstream) {
    const prices = createBreaker({ name: 'prices' });

    await inTurn('20 calls', 20, () => prices.execute(() => ask(upstream.url)));

    const { state, counts } = prices.snapshot();
    say(`The circuit is ${state}: ${counts.succeeded} calls succeeded, ${counts.failed} failed.`);
    upstream.behave({ failing: 0.1 });
    await inTurn('1 of 10 fails', 20, () => prices.execute(() => ask(upstream.url)));
    say(`Still ${prices.state}. The callers of the failed calls got the service's own error.`);
    why('Without a word of configuration it opens when half of at least 20 calls within 10 s fail.');
  },
};
