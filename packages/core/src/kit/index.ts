/** What adapters have in common, for those who write one. Users of an adapter never need it. */
export {
  createGuard,
  type Failure,
  type Guard,
  type GuardOptions,
  type KeyBreakerOptions,
  settle,
} from './guard.ts';
export { createOriginOf } from './origin.ts';
export { type HeaderValue, retryAfterMs } from './retry-after.ts';
export { createSafely, type Safely } from './safely.ts';
export { sourceFailed } from './source.ts';
export { abortVerdict, isVerdict, statusError, statusVerdict, type Verdict } from './verdict.ts';
