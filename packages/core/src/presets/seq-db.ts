/** seq-db's wrapper around version 3 of cep21/circuit: one breaker per shard, and an open one sends the call elsewhere. */
import { checkCount, checkKeys, checkMs } from '../check.ts';
import type { BreakerOptions, CountsView } from '../types.ts';
import { cep21, countsIn } from './cep21.ts';
import { isFaithful, type Mode } from './mode.ts';

/** Everywhere, 0 is the default. */
export interface SeqDbOptions {
  /** Milliseconds; a call that took longer counts as a timeout, and its value is returned all the same. Less than 0: no limit. @default 60_000 */
  timeout?: number | undefined;
  /** Calls at the same time; belongs to a bulkhead and changes nothing here. Less than 0: no limit. @default 10 */
  maxConcurrent?: number | undefined;
  /** Parts in which the window forgets, 1 to 1,000. @default 10 */
  numBuckets?: number | undefined;
  /** Milliseconds of one part. Without `numBuckets` the window stays at ten seconds, as there. @default ten seconds ÷ `numBuckets` */
  bucketWidth?: number | undefined;
  /** Asked only at so many attempts in the window, up to 1,000,000. @default 20 */
  requestVolumeThreshold?: number | undefined;
  /** Percent of failures and timeouts at which it opens, 1 to 100. Smaller opens sooner. @default 50 */
  errorThresholdPercentage?: number | undefined;
  /** Milliseconds from the opening to the first probe, and from one probe to the next. @default 5_000 */
  sleepWindow?: number | undefined;
}

const KNOWN = [
  'timeout',
  'maxConcurrent',
  'numBuckets',
  'bucketWidth',
  'requestVolumeThreshold',
  'errorThresholdPercentage',
  'sleepWindow',
];
const SLIPS = { rollingDuration: '"numBuckets" and "bucketWidth", whose product it is' };

/**
 * seq-db's breaker configuration as options of a breaker; `createGroup` keeps one per shard.
 * @param mode.faithful As with `cep21({ version: 3 })`.
 * @example
 * const shards = createGroup({ configure: () => seqDb({ requestVolumeThreshold: 5, timeout: 10_000 }) });
 * await shards.get('bulk_hot-shard-3').execute(() => write(bulk));
 */
export function seqDb(options: SeqDbOptions = {}, mode: Mode = {}): Omit<BreakerOptions, 'name'> {
  checkKeys('seqDb', options, KNOWN, SLIPS);
  const faithful = isFaithful('seqDb', mode);
  const { timeout = 0, maxConcurrent = 0, numBuckets = 0, bucketWidth = 0, sleepWindow = 0 } = options;
  const { requestVolumeThreshold = 0, errorThresholdPercentage = 0 } = options;
  if (!(timeout < 0)) checkMs('seqDb timeout', timeout, 0);
  if (!(maxConcurrent < 0)) checkCount('seqDb maxConcurrent', maxConcurrent, 0);
  checkCount('seqDb numBuckets', numBuckets, 0, 1_000);
  checkMs('seqDb bucketWidth', bucketWidth, 0);
  checkCount('seqDb requestVolumeThreshold', requestVolumeThreshold, 0);
  checkCount('seqDb errorThresholdPercentage', errorThresholdPercentage, 0, 100);
  checkMs('seqDb sleepWindow', sleepWindow, 0);
  const circuit = cep21(
    {
      version: 3,
      opener: {
        errorThresholdPercentage,
        requestVolumeThreshold,
        rollingDuration: numBuckets * bucketWidth,
        numBuckets,
      },
      closer: { sleepWindow, halfOpenAttempts: 1, requiredConcurrentSuccessful: 1 },
      execution: { timeout: timeout || 60_000, maxConcurrentRequests: maxConcurrent },
    },
    { faithful },
  );
  return { ...circuit, counts: (view) => ({ ...countsIn(view), state: gauge(view) }) };
}

/** 0 closed, 1 open. */
function gauge({ state }: CountsView): number {
  return state === 'closed' ? 0 : 1;
}
