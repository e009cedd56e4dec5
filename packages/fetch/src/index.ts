/** A circuit breaker around any `fetch`. */

import type { Breaker, Group } from '@cb/core';
import { createBreaker, createGroup } from '@cb/core';
import { onBodyEnd } from './body-end.ts';
import type {
  FetchBreakerOptions,
  FetchLike,
  FetchOutcome,
  GuardedFetch,
  OriginBreakerOptions,
} from './options.ts';
import { createOriginOf } from './origin.ts';
import { isBodySpent, isCallerBug, signalOf } from './request.ts';
import { retryAfterMs } from './retry-after.ts';
import { createSafely } from './safely.ts';
import type { ResponseLike, Verdict } from './verdict.ts';
import { abortVerdict, isVerdict, responseVerdict, statusError } from './verdict.ts';

export type {
  FetchBreakerOptions,
  FetchLike,
  FetchOutcome,
  GuardedFetch,
  OriginBreakerOptions,
} from './options.ts';
export type { Verdict } from './verdict.ts';

const noOpinion = (): undefined => undefined;

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
  const {
    key,
    classify,
    body = 'headers',
    bodyMaxWaitMs = 30_000,
    group: given,
    maxBreakers,
    configure,
    ...breaker
  } = options;
  checkBodyOptions(body, bodyMaxWaitMs);
  const before = (fetch as { breakers?: Group }).breakers;
  if (given !== undefined && given === before) return fetch as GuardedFetch<F>;
  const group = given ?? createGroupOf(breaker, configure, maxBreakers);
  const originOf = createOriginOf();
  const safely = createSafely(breaker.onError);

  /** The breaker that guards the call; null where there is nothing to guard. */
  function breakerFor(input: Parameters<F>[0], init: Parameters<F>[1]): Breaker | null {
    const usual = (): string | null => originOf(input);
    const name = key === undefined ? usual() : safely('key', () => key(input, init), usual);
    return typeof name === 'string' ? group.get(name) : null;
  }

  function verdictOf(outcome: FetchOutcome<F>, usual: () => Verdict): Verdict {
    const own = classify && safely('classify', () => classify(outcome), noOpinion);
    return isVerdict(own) ? own : usual();
  }

  async function guarded(...args: [input: Parameters<F>[0], init?: Parameters<F>[1]]): Promise<unknown> {
    const [input, init] = args;
    const signal = signalOf(input, init);
    const guard = signal?.aborted ? null : breakerFor(input, init);
    if (guard === null) return await fetch(...(args as [never, never]));
    const spent = isBodySpent(input, init);

    const permit = guard.acquire();
    const settle = (verdict: Verdict, error?: unknown, hint?: { retryAfterMs: number | undefined }): void => {
      if (verdict === 'success') permit.succeed();
      else if (verdict === 'failure') permit.fail(error, hint);
      else permit.ignore();
    };
    const settleError = (error: unknown): void => {
      const usual = (): Verdict => {
        if (signal?.aborted) return abortVerdict(signal);
        return spent || isCallerBug(error, input, init) ? 'ignored' : 'failure';
      };
      const settleAs = (): void => settle(verdictOf({ input, init, error }, usual), error);
      safely('error', settleAs, () => settle('ignored'));
    };
    // Outside of where the response is in scope: waiting for a body must not keep a dropped response alive.
    const onEnd = (died?: { error: unknown }): void =>
      died === undefined ? settle('success') : settleError(died.error);
    const settleResponse = (response: Awaited<ReturnType<F>> & ResponseLike): void => {
      const verdict = verdictOf({ input, init, response }, () =>
        responseVerdict(response, () => originOf(input)),
      );
      if (verdict === 'failure') {
        settle(verdict, statusError(response.status), { retryAfterMs: retryAfterMs(response.headers) });
      } else if (verdict === 'ignored' || body === 'headers' || !response.body) {
        settle(verdict);
      } else {
        onBodyEnd(response, { maxWaitMs: bodyMaxWaitMs, clock: breaker.clock }, onEnd);
      }
    };
    try {
      const response = (await fetch(...(args as [never, never]))) as Awaited<ReturnType<F>> & ResponseLike;
      safely(
        'response',
        () => settleResponse(response),
        () => settle('ignored'),
      );
      return response;
    } catch (error) {
      settleError(error);
      throw error;
    }
  }

  // Own properties come along: Bun's fetch has `preconnect`.
  const copy = Object.assign(guarded, fetch);
  return Object.defineProperty(copy, 'breakers', { value: group }) as unknown as GuardedFetch<F>;
}

function checkBodyOptions(body: unknown, maxWaitMs: unknown): void {
  if (body !== 'headers' && body !== 'end') {
    throw new TypeError(`body must be 'headers' or 'end', got ${String(body)}`);
  }
  if (!(typeof maxWaitMs === 'number' && maxWaitMs > 0)) {
    throw new RangeError(`bodyMaxWaitMs must be above 0, got ${String(maxWaitMs)}`);
  }
}

function createGroupOf(
  breaker: OriginBreakerOptions,
  configure: ((key: string) => OriginBreakerOptions) | undefined,
  max = 1_000,
): Group {
  createBreaker({ name: 'any', ...breaker }); // a wrong option is refused here, not at the first call
  return createGroup({
    max,
    configure: (key) => ({ ...breaker, ...configure?.(key) }),
    ...(breaker.onError && { onError: breaker.onError }),
  });
}
