import type { StateSlug } from './drawing/states.ts';

/**
 * What a lane shows:
 *
 * - `closed`: calls run. A thin blue line.
 * - `half-open`: probes run. Higher, hatched, yellow.
 * - `open`: calls are refused. As high as a lane gets, red.
 * - `isolated`: refused because a person said so (the mode `forced-open`). As high, cross-hatched, violet.
 * - `no-data`: nobody reported. Grey dots.
 *
 * A state that is none of these is drawn as `no-data`.
 */
export type TimelineState = StateSlug;

/** A stretch of time in one state. One whose times cannot be used is left out. */
export interface TimelineSegment {
  readonly state: TimelineState;
  /** Where it begins, in epoch milliseconds. */
  readonly fromMs: number;
  /**
   * Where it ends, in epoch milliseconds, after `fromMs`.
   * @default the next segment's `fromMs`; the last one lasts still
   */
  readonly toMs?: number | undefined;
  /** Why it began, as one sentence for people. Read out, and shown under the timeline. At most 200 characters are. */
  readonly why?: string | undefined;
}

/** One line of the timeline: a breaker, or one instance of it. */
export interface TimelineLane {
  /** What stands before it. */
  readonly label: string;
  /**
   * Its segments, in any order. Where several say something of the same moment the worst is shown, so that those of all
   * instances can be thrown together: open, isolated, half-open, no data, closed. Where none does, "no data"; before the first,
   * nothing. At most the last 100,000 of the list are looked at.
   */
  readonly segments: readonly TimelineSegment[];
}

/** What somebody chose, by a click or the Enter key. */
export interface TimelineSelection {
  /** Place of the lane in `lanes`. */
  readonly lane: number;
  readonly label: string;
  readonly state: TimelineState;
  /** Where the state began, in epoch milliseconds; it may be before the range. */
  readonly fromMs: number;
  /** Where it ended, in epoch milliseconds; undefined while it lasts. */
  readonly toMs: number | undefined;
  readonly why: string | undefined;
}
