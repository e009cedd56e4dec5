import type { Breaker, Group } from '@cb/core';
import { BreakerStage, GroupStage } from './breaker-stage.ts';
import { type Call, type CallOptions, contextOf } from './context.ts';
import { Journey, type Stage } from './journey.ts';
import { checkOrder, type StageKind } from './order.ts';
import type { Step } from './policy.ts';

/** What a pipeline is made of: policies, a breaker, or a group of which the call's key picks one. */
export type Member = Step<unknown> | Breaker | Group;
type AddsOf<M> =
  M extends Step<unknown>
    ? NonNullable<M['adds']> extends { readonly value: infer Adds }
      ? Adds
      : never
    : never;

/** @typeParam Adds What its policies may answer with instead of the call's own value. */
export interface Pipeline<Adds = never> {
  /** Outermost first, as they were given. */
  readonly members: readonly Member[];
  /**
   * Makes a call under all of them.
   *
   * @throws what the call throws, as it is; `RejectedError` where a member turned it away and it did not run;
   * `TimeoutError` where it may still run; the reason of an aborted signal.
   */
  execute<T>(call: Call<T>, options?: CallOptions): Promise<T | Adds>;
}

/**
 * Several policies as one, outermost first: a call goes through them from left to right, its result from right to left.
 *
 * @throws TypeError for something that is no policy, breaker or group, and for an order that never makes sense.
 * @example
 * const payments = pipeline(
 *   fallback(() => ({ status: 'unknown' })),
 *   retry({ attempts: 3 }),
 *   createBreaker({ name: 'payments' }),
 *   timeout(2_000),
 *   bulkhead({ concurrent: 20 }),
 * );
 * const state = await payments.execute(({ signal }) => fetch(url, { signal }).then((r) => r.json()));
 */
export function pipeline<const M extends readonly Member[]>(...members: M): Pipeline<AddsOf<M[number]>> {
  if (members.length === 0) throw new TypeError('pipeline needs at least one policy');
  const stages = members.map(stageOf);
  checkOrder(members.map(kindOf));
  return {
    members: Object.freeze([...members]),
    execute(call, options) {
      if (typeof call !== 'function') return Promise.reject(new TypeError('execute takes a function'));
      return new Journey(stages, call).proceed(0, contextOf(options));
    },
  };
}

function kindOf(member: Member): StageKind {
  return 'kind' in member ? member.kind : 'breaker';
}

function stageOf(member: Member, at: number): Stage {
  const has = (name: string): boolean =>
    typeof member === 'object' && member !== null && typeof (member as never)[name] === 'function';
  if (has('run')) return member as Step<unknown>;
  if (has('tryAcquire')) return new BreakerStage(member as Breaker);
  if (has('get')) return new GroupStage(member as Group);
  throw new TypeError(`pipeline: member ${at + 1} is no policy, breaker or group`);
}
