import { type Breaker, createBreaker, failureRatio, lastCalls, type MetricsCollector } from '@cb/core';
import type { Chapter } from '../chapter.ts';
import { ask } from '../upstream.ts';

/** What is usual for a service: from your metrics. Without one, a breaker learns it by itself while all is well. */
function usually(errorRate: number): MetricsCollector {
  return { getErrorRate: () => errorRate, recordError() {}, recordSuccess() {} };
}

function guard(name: string, history: MetricsCollector): Breaker {
  const openWhen = failureRatio(0.5, { minimumCalls: 20, adapt: { factor: 0.6, history } });
  return createBreaker({ name, window: lastCalls(20), openWhen });
}

export const adaptiveThreshold: Chapter = {
  title: 'A threshold that knows what is usual',
  async tell({ say, why, inTurn }, upstream) {
    const bank = guard('bank', usually(0.01));
    const scraper = guard('scraper', usually(0.4));
    const percent = (ratio = 0): string => `${(ratio * 100).toFixed(1)} %`;

    for (const breaker of [bank, scraper]) {
      upstream.behave({ failing: 0.3 });
      await inTurn(`30 % fail: ${breaker.name}`, 30, () => breaker.execute(() => ask(upstream.url)));
      say(`${breaker.name}: ${breaker.state}. It opens at ${percent(breaker.snapshot().effectiveRatio)}.`);
    }
    why('Both were told 50 %, and to give what is usual a weight of 0.6: 50 % x 0.4 + usual x 0.6.');
    why(
      '30 % of errors is an outage for the bank (usually 1 %), and a fine day for the scraper (usually 40 %).',
    );
  },
};
