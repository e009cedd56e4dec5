/** Configurations from all over the vocabulary, with numbers small enough for short stories. */
import fc from 'fast-check';
import {
  backoff,
  belowLimits,
  type ConfigInput,
  type Counting,
  consecutiveFailures,
  createBreaker,
  custom,
  failureRatio,
  failures,
  fixed,
  lastCalls,
  lastMs,
  type OpenRule,
  type Probing,
  sinceClosed,
  slowRatio,
  successes,
  successesInARow,
  successRatio,
  tumblingMs,
  type WindowConfig,
  type WindowView,
} from '../../src/index.ts';

export type Tried = ConfigInput & { rules?: Record<string, (window: WindowView) => boolean> };

const aWindow: fc.Arbitrary<WindowConfig> = fc.constantFrom(
  lastCalls(5),
  lastCalls(12),
  lastCalls(60),
  lastMs(1_000, { buckets: 4 }),
  lastMs(3_000, { buckets: 3 }),
  lastMs(700, { buckets: 7 }),
  lastMs(2_000, { buckets: 4, anchor: 'epoch' }),
  lastMs(2_000, { buckets: 4, anchor: 'construction', forgets: 'by-counter' }),
  lastMs(2_000, { buckets: 4, anchor: 'first-call', forgets: 'in-turn' }),
  tumblingMs(1_500),
  tumblingMs(1_000, { restarts: 'when-touched', endsAfter: true }),
  tumblingMs(1_000, { stalesCalls: true }),
  sinceClosed(),
);

const aRule: fc.Arbitrary<OpenRule> = fc.oneof(
  fc
    .record({
      ratio: fc.constantFrom(0.07, 0.3, 0.5, 0.57, 1),
      minimumCalls: fc.integer({ min: 1, max: 5 }),
      above: fc.boolean(),
      rounding: fc.constantFrom(
        undefined,
        'percent' as const,
        'percent-down' as const,
        'two-digits' as const,
      ),
      adapt: fc.constantFrom(undefined, undefined, { factor: 0.5, history: { overMs: 60_000 } }),
    })
    .map(({ ratio, ...options }) => failureRatio(ratio, options)),
  fc
    .record({
      ratio: fc.constantFrom(0.2, 0.5, 1),
      minimumCalls: fc.integer({ min: 1, max: 5 }),
      inFlight: fc.boolean(),
    })
    .map(({ ratio, ...options }) => slowRatio(ratio, { slowMs: 200, ...options })),
  fc.integer({ min: 1, max: 5 }).map((count) => failures(count, { minimumCalls: 5 })),
  fc.integer({ min: 1, max: 6 }).map(consecutiveFailures),
  fc.constant(custom('seven bad')),
);
export const RULES: NonNullable<Tried['rules']> = {
  'seven bad': (window) => window.failures + window.timeouts > 7 || window.failuresInARow > 9,
};

const aProbing: fc.Arbitrary<Partial<Probing>> = fc
  .record({
    probes: fc.integer({ min: 2, max: 4 }),
    atOnce: fc.integer({ min: 1, max: 4 }),
    closeWhen: fc.constantFrom(
      successRatio(0.5),
      successRatio(1),
      successes(2),
      successesInARow(3),
      belowLimits(2),
      belowLimits(2, { allowedFailures: 1 }),
    ),
    leaseMs: fc.constantFrom(100, 1_000, null),
    unlimited: fc.constantFrom(undefined, undefined, true as const),
    tokens: fc.constantFrom(undefined, undefined, { capacity: 2, perSecond: 3 }),
    maxMs: fc.constantFrom(undefined, 750, 3_000),
    afterMaxMs: fc.constantFrom(undefined, 'closed' as const),
    whileOpen: fc.constantFrom(undefined, undefined, true as const),
  })
  .map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));

const someCounting: fc.Arbitrary<Partial<Counting>> = fc.record({
  dated: fc.constantFrom('end' as const, 'start' as const),
  pending: fc.boolean(),
  rejected: fc.constantFrom('nothing' as const, 'calls' as const, 'failures' as const),
  ignored: fc.constantFrom('nothing' as const, 'calls' as const, 'successes' as const),
  late: fc.constantFrom('stale' as const, 'counted' as const),
  check: fc.constantFrom('results' as const, 'failures' as const, 'arrivals' as const),
  clears: fc.constantFrom('closing' as const, 'opening-and-closing' as const, 'never' as const),
  closingSuccess: fc.boolean(),
  streakExpires: fc.boolean(),
});
/** What a ring of results has a place for. */
const ringCounting: fc.Arbitrary<Partial<Counting>> = someCounting.map(
  ({ late = 'stale', check = 'results', clears = 'closing' }) => ({ late, check, clears }),
);

/** Not everything goes together; what does not is refused when the breaker is made. */
function isPossible(config: Tried): boolean {
  try {
    return createBreaker({ name: 'tried', ...config }) !== undefined;
  } catch {
    return false;
  }
}

/** @param plain True: only what counts in the usual way. */
export function aConfig(plain: boolean): fc.Arbitrary<Tried> {
  return fc
    .record({
      window: aWindow,
      openWhen: fc.array(aRule, { minLength: 1, maxLength: 3 }),
      stayOpen: fc.constantFrom(
        fixed(1_000),
        fixed(333.3),
        fixed(500, { endsAfter: true }),
        fixed(0),
        backoff({ firstMs: 400, factor: 2, maxMs: 1_600, jitterRatio: 0.3 }),
        backoff({ firstMs: 400, factor: 3, maxMs: 2_000, quietMs: 0 }),
      ),
      probing: aProbing,
      rampUp: fc.constantFrom(undefined, undefined, { overMs: 1_500, fromRatio: 0.2, alwaysPerSecond: 5 }),
      timeCounting: someCounting,
      ringCounting,
      failAfterMs: fc.constantFrom(undefined, undefined, 600),
      warmUpMs: fc.constantFrom(undefined, undefined, 1_250),
    })
    .map(
      ({ timeCounting, ringCounting: few, ...rest }): Tried => ({
        ...rest,
        counting: plain ? undefined : rest.window.kind === 'last-calls' ? few : timeCounting,
        rules: RULES,
      }),
    )
    .filter(isPossible);
}
