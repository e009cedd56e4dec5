/** A circuit breaker for undici's dispatchers, and so for Node's own `fetch`. */
import type { Permit } from '@cb/core';
import { createGuard, createOriginOf, type Failure, settle, type Verdict } from '@cb/core/kit';
import type {
  BreakerInterceptor,
  DispatchLike,
  UndiciBreakerOptions,
  UndiciOutcome,
  UndiciRequest,
} from './options.ts';
import { errorVerdict, failureOf, responseVerdict } from './verdict.ts';
import { type Handler, isWatchedFor, refuse, type Watcher, watched } from './watched-handler.ts';

export type { Verdict } from '@cb/core/kit';
export type {
  BreakerInterceptor,
  DispatchLike,
  UndiciBreakerOptions,
  UndiciOutcome,
  UndiciRequest,
  UndiciResponse,
} from './options.ts';

type Dispatch = (request: UndiciRequest, handler: Handler) => boolean;

/**
 * Makes an interceptor that puts a circuit breaker per origin before a dispatcher of undici 6, 7 or 8. What comes back
 * and what fails is undici's own, the very same objects; while a circuit is open, a request fails with
 * `CircuitOpenError` instead, and nothing is sent.
 *
 * @param options breaker options for every origin, and how to tell origins, failures and the end of a call.
 * @returns the interceptor for `compose`, with its breakers as `.breakers`.
 * @throws TypeError or RangeError at once, for a wrong option.
 * @throws CircuitOpenError from a request (`code: 'ERR_CIRCUIT_OPEN'`, `retryAfterMs`), in `fetch` as the `cause` of its
 * TypeError: the call did not run. Any other error is undici's own: the call ran, or could not be sent.
 * @example
 * const breaker = breakerInterceptor({ openWhen: failureRatio(0.5, { minimumCalls: 20 }) });
 * setGlobalDispatcher(new Agent().compose(breaker)); // guards `fetch` too
 */
export function breakerInterceptor(options: UndiciBreakerOptions = {}): BreakerInterceptor {
  const { body = 'headers', ...common } = options;
  if (body !== 'headers' && body !== 'end')
    throw new TypeError(`body must be 'headers' or 'end', got ${String(body)}`);
  const guard = createGuard<[request: UndiciRequest], UndiciOutcome>('@cb/undici', common);
  const originOf = createOriginOf();
  let clients = 0;

  /** Settles a permit as soon as the request has said enough. */
  function settling(request: UndiciRequest, permit: Permit): Watcher {
    let over = false;
    const end = (verdict: Verdict, failure?: Failure): void => {
      over = true;
      settle(permit, verdict, failure);
    };
    return {
      onResponse(response, visited) {
        if (over) return;
        const verdict = guard.judge({ request, response }, () => responseVerdict(response, visited));
        if (verdict !== 'success') end(verdict, failureOf(response));
        else if (body === 'headers') end(verdict);
      },
      onEnd: () => end('success'),
      onError(error, abort) {
        if (over) return;
        const gaveUp = abort ?? abortedSignalOf(request);
        end(
          guard.judge({ request, error }, () => errorVerdict(error, gaveUp)),
          { error },
        );
      },
    };
  }

  function interceptor(dispatch: Dispatch): Dispatch {
    let own: string | undefined;
    const keyOf = ({ origin }: UndiciRequest): string | null => {
      if (origin) return originOf(String(origin));
      own ??= `client-${++clients}`;
      return own;
    };
    return (request, handler) => {
      const outside = isWatchedFor(handler, guard.group) || abortedSignalOf(request) !== undefined;
      const breaker = outside ? null : guard.breakerFor(keyOf, request);
      if (breaker === null) return dispatch(request, handler);
      const permit = breaker.tryAcquire();
      if (permit === null) {
        refuse(handler, breaker.openError());
        return true;
      }
      try {
        return dispatch(request, watched(handler, guard.group, settling(request, permit)));
      } catch (error) {
        permit.ignore(); // nothing was sent
        throw error;
      }
    };
  }
  return Object.assign(interceptor as unknown as <D extends DispatchLike>(dispatch: D) => D, {
    breakers: guard.group,
  });
}

/** An event emitter is a signal too, but keeps nothing of what it has said. */
function abortedSignalOf(request: UndiciRequest): { readonly reason?: unknown } | undefined {
  const signal = request?.signal as
    | { readonly aborted?: boolean; readonly reason?: unknown }
    | null
    | undefined;
  return signal?.aborted ? signal : undefined;
}
