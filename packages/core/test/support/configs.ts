/** Configurations drawn from everything that `config.ts` can say, at a scale at which short stories reach every edge. */
import fc from 'fast-check';
import type {
  BreakerConfig,
  CloseRule,
  Counting,
  FailureRatio,
  LastMs,
  OpenRule,
  Probing,
  RampUp,
  Rounding,
  StayOpen,
  Tumbling,
  WindowConfig,
} from '../../src/config.ts';
import { isKnown } from './known.ts';
import type { Setup } from './oracle/index.ts';
import { CUSTOM_NAMES } from './oracle/rules.ts';
import { DEFAULTS } from './oracle/state.ts';

/** Every key may be left out, and is so half of the time. */
function some<T extends object>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
): fc.Arbitrary<Partial<T>> {
  return fc.record(arbitraries, { requiredKeys: [] }) as unknown as fc.Arbitrary<Partial<T>>;
}
const yes = fc.constant(true as const);
// Among them those next to which shares of a few calls round: 1/6, 2/7, 1/3, 3/7, 4/7, 2/3, 5/6.
const ratio = fc.constantFrom(0.17, 0.25, 0.29, 0.33, 0.43, 0.5, 0.57, 0.67, 0.75, 0.83, 1);
const minimumCalls = fc.integer({ min: 1, max: 4 });
const rounding = fc.constantFrom<Rounding>('percent', 'percent-down', 'two-digits');

// -------------------------------------------------------------------------------------------------- windows

const lastCalls = fc.record({
  kind: fc.constant('last-calls' as const),
  calls: fc.integer({ min: 4, max: 12 }),
});
const lastMs: fc.Arbitrary<LastMs> = fc
  .tuple(
    fc.constantFrom(
      { ms: 100, buckets: 10 },
      { ms: 200, buckets: 4 },
      { ms: 150, buckets: 3 },
      { ms: 64, buckets: 1 },
    ),
    fc.constantFrom<Pick<LastMs, 'anchor' | 'forgets'>>(
      {},
      {},
      {},
      { anchor: 'construction' },
      { anchor: 'epoch' },
      { anchor: 'first-call' },
      { anchor: 'first-call' },
      { forgets: 'in-turn' },
      { anchor: 'first-call', forgets: 'in-turn' },
      { forgets: 'by-counter' },
      { anchor: 'epoch', forgets: 'by-counter' },
    ),
  )
  .map(([size, how]) => ({ kind: 'last-ms', ...size, ...how }));
const tumbling: fc.Arbitrary<Tumbling> = fc
  .tuple(
    fc.constantFrom(100, 150),
    some<Pick<Tumbling, 'restarts' | 'endsAfter' | 'stalesCalls'>>({
      restarts: fc.constant('when-touched'),
      endsAfter: yes,
      stalesCalls: yes,
    }),
  )
  .map(([ms, how]) => ({ kind: 'tumbling', ms, ...how }) as Tumbling);

export const aWindow: fc.Arbitrary<WindowConfig> = fc.oneof(
  { weight: 2, arbitrary: lastCalls },
  { weight: 5, arbitrary: lastMs },
  { weight: 3, arbitrary: tumbling },
  { weight: 1, arbitrary: fc.constant({ kind: 'since-closed' as const }) },
);

// ---------------------------------------------------------------------------------------------------- rules

const share = fc
  .tuple(ratio, minimumCalls, some<{ above: true; rounding: Rounding }>({ above: yes, rounding }))
  .map(([ratio, minimumCalls, how]) => ({ ratio, minimumCalls, ...how }));
export const aShare: fc.Arbitrary<FailureRatio> = share.map((share) => ({ kind: 'failure-ratio', ...share }));
/** A limit that leans on the error rate of ordinary times, in numbers that a double holds exactly. */
const anAdaptedShare: fc.Arbitrary<FailureRatio> = fc
  .tuple(aShare, fc.constantFrom(0.25, 0.5, 0.75))
  .map(([share, ratio]) => ({ ...share, ratio, adapt: { factor: 0.5, history: 'supplied' } }));
