/** What every library under test is asked for. A library that lacks something answers undefined, and the cell stays empty. */

import type { Client } from '../clients/client.ts';

/** The guarded work: it answers or fails at once, mostly by a promise, so that only the breaker costs time. */
export type Work = () => Promise<number> | number;

/**
 * How a breaker is set up:
 * - `count`: the last 100 calls, half of them failed opens it;
 * - `time`: ten seconds in ten buckets, half of them failed opens it; no time limit, no slow rule;
 * - `defaults`: what the library does when nothing is asked for;
 * - `patient`: a window that holds 100,000 calls, and nothing that could open it;
 * - `opens-at-once`: one failure opens it, for an hour;
 * - `fallback`: the same, with a value to answer instead;
 * - `pipeline`: `time` between three attempts outside and two seconds for each of them inside.
 */
export type SetUp = 'count' | 'time' | 'defaults' | 'patient' | 'opens-at-once' | 'fallback' | 'pipeline';

/** Of the pipeline. */
export const ATTEMPTS = 3;
export const TIMEOUT_MS = 2_000;

export interface Recipe<B extends object = object> {
  make(name: string): B;
  call(breaker: B): Promise<unknown>;
  /** Stops timers of a breaker that is not needed any more. */
  dispose?(breaker: B): void;
}

export interface Subject {
  recipe(setUp: SetUp, work: Work): Recipe | undefined;
  /** The recipe for a client that the library has an adapter for. Without one, `recipe` is put around the client's call. */
  adapter?(setUp: SetUp, client: Client): Recipe;
  /** One call by the synchronous way: ask, then settle. */
  settle?(): () => void;
  /** What finds the breaker of a key, once all keys are known. */
  lookUp?(keys: readonly string[]): (key: string) => object | undefined;
}

/** A recipe whose breakers have a type of their own. */
export function recipe<B extends object>(parts: Recipe<B>): Recipe {
  return parts as unknown as Recipe;
}

export const FALLBACK = 'from the cache';
export const HOUR_MS = 3_600_000;
/** More than any run ever puts into a window. */
export const NEVER_SO_MANY = 1_000_000;
