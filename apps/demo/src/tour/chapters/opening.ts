import { createBreaker, failureRatio, lastCalls } from '@cb/core';
import type { Chapter } from '../chapter.ts';
import { ask } from '../upstream.ts';

export const opening: Chapter = {
  title: 'It opens as errors grow',
  async tell({ say, why, inTurn }, upstream) {
    const prices = createBreaker({
      name: 'prices',
      window: lastCalls(20),
      openWhen: failureRatio(0.5, { minimumCalls: 20 }),
    });
    prices.on('state-changed', ({ from, to, why: { value = 0, limit, calls }, errors }) => {
      say(
        `${from} -> ${to}: ${Math.round(value * 100)} % of ${calls} calls failed, the limit is ${Number(limit) * 100} %.`,
      );
      say(`What they failed with: ${errors.map(({ code, count }) => `${count} x ${code}`).join(', ')}.`);
    });

    for (const failing of [0, 0.2, 0.4, 0.6, 0.8]) {
      upstream.behave({ failing });
      await inTurn(`${Math.round(failing * 100)} % fail`, 20, () => prices.execute(() => ask(upstream.url)));
      if (prices.state === 'open') break;
    }
    why('It counts the last 20 calls. From the dots on, nothing was sent: the service has time to recover.');
  },
};
