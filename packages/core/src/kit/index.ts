/** What adapters and policies have in common, for those who write one. Their users never need it. */
export { atOnce } from '../asked.ts';
export { checkCount, checkFunction, checkKeys, checkMs, checkRatio, show } from '../check.ts';
export { Emitter, unrejected } from '../events.ts';
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
export { stackless } from './stackless.ts';
export { type ToolOptions, type Tools, toolsOf } from './tools.ts';
export { abortVerdict, isVerdict, statusError, statusVerdict, type Verdict } from './verdict.ts';
