/** Other systems' rules under their own names, and two configurations of our own. `docs/presets` has a page for each. */
export {
  type Cep21Closer,
  type Cep21ConsecutiveOpener,
  type Cep21Execution,
  type Cep21Fallback,
  type Cep21HystrixOpener,
  type Cep21Options,
  cep21,
} from './cep21.ts';
export {
  type CockatielBackoff,
  type CockatielBreaker,
  type CockatielOptions,
  cockatiel,
} from './cockatiel.ts';
export { fastFailing, tolerant } from './common.ts';
export { type FailsafeOptions, failsafe } from './failsafe.ts';
export { type GobreakerCounts, type GobreakerOptions, gobreaker } from './gobreaker.ts';
export { type HystrixOptions, hystrix } from './hystrix.ts';
export { type OpossumOptions, opossum } from './opossum.ts';
export { type OrchestraOptions, orchestra } from './orchestra.ts';
export {
  type Polly7AdvancedOptions,
  type Polly7ConsecutiveOptions,
  type Polly8Options,
  type PollyOptions,
  type PollyOutcome,
  polly,
} from './polly.ts';
export { type QpoolOptions, qpool } from './qpool.ts';
export { type Resilience4jOptions, resilience4j } from './resilience4j.ts';
export { type SeqDbOptions, seqDb } from './seq-db.ts';