const aRule: fc.Arbitrary<OpenRule> = fc.oneof(
  aShare,
  anAdaptedShare,
  fc
    .tuple(share, some<{ inFlight: true }>({ inFlight: yes }))
    .map(([share, how]) => ({ kind: 'slow-ratio' as const, slowMs: 50, ...share, ...how })),
  fc.record({
    kind: fc.constant('failures' as const),
    failures: fc.integer({ min: 1, max: 4 }),
    minimumCalls,
  }),
  fc.record({ kind: fc.constant('consecutive-failures' as const), failures: fc.integer({ min: 1, max: 4 }) }),
  fc.constantFrom(...CUSTOM_NAMES).map((name) => ({ kind: 'custom' as const, name })),
);
/** Calls under way are slow at most a sixteenth of this late: on the grid of such stories nobody can tell. */
const COARSE_SLOW_MS = 150;
export const COARSE_STEP_MS = 20;
export function isCoarse({ openWhen }: BreakerConfig): boolean {
  return openWhen.some((rule) => rule.kind === 'slow-ratio' && rule.inFlight === true);
}
/** Rules that let a window fill. */
const patient = fc.constantFrom<OpenRule[]>(
  [],
  [{ kind: 'failures', failures: 7, minimumCalls: 1 }],
  [{ kind: 'failure-ratio', ratio: 0.57, minimumCalls: 4 }],
);
const someRules = fc
  .oneof(
    { weight: 3, arbitrary: fc.array(aRule, { minLength: 1, maxLength: 3 }) },
    { weight: 2, arbitrary: patient },
  )
  .map((rules) => {
    const slowMs = isCoarse({ openWhen: rules } as unknown as BreakerConfig) ? COARSE_SLOW_MS : 50;
    return rules.map((rule) => (rule.kind === 'slow-ratio' ? { ...rule, slowMs } : rule));
  });

// ------------------------------------------------------------------------------------------------- recovery

const stayOpen: fc.Arbitrary<StayOpen> = fc
  .tuple(
    fc.constantFrom(
      { kind: 'fixed' as const, firstMs: 100, factor: 1, maxMs: 100 },
      { kind: 'fixed' as const, firstMs: 0, factor: 1, maxMs: 0 },
      { kind: 'backoff' as const, firstMs: 100, factor: 2, maxMs: 300 },
      { kind: 'backoff' as const, firstMs: 100, factor: 1.5, maxMs: 1_000 },
    ),
    fc.constantFrom(0, 0, 0.5),
    fc.constantFrom(0, 250, 1_000),
    fc.constantFrom(undefined, 0, 200),
    some<{ endsAfter: true }>({ endsAfter: yes }),
  )
  .map(([time, jitterRatio, hintMaxMs, quietMs, how]) => ({
    ...time,
    jitterRatio,
    hintMaxMs,
    ...(time.kind === 'fixed' || quietMs === undefined ? {} : { quietMs }),
    ...how,
  }));

const few = fc.integer({ min: 1, max: 4 });
const closeWhen: fc.Arbitrary<CloseRule> = fc.oneof(
  fc.constantFrom(0.25, 0.5, 0.67, 0.75, 1).map((ratio) => ({ kind: 'success-ratio' as const, ratio })),
  fc
    .tuple(few, fc.nat(2))
    .map(([successes, more]) => ({ kind: 'successes' as const, successes, of: successes + more })),
  few.map((successes) => ({ kind: 'successes-in-a-row' as const, successes })),
  few.map((calls) => ({ kind: 'below-limits' as const, calls })),
  fc
    .tuple(few, fc.nat(2))
    .map(([calls, allowedFailures]) => ({ kind: 'below-limits' as const, calls, allowedFailures })),
);
const probing: fc.Arbitrary<Probing> = fc
  .tuple(
    few,
    few,
    closeWhen,
    fc.constantFrom(50, 300, null),
    some<Omit<Probing, 'probes' | 'atOnce' | 'closeWhen' | 'leaseMs'>>({
      unlimited: yes,
      // A token every 64 ms, in parts that a double holds exactly.
      tokens: fc.record({ capacity: fc.integer({ min: 1, max: 3 }), perSecond: fc.constant(15.625) }),
      maxMs: fc.constantFrom(120, 250),
      afterMaxMs: fc.constant('closed' as const),
      whileOpen: yes,
    }),
  )
  .map(([probes, atOnce, closeWhen, leaseMs, how]) => {
    const looksAt =
      closeWhen.kind === 'successes' ? closeWhen.of : closeWhen.kind === 'below-limits' ? closeWhen.calls : 1;
    const enough = Math.max(probes, looksAt);
    return {
      probes: enough,
      atOnce: how.unlimited ? atOnce : Math.min(atOnce, enough),
      closeWhen,
      leaseMs,
      ...how,
    };
  });

const rampUp: fc.Arbitrary<RampUp> = fc.record({
  overMs: fc.constant(256),
  fromRatio: fc.constantFrom(0.125, 0.25, 0.5),
  alwaysPerSecond: fc.constantFrom(5, 20),
});

