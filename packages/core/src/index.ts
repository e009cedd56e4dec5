export { createBreaker } from './breaker.ts';
export type { Clock } from './clock.ts';
export {
  type BreakerConfig,
  backoff,
  type CloseRule,
  type ConfigInput,
  consecutiveFailures,
  failureRatio,
  fixed,
  lastCalls,
  lastMs,
  type OpenRule,
  type Probing,
  type StayOpen,
  slowRatio,
  successRatio,
  type WindowConfig,
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
export { LATENCY_BUCKETS, latencyBucket } from './latency.ts';
export type { StateName } from './machine.ts';
export type { Why } from './rules.ts';
export type {
  AbortSignalLike,
  Breaker,
  BreakerOptions,
  BreakerSnapshot,
  Counts,
  ExecuteOptions,
  Outcome,
  Permit,
  Settled,
  Verdict,
} from './types.ts';
export type { WindowContents, WindowTotals } from './window.ts';
