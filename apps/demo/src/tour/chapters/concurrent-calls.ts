import { bulkhead, coalesce, pipeline } from '@cb/policies';
import type { Chapter } from '../chapter.ts';
import { ask } from '../upstream.ts';

export const concurrentCalls: Chapter = {
  title: 'Many calls at once',
  async tell({ say, why, atOnce }, upstream) {
    upstream.behave({ delayMs: 60 });
    await atOnce('30 calls, no limit', 30, () => ask(upstream.url));
    say(`${upstream.mostAtOnce} requests were under way at the same time.`);

    const places = bulkhead({ concurrent: 5, queue: 20 });
    upstream.behave({ delayMs: 60 });
    await atOnce('30 calls, a bulkhead', 30, () => places.execute(({ signal }) => ask(upstream.url, signal)));
    say(`${upstream.mostAtOnce} at the same time: 5 places, 20 waited for one, 5 were turned away at once.`);
    why('A slow service takes five sockets of this process, and not all of them.');

    const shared = pipeline(coalesce(), bulkhead({ concurrent: 5 }));
    upstream.behave({ delayMs: 60 });
    await atOnce('30 calls for the same', 30, () =>
      shared.execute(({ signal }) => ask(upstream.url, signal), { key: 'chair' }),
    );
    say(`${upstream.arrived} request arrived: who asks for the same at the same time shares the answer.`);
  },
};
