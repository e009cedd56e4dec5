import type { Group } from '@cb/core';
import type { GuardOptions, Verdict } from '@cb/core/kit';

/** What a client is asked for, as Prisma names it. */
export interface PrismaCall {
  /** `'User'`; undefined for raw queries and for `$transaction`, which belong to no model. */
  readonly model?: string | undefined;
  /** `'findMany'`, `'$queryRaw'`, …, or `'$transaction'`, which is one call whatever happens inside it. */
  readonly operation: string;
  /** What the operation is called with; for `$transaction` all of its arguments. Never build a key from it. */
  readonly args: unknown;
}

/** How a call ended: `result` where it was answered, `error` where it was not. */
export interface PrismaOutcome extends PrismaCall {
  readonly result?: unknown;
  readonly error?: unknown;
}

/**
 * Options of `breakerExtension` and `breakerMiddleware`: those of `createBreaker` (`window`, `openWhen`, `stayOpen`, `probing`,
 * `clock`, `onError`, …), those of every adapter (`configure`, `group`, `maxBreakers`), and these.
 */
export interface PrismaBreakerOptions extends GuardOptions<[call: PrismaCall], PrismaOutcome> {
  /**
   * The key where `key` gives no other: one breaker for the whole client, since all of it talks to one database. 1 to 200 characters.
   *
   * @default 'prisma'
   */
  name?: string;
  /**
   * Which breaker guards a call; `null` or `undefined`: none. A `$transaction` and raw queries have no model, so a breaker per
   * model needs a key for them as well. What a guarded call does inside (queries of a transaction) is not asked again; inside
   * an unguarded `$transaction` each query is, and a batch once, by its first query.
   *
   * @default the name
   * @example key: ({ model }) => model ?? 'prisma'
   */
  key?: (call: PrismaCall) => string | null | undefined;
  /**
   * What a call says about the database. `undefined` leaves it to the default, which is the table in `docs/adapters/prisma.md`: what the
   * database did not answer is a failure, what it answered is success, also with a no; anything else is ignored.
   *
   * @example classify: ({ error }) => ((error as { code?: string })?.code === 'P2028' ? 'failure' : undefined)
   */
  classify?: (outcome: PrismaOutcome) => Verdict | undefined;
}

/** The extended client's type: the bare client's, plus `$breakers`. */
export interface BreakerExtended {
  $extends: {
    // biome-ignore lint/complexity/noBannedTypes: Prisma's own types merge extensions with `{}`, nothing else keeps inference
    extArgs: { result: {}; model: {}; query: {}; client: { $breakers: () => Group } };
  };
}

/** What `$extends` takes. */
export interface BreakerExtension {
  (client: unknown): BreakerExtended;
  /** One breaker per key; also `$breakers` of the extended client. */
  readonly breakers: Group;
}

/** What Prisma gives a middleware. */
export interface MiddlewareCall {
  model?: string | undefined;
  action: string;
  args: unknown;
  runInTransaction: boolean;
}

/** What `$use` takes. */
export interface BreakerMiddleware {
  // biome-ignore lint/suspicious/noExplicitAny: Prisma's own type of a middleware answers with any
  <Call extends MiddlewareCall>(call: Call, next: (call: Call) => Promise<any>): Promise<any>;
  /** One breaker per key. */
  readonly breakers: Group;
}
