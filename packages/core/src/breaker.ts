import { Circuit } from './circuit.ts';
import type { Breaker, BreakerOptions } from './types.ts';

/**
 * Makes a circuit breaker. The name alone gives a good one: it opens at 50 % failures or 80 % slow calls of at least 20
 * within 10 s, stays open for 5 s and longer each time up to a minute, then lets three probes decide.
 * @throws TypeError or RangeError with a sentence that names the option, the range, the value and the likely slip.
 * @example
 * const payments = createBreaker({ name: 'payments', openWhen: failureRatio(0.5, { minimumCalls: 20 }) });
 * const receipt = await payments.execute(() => charge(order));
 */
export function createBreaker(options: BreakerOptions): Breaker {
  return new Circuit(options);
}
