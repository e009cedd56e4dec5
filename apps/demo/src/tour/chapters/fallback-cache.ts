import { consecutiveFailures, createBreaker } from '@cb/core';
import { cached, fallbackWith, memoryCache, pipeline } from '@cb/policies';
import type { Chapter } from '../chapter.ts';
import { ask } from '../upstream.ts';

export const fallbackCache: Chapter = {
  title: 'The last good answer instead of an error',
  async tell({ say, why, inTurn }, upstream) {
    const spare = fallbackWith({ name: 'prices' }, cached(memoryCache({ maxAgeMs: 60_000 })), {
      price: undefined,
    });
    const prices = pipeline(spare, createBreaker({ name: 'prices', openWhen: consecutiveFailures(3) }));
    const price = (article: string): Promise<{ price: number | undefined }> =>
      prices.execute(({ signal }) => ask(upstream.url, signal), { key: article });

    const { price: before } = await price('chair');
    say(`The service is well: a chair costs ${before}.`);

    upstream.behave({ failing: 1 });
    await inTurn('the service is down', 10, () => price('chair'));
    const { price: after } = await price('chair');
    say(`A chair costs ${after}: from the cache, as of a moment ago.`);
    const { price: unknown = 'ask the staff' } = await price('table');
    say(`A table costs: ${unknown}. Nobody has asked for tables before.`);

    const { succeeded, replacedBy0, replacedBy1 } = spare.snapshot().counts;
    say(
      `Answered by the service: ${succeeded}, by the cache: ${replacedBy0}, by the spare value: ${replacedBy1}.`,
    );
    why(`All were answered, though only ${upstream.arrived} requests arrived: then the circuit was open.`);
  },
};
