/** A circuit breaker for Prisma Client. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { batchOf, createBatchGates, type InternalParams } from './batch-gates.ts';
import { createCallGuard } from './guarded-call.ts';
import type { BreakerExtended, BreakerExtension, PrismaBreakerOptions, PrismaCall } from './options.ts';

export type { Verdict } from '@cb/core/kit';
export { breakerMiddleware } from './middleware.ts';
export type {
  BreakerExtended,
  BreakerExtension,
  BreakerMiddleware,
  MiddlewareCall,
  PrismaBreakerOptions,
  PrismaCall,
  PrismaOutcome,
} from './options.ts';

/** The part of a client that matters here. */
interface Client {
  readonly $breakers?: unknown;
  readonly $transaction: (this: unknown, ...args: unknown[]) => Promise<unknown>;
  $extends(extension: object): unknown;
}

interface QueryHookCall extends PrismaCall {
  readonly query: (args: unknown) => PromiseLike<unknown>;
  readonly __internalParams?: InternalParams;
}

/** A guarded call under way; code that outlives it is guarded by itself again. */
interface Admission {
  active: boolean;
}

/**
 * Puts a circuit breaker on a Prisma client, as an extension. Queries, raw queries and `$transaction` in both of its forms are
 * one call each. Types, results and errors stay Prisma's own; while the circuit is open a call rejects with `CircuitOpenError`
 * and nothing reaches the database.
 *
 * @param options breaker options, and how to tell breakers and failures apart.
 * @returns what `$extends` takes, with its breakers as `.breakers`; the extended client has them as `.$breakers`.
 * @throws TypeError or RangeError at once, for a wrong option.
 * @throws CircuitOpenError from the extended client (`code: 'ERR_CIRCUIT_OPEN'`, `retryAfterMs`): the call did not run.
 * Any other error is Prisma's own, or that of your `$transaction` function: the call ran, or could not be sent.
 * @example
 * const db = new PrismaClient({ adapter }).$extends(breakerExtension({ openWhen: failureRatio(0.5, { minimumCalls: 20 }) }));
 * try {
 *   return await db.user.findMany();
 * } catch (error) {
 *   if (isCircuitOpenError(error)) return cached;
 *   throw error;
 * }
 */
export function breakerExtension(options: PrismaBreakerOptions = {}): BreakerExtension {
  const { breakers, run } = createCallGuard(options);
  const admissions = new AsyncLocalStorage<Admission>();
  const batches = createBatchGates();
  const isInsideCall = (): boolean => admissions.getStore()?.active === true;

  /** Guards a call; what it does inside belongs to it and is not asked again. `onAdmitted`: right before it runs. */
  const guarded = (
    call: PrismaCall,
    work: () => PromiseLike<unknown>,
    { onAdmitted, ownCode }: { onAdmitted?: () => void; ownCode?: () => boolean } = {},
  ): Promise<unknown> => {
    const admission: Admission = { active: true };
    const inside = (isGuarded: boolean): PromiseLike<unknown> => {
      onAdmitted?.();
      // Prisma's promises are lazy: awaiting is what runs them, so it has to happen in here.
      return isGuarded ? admissions.run(admission, async () => await work()) : work();
    };
    return run(call, inside, ownCode).finally(() => {
      admission.active = false;
    });
  };

  function extend(client: unknown): BreakerExtended {
    const bare = client as Client;
    if (bare.$breakers === breakers) return client as BreakerExtended; // once is enough
    const { $transaction } = bare;
    return bare.$extends({
      name: '@cb/prisma',
      query: {
        $allOperations({ model, operation, args, query, __internalParams }: QueryHookCall) {
          const work = (): PromiseLike<unknown> => query(args);
          if (isInsideCall()) return work();
          const call = { model, operation, args };
          const batch = batchOf(__internalParams);
          if (batch === undefined) return guarded(call, work);
          return batches.run(batch, (open) => guarded(call, work, { onAdmitted: open }), work);
        },
      },
      client: {
        $breakers: breakers,
        /** The query hook alone does not see a transaction begin, which is where a dead database shows. */
        $transaction(this: unknown, ...args: unknown[]) {
          // `this` has the extensions that were added after ours; the client above has not.
          if (isInsideCall()) return $transaction.apply(this, args);
          const watched = watchFunction(args);
          const work = (): Promise<unknown> => $transaction.apply(this, watched.args);
          return guarded({ operation: '$transaction', args }, work, { ownCode: watched.hasRun });
        },
      },
    }) as BreakerExtended;
  }
  return Object.assign(extend, { breakers });
}

/** The same arguments, with a function that tells whether it has run. */
function watchFunction(args: readonly unknown[]): { args: unknown[]; hasRun: () => boolean } {
  let ran = false;
  const [first, ...rest] = args;
  if (typeof first !== 'function') return { args: [...args], hasRun: () => false };
  const watched = (...inner: unknown[]): unknown => {
    ran = true;
    return Reflect.apply(first, undefined, inner);
  };
  return { args: [watched, ...rest], hasRun: () => ran };
}
