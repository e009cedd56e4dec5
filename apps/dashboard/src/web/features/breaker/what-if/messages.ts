import type { Config } from '../../../lib/breaker-config.ts';
import type { Range } from './decode-trace.ts';
import type { LaneData, Outcome, OutcomeBounds } from './simulation.ts';

/** What the page asks of the worker. `job` grows by one with every question. */
export type Question =
  | { kind: 'load'; job: number; inForce: Config; data: LaneData[]; range: Range; candidate: Config }
  | { kind: 'play'; job: number; candidate: Config };

/** What the worker answers: an outcome, a little later its bounds, or a sentence. */
export type Answer =
  | { kind: 'outcome'; job: number; outcome: Outcome; tookMs: number }
  | { kind: 'bounds'; job: number; bounds: OutcomeBounds | undefined }
  | { kind: 'refused'; job: number; message: string };
