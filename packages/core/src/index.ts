export { createBreaker } from './breaker.ts';
export type { Clock } from './clock.ts';
export type {
  Adapt,
  BreakerConfig,
  CloseRule,
  ConfigInput,
  Counting,
  OpenRule,
  Probing,
  RampUp,
  Rounding,
  StayOpen,
  WindowConfig,
} from './config.ts';
export {
  CircuitOpenError,
  circuitOpenIn,
  isCircuitOpenError,
  isRejectedError,
  type RefusalReason,
  RejectedError,
} from './errors.ts';
export type {
  BreakerEventName,
  BreakerEvents,
  CallRejected,
  CallSettled,
  Configured,
  Mode,
  ModeChanged,
  StateChanged,
} from './events.ts';
export type { OutcomeLetter, TopError } from './evidence.ts';
export type { BreakerExport } from './export.ts';
export { createGroup, type Group, type GroupEvents, type GroupOptions, OVERFLOW_KEY } from './group.ts';
export type { MetricsCollector } from './history.ts';
export { LATENCY_BUCKETS, latencyBucket, latencyBucketMs, latencyPercentile } from './latency.ts';
export type { StateName } from './machine.ts';
export { createRegulator, type Regulator, type RegulatorOptions } from './regulator.ts';
export type { Why } from './rules.ts';
export type {
  AbortSignalLike,
  Breaker,
  BreakerOptions,
  BreakerSnapshot,
  Counts,
  CountsView,
  ExecuteOptions,
  Opening,
  Outcome,
  Permit,
  Settled,
  Verdict,
  WindowView,
} from './types.ts';
export {
  backoff,
  belowLimits,
  consecutiveFailures,
  custom,
  failureRatio,
  failures,
  fixed,
  lastCalls,
  lastMs,
  sinceClosed,
  slowRatio,
  successes,
  successesInARow,
  successRatio,
  tumblingMs,
} from './vocabulary.ts';
export type { WindowContents, WindowTotals } from './window.ts';
