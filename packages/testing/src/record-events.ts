import { strict as assert } from 'node:assert';
import type { Breaker, BreakerEvents } from '@cb/core';

/** A change of state, of mode or of configuration. */
export type ChangeEvent = BreakerEvents['state-changed' | 'mode-changed' | 'configured'];

/** What a breaker has announced since `recordEvents`. */
export interface EventRecording {
  /** Changes of state, mode and configuration, in order. */
  readonly changes: readonly ChangeEvent[];
  /** Calls that were turned away, and calls that ended. */
  readonly calls: readonly BreakerEvents['call-rejected' | 'call-settled'][];
  /** The ways of the state, e.g. `['closed -> open', 'open -> half-open']`. */
  readonly path: readonly string[];
  /**
   * Asserts that no change is missing: sequence numbers grow by one, and each change of state begins where the last ended.
   * @throws AssertionError that names the gap.
   */
  assertGapFree(): void;
  /** Stops recording. */
  stop(): void;
}

/**
 * Writes down everything a breaker announces.
 *
 * @example
 * const recording = recordEvents(breaker);
 * // …
 * expect(recording.path).toEqual(['closed -> open']);
 * recording.assertGapFree();
 */
export function recordEvents(breaker: Breaker): EventRecording {
  const changes: ChangeEvent[] = [];
  const calls: BreakerEvents['call-rejected' | 'call-settled'][] = [];
  const path: string[] = [];
  let next = breaker.snapshot().seq + 1;
  let state = breaker.snapshot().state;
  const gaps: string[] = [];

  function note(event: ChangeEvent): void {
    if (event.seq !== next) gaps.push(`expected change ${next}, got ${event.seq} (${event.type})`);
    next = event.seq + 1;
    changes.push(event);
  }
  const stops = [
    breaker.on('state-changed', (event) => {
      note(event);
      path.push(`${event.from} -> ${event.to}`);
      if (event.from !== state)
        gaps.push(`the state was ${state}, but change ${event.seq} begins at ${event.from}`);
      state = event.to;
    }),
    breaker.on('mode-changed', note),
    breaker.on('configured', note),
    breaker.on('call-rejected', (event) => calls.push(event)),
    breaker.on('call-settled', (event) => calls.push(event)),
  ];
  return {
    changes,
    calls,
    path,
    assertGapFree: () => assert.deepEqual(gaps, []),
    stop() {
      for (const stop of stops) stop();
    },
  };
}
