import { createCallGuard } from './guarded-call.ts';
import type { BreakerMiddleware, MiddlewareCall, PrismaBreakerOptions } from './options.ts';

/**
 * The breaker as a middleware, for clients before 6.14 that still use `$use`. Prefer `breakerExtension`: a middleware sees no
 * transaction begin or commit, and cannot tell which queries belong to one batch, so queries inside any transaction pass by
 * unguarded. Operations are called as Prisma calls them there: `queryRaw`, not `$queryRaw`.
 *
 * @param options as for `breakerExtension`.
 * @returns what `$use` takes, with its breakers as `.breakers`.
 * @throws TypeError or RangeError at once, for a wrong option.
 * @throws CircuitOpenError from the client (`code: 'ERR_CIRCUIT_OPEN'`, `retryAfterMs`): the query did not run.
 * @example
 * const db = new PrismaClient();
 * db.$use(breakerMiddleware({ openWhen: failureRatio(0.5, { minimumCalls: 20 }) }));
 */
export function breakerMiddleware(options: PrismaBreakerOptions = {}): BreakerMiddleware {
  const { breakers, run } = createCallGuard(options);
  const guarded = <Call extends MiddlewareCall>(
    call: Call,
    next: (call: Call) => Promise<unknown>,
  ): Promise<unknown> => {
    // A batch of which some members are refused would never be sent, and its other members would wait for ever.
    if (call.runInTransaction) return next(call);
    const { model, action: operation, args } = call;
    return run({ model, operation, args }, () => next(call));
  };
  return Object.assign(guarded, { breakers });
}
