/** Retry, timeout, bulkhead, rate limit, fallback, cache, coalescing and hedging, alone or in one pipeline with a breaker. */
export type { Call, CallContext, CallOptions } from './context.ts';
export { BulkheadFullError, BulkheadTimeoutError, RateLimitedError, TimeoutError } from './errors.ts';
export { type Member, type Pipeline, pipeline } from './pipeline.ts';
export type { Policy, PolicyEvent, PolicyKind, PolicyOptions, PolicySnapshot, Step } from './policy.ts';
export { type TimeoutEvents, timeout } from './timeout.ts';
