/** A circuit breaker around any `fetch`. */

import type { Group } from '@cb/core';
import { abortVerdict, createGuard, createOriginOf, settle, statusVerdict, type Verdict } from '@cb/core/kit';
import { failureOf, isElsewhere } from './answer.ts';
import { checkBodyOptions, onBodyEnd } from './body-end.ts';
import type {
  FetchBreakerOptions,
  FetchCall,
  FetchLike,
  FetchOutcome,
  GuardedFetch,
  ResponseLike,
} from './options.ts';
import { isBodySpent, isCallerBug, signalOf, urlOf } from './request.ts';
import { uploadOf } from './upload.ts';

export type { Verdict } from '@cb/core/kit';
export type {
  FetchBreakerOptions,
  FetchLike,
  FetchOutcome,
  GuardedFetch,
  OriginBreakerOptions,
} from './options.ts';

type Answer<F extends FetchLike> = Awaited<ReturnType<F>> & ResponseLike;

/**
 * Puts a circuit breaker per origin around a fetch. What comes back has the same type, returns the same `Response`
 * objects and rejects with the same errors; while a circuit is open it rejects with `CircuitOpenError` instead, without
 * sending anything and without touching the body.
 *
 * @param fetch the global one, undici's, or anything called alike.
 * @param options breaker options for every origin, and how to tell origins, failures and the end of a call.
 * @returns the guarded fetch, with its breakers as `.breakers`.
 * @throws TypeError or RangeError at once, for a wrong option.
 * @throws CircuitOpenError from the guarded fetch (`code: 'ERR_CIRCUIT_OPEN'`, `retryAfterMs`): the call did not run.
 * Any other rejection is fetch's own: the call ran, or could not be sent.
 * @example
 * const guarded = withBreaker(fetch, { openWhen: failureRatio(0.5, { minimumCalls: 20 }) });
 * try {
 *   return await guarded('https://api.example.com/users');
 * } catch (error) {
 *   if (isCircuitOpenError(error)) return cached;
 *   throw error;
 * }
 */
export function withBreaker<F extends FetchLike>(
  fetch: F,
  options: FetchBreakerOptions<F> = {},
): GuardedFetch<F> {
  const { body = 'headers', bodyMaxWaitMs = 30_000, ...common } = options;
  checkBodyOptions(body, bodyMaxWaitMs);
  const before = (fetch as { breakers?: Group }).breakers;
  if (common.group !== undefined && common.group === before) return fetch as GuardedFetch<F>;
  const guard = createGuard<FetchCall<F>, FetchOutcome<F>>('@cb/fetch', common);
  const originOfUrl = createOriginOf();
  const originOf = (input: unknown): string | null => originOfUrl(urlOf(input));

  async function guarded(...args: [input: Parameters<F>[0], init?: Parameters<F>[1]]): Promise<unknown> {
    const [input, init] = args;
    const signal = signalOf(input, init);
    const breaker = signal?.aborted ? null : guard.breakerFor(originOf, input, init);
    if (breaker === null) return await fetch(...(args as [never, never]));
    const spent = isBodySpent(input, init);
    const upload = uploadOf(init);

    const permit = breaker.acquire();
    const settleError = (error: unknown): void => {
      const usual = (): Verdict => {
        if (signal?.aborted) return abortVerdict(signal);
        return spent || upload.broke() || isCallerBug(error, input, init) ? 'ignored' : 'failure';
      };
      settle(permit, guard.judge({ input, init, error }, usual), { error });
    };
    // Outside of where the response is in scope: waiting for a body must not keep a dropped response alive.
    const onEnd = (died?: { error: unknown }): void =>
      died === undefined ? settle(permit, 'success') : settleError(died.error);
    const settleResponse = (response: Answer<F>): void => {
      const usual = (): Verdict =>
        isElsewhere(response, originOf(input)) ? 'ignored' : statusVerdict(response.status);
      const verdict = guard.judge({ input, init, response }, usual);
      if (verdict !== 'success' || body === 'headers' || !response.body) {
        settle(permit, verdict, verdict === 'failure' ? failureOf(response) : undefined);
      } else {
        onBodyEnd(response, { maxWaitMs: bodyMaxWaitMs, clock: common.clock }, onEnd);
      }
    };
    try {
      if (upload.init !== init) args[1] = upload.init as Parameters<F>[1];
      const response = (await fetch(...(args as [never, never]))) as Answer<F>;
      guard.safely(
        'response',
        () => settleResponse(response),
        () => permit.ignore(),
      );
      return response;
    } catch (error) {
      settleError(error);
      throw error;
    }
  }

  // Own properties come along: Bun's fetch has `preconnect`.
  const copy = Object.assign(guarded, fetch);
  return Object.defineProperty(copy, 'breakers', { value: guard.group }) as unknown as GuardedFetch<F>;
}
