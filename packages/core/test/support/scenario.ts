/** A preset's semantics as a story: at this time, these calls, then this state and these counters. */
import { expect } from 'vitest';
import {
  type Breaker,
  type BreakerOptions,
  createBreaker,
  type Permit,
  type StateName,
} from '../../src/index.ts';
import { type TestClock, testClock } from './clock.ts';

type End = 'ok' | 'fail' | 'ignore';

export class Scenario {
  readonly clock: TestClock;
  readonly breaker: Breaker;
  readonly #running = new Map<string, Permit>();

  /** @param startsAt Where the clock stands at construction: for windows on a grid of whole seconds. */
  constructor(options: Omit<BreakerOptions, 'name' | 'clock'>, startsAt = 0) {
    this.clock = testClock();
    this.clock.advance(startsAt);
    this.breaker = createBreaker({ name: 'scenario', random: () => 0.5, ...options, clock: this.clock });
  }

  /** Lets time pass until `ms`, without anything happening in between. */
  at(ms: number): this {
    expect(ms, 'a story goes forward').toBeGreaterThanOrEqual(this.clock.time);
    this.clock.advance(ms - this.clock.time);
    return this;
  }

  /** So many calls are let through and succeed at once. */
  ok(times = 1): this {
    return this.#calls('ok', times);
  }
  fail(times = 1, error: unknown = new Error('upstream')): this {
    return this.#calls('fail', times, error);
  }
  ignore(times = 1): this {
    return this.#calls('ignore', times);
  }

  /** A call is let through and stays under way. */
  begin(label: string): this {
    const permit = this.breaker.tryAcquire();
    expect(permit, `call ${label} is let through`).not.toBeNull();
    if (permit !== null) this.#running.set(label, permit);
    return this;
  }
  end(label: string, as: End, error: unknown = new Error('upstream')): this {
    const permit = this.#running.get(label);
    expect(permit, `call ${label} is under way`).toBeDefined();
    this.#running.delete(label);
    if (permit !== undefined) settle(permit, as, error);
    return this;
  }

  /** So many calls are turned away. */
  refused(times = 1): this {
    for (let i = 0; i < times; i++) expect(this.breaker.tryAcquire(), 'a call is turned away').toBeNull();
    return this;
  }

  state(expected: StateName): this {
    expect(this.breaker.state, `state at ${this.clock.time} ms`).toBe(expected);
    return this;
  }
  counts(expected: Record<string, number>): this {
    expect(this.breaker.snapshot().counts).toMatchObject(expected);
    return this;
  }

  #calls(as: End, times: number, error?: unknown): this {
    for (let i = 0; i < times; i++) {
      const permit = this.breaker.tryAcquire();
      expect(permit, `call ${i + 1} of ${times} at ${this.clock.time} ms is let through`).not.toBeNull();
      if (permit !== null) settle(permit, as, error);
    }
    return this;
  }
}

function settle(permit: Permit, as: End, error: unknown): void {
  if (as === 'ok') permit.succeed();
  else if (as === 'fail') permit.fail(error);
  else permit.ignore();
}