// ------------------------------------------------------------------------------------------------- counting

/** Each choice that is no default, or none. */
const counting: fc.Arbitrary<Partial<Counting>> = some<Counting>({
  dated: fc.constant('start'),
  pending: yes,
  rejected: fc.constantFrom('calls', 'failures'),
  ignored: fc.constantFrom('calls', 'successes'),
  late: fc.constant('counted'),
  check: fc.constantFrom('failures', 'arrivals'),
  clears: fc.constantFrom('opening-and-closing', 'never'),
  closingSuccess: yes,
  streakExpires: yes,
});
const oneChoice: fc.Arbitrary<Partial<Counting>> = fc.constantFrom<Partial<Counting>>(
  { dated: 'start' },
  { pending: true },
  { ignored: 'calls' },
  { rejected: 'failures' },
  { check: 'arrivals' },
  { late: 'counted' },
  { clears: 'never' },
  { closingSuccess: true },
  { streakExpires: true },
  { streakExpires: true, pending: true },
  { pending: true, dated: 'start' },
);
/** Some choices do not go together: they are refused at construction. */
export function countable(window: WindowConfig, chosen: Partial<Counting>): Counting {
  const counting = { ...DEFAULTS, ...chosen };
  if (window.kind === 'last-ms')
    return {
      ...counting,
      dated: window.anchor === 'first-call' || window.forgets !== undefined ? 'end' : counting.dated,
      streakExpires: window.forgets === undefined && counting.streakExpires,
    };
  if (window.kind !== 'last-calls') return counting;
  const { dated, pending, rejected, streakExpires } = DEFAULTS;
  const ignored = counting.ignored === 'calls' ? 'nothing' : counting.ignored;
  return { ...counting, dated, pending, rejected, streakExpires, ignored };
}

// ------------------------------------------------------------------------------------------- all of a breaker

/** The option `openMs`: none, one that grows, one that often has no opinion, one that returns nonsense. */
const OPEN_MS: Record<'none' | 'growing' | 'undecided' | 'nonsense', Setup['openMs']> = {
  none: undefined,
  growing: (openings, failures) => 40 * openings + 10 * failures,
  undecided: (openings) => (openings % 2 === 0 ? 70 : undefined),
  nonsense: () => Number.NaN,
};

export interface Case extends Setup {
  /** Beside the configuration: whether results may carry `openForMs`, and whether somebody listens. */
  readonly tells: boolean;
  readonly listens: boolean;
}

export const aConfig: fc.Arbitrary<BreakerConfig> = fc
  .record({
    window: aWindow,
    openWhen: someRules,
    stayOpen,
    probing,
    counting: fc.oneof(fc.constant({}), oneChoice, counting),
    beside: some<Pick<BreakerConfig, 'failAfterMs' | 'warmUpMs' | 'rampUp'>>({
      failAfterMs: fc.constantFrom(100),
      warmUpMs: fc.constantFrom(0, 120),
      rampUp,
    }),
  })
  .map(
    ({ window, beside, counting, openWhen, probing: { closeWhen: rule, ...probes }, ...rest }) =>
      ({
        ...rest,
        ...beside,
        window,
        probing: { ...probes, closeWhen: decidable(rule, openWhen) },
        openWhen: openWhen.map((rule) => reachable(rule, window)),
        counting: countable(window, counting),
      }) as BreakerConfig,
  );

/** A close rule that asks ratio rules where there are none is refused. */
export function decidable(rule: CloseRule, openWhen: readonly OpenRule[]): CloseRule {
  if (rule.kind !== 'below-limits' || openWhen.some((one) => 'ratio' in one)) return rule;
  return { allowedFailures: 0, ...rule };
}

/** More failures than the window holds are refused. */
function reachable(rule: OpenRule, window: BreakerConfig['window']): OpenRule {
  if (rule.kind !== 'failures' || window.kind !== 'last-calls') return rule;
  return { ...rule, failures: Math.min(rule.failures, window.calls) };
}

export const aCase: fc.Arbitrary<Case> = fc
  .record({
    config: aConfig,
    openMs: fc.constantFrom<keyof typeof OPEN_MS>('none', 'none', 'none', 'growing', 'undecided', 'nonsense'),
    random: fc.constantFrom(0, 0.25, 0.5, 0.75),
    tells: fc.boolean(),
    listens: fc.boolean(),
  })
  .map(({ openMs, ...rest }) => ({ ...rest, openMs: OPEN_MS[openMs] }))
  .filter((c) => !isKnown(c));
