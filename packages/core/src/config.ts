/** A breaker's configuration: plain data that is shown, stored, sent, replayed. `vocabulary.ts` builds its parts. */

/** Which calls the rules look at. */
export type WindowConfig = LastCalls | LastMs | Tumbling | SinceClosed;

export interface LastCalls {
  readonly kind: 'last-calls';
  readonly calls: number;
}
export interface LastMs {
  readonly kind: 'last-ms';
  readonly ms: number;
  readonly buckets: number;
  /**
   * Where buckets begin: left out, at the moment the circuit closed; `construction`, at the breaker's construction;
   * `epoch`, at multiples of their width on the clock; `first-call`, each with the first call that finds none running.
   */
  readonly anchor?: 'construction' | 'epoch' | 'first-call';
  /**
   * How old buckets leave: left out, all that are too old, together; `in-turn`, at most one with each call;
   * `by-counter`, for each counter when that counter next grows, and one bucket later than asked.
   */
  readonly forgets?: 'in-turn' | 'by-counter';
}
export interface Tumbling {
  readonly kind: 'tumbling';
  readonly ms: number;
  /** `when-touched`: the next interval begins with the call or result that finds the last one over. Left out: end to end. */
  readonly restarts?: 'when-touched';
  /** True: an interval still holds at its very end. Left out: it is over then. */
  readonly endsAfter?: true;
  /** True: a new interval makes results of calls from the old one stale. */
  readonly stalesCalls?: true;
}
export interface SinceClosed {
  readonly kind: 'since-closed';
}

/** When to open. */
export type OpenRule = FailureRatio | SlowRatio | Failures | ConsecutiveFailures | CustomRule;

/**
 * How a share is computed before it is compared: left out, exactly; `percent`, to a whole percent, half up; `percent-down`,
 * to a whole percent, cut off; `two-digits`, to hundredths, half up.
 */
export type Rounding = 'percent' | 'percent-down' | 'two-digits';

interface Share {
  readonly ratio: number;
  readonly minimumCalls: number;
  /** True: opens above the ratio. Left out: opens at the ratio. */
  readonly above?: true;
  readonly rounding?: Rounding;
}
export interface FailureRatio extends Share {
  readonly kind: 'failure-ratio';
  readonly adapt?: Adapt;
}
export interface SlowRatio extends Share {
  readonly kind: 'slow-ratio';
  readonly slowMs: number;
  /** True: calls under way that are slow already count. */
  readonly inFlight?: true;
}
export interface Failures {
  readonly kind: 'failures';
  readonly failures: number;
  readonly minimumCalls: number;
}
export interface ConsecutiveFailures {
  readonly kind: 'consecutive-failures';
  readonly failures: number;
}
/** A function of the breaker's `rules`, by its name. */
export interface CustomRule {
  readonly kind: 'custom';
  readonly name: string;
}

/** How far, and after what, a limit moves with the error rate of ordinary times. */
export interface Adapt {
  /** 0 to 1: the weight of the past. */
  readonly factor: number;
  /** `supplied`: the breaker's `history` knows the rate. A number: the breaker's own rate over about so many milliseconds. */
  readonly history: 'supplied' | number;
}

/** How long to stay open. */
export interface StayOpen {
  readonly kind: 'fixed' | 'backoff';
  readonly firstMs: number;
  readonly factor: number;
  readonly maxMs: number;
  readonly jitterRatio: number;
  /** Longest time that an upstream's `Retry-After` may keep the circuit open. */
  readonly hintMaxMs: number;
  /** Closed for so long, the growth starts again. Left out: `maxMs`. */
  readonly quietMs?: number;
  /** True: still open at the very end of the time. Left out: it is over then. */
  readonly endsAfter?: true;
}

/** When half-open becomes closed. */
export type CloseRule =
  | { readonly kind: 'success-ratio'; readonly ratio: number }
  | { readonly kind: 'successes'; readonly successes: number; readonly of: number }
  | { readonly kind: 'successes-in-a-row'; readonly successes: number }
  | { readonly kind: 'below-limits'; readonly calls: number; readonly allowedFailures?: number };

/** How the circuit tries whether the other side is back. */
export interface Probing {
  /** Calls let through in one half-open phase. @default 3 */
  readonly probes: number;
  /** How many of them may run at the same time. @default the number of probes */
  readonly atOnce: number;
  /** @default successRatio(1): every probe must succeed */
  readonly closeWhen: CloseRule;
  /** A probe that has not settled after this long gives its place to another; its late result is stale. null: never. @default 10_000 */
  readonly leaseMs: number | null;
  /** True: only `atOnce` bounds the probes; a settled one makes room for the next, until the close rule decides. */
  readonly unlimited?: true;
  /** Admission also takes a token; the bucket is full when half-open begins. */
  readonly tokens?: { readonly capacity: number; readonly perSecond: number };
  /** Longest time half-open, from the first probe on, and what follows. Left out: as long as it takes. */
  readonly maxMs?: number;
  /** @default 'open' */
  readonly afterMaxMs?: 'closed';
  /**
   * True: there is no half-open phase. The circuit stays open and lets `probes` calls through whenever the open time is over,
   * which then starts again; it closes as soon as `closeWhen` is met.
   */
  readonly whileOpen?: true;
}

/** After closing, a growing share of the calls is let through. */
export interface RampUp {
  readonly overMs: number;
  /** Share at the moment of closing. @default 0.1 */
  readonly fromRatio: number;
  /** So many calls a second are let through whatever the share: sparse traffic is not turned away. @default 1 */
  readonly alwaysPerSecond: number;
}

/** What counts, when, and for how long: the differences between the systems that the presets reproduce. */
export interface Counting {
  /** Whose bucket a result belongs to. @default 'end' of its call */
  readonly dated: 'end' | 'start';
  /** Whether calls count from their start on: calls under way then dilute a ratio. @default false */
  readonly pending: boolean;
  /** What refused calls count as. @default 'nothing' */
  readonly rejected: 'nothing' | 'calls' | 'failures';
  /** What ignored calls count as; as 'successes' they also count for a probe. @default 'nothing' */
  readonly ignored: 'nothing' | 'calls' | 'successes';
  /**
   * What results are that come after the circuit moved on. Where the window was emptied since, or a new interval made their
   * calls stale, they count together with their calls. @default 'stale': they move nothing
   */
  readonly late: 'stale' | 'counted';
  /** When the rules are asked. @default after 'results' of both kinds */
  readonly check: 'results' | 'failures' | 'arrivals';
  /** When the window is emptied; 'never': it lives on through every state, probes included. @default when 'closing' */
  readonly clears: 'closing' | 'opening-and-closing' | 'never';
  /** Whether the success that closes the circuit is the first of the new window. @default false */
  readonly closingSuccess: boolean;
  /** Whether failures in a row are forgotten with their buckets. @default false */
  readonly streakExpires: boolean;
}

/** The whole configuration of a breaker: JSON, shown on the dashboard, stored, replayed. */
export interface BreakerConfig {
  readonly window: WindowConfig;
  readonly openWhen: readonly OpenRule[];
  readonly stayOpen: StayOpen;
  readonly probing: Probing;
  readonly rampUp?: RampUp;
  /** Left out: the defaults of `Counting`. */
  readonly counting?: Counting;
  /** A call that took longer is a failure, whatever it returned. Left out: time alone fails no call. */
  readonly failAfterMs?: number;
  /** For so long after construction nothing opens the circuit. Left out: at once. */
  readonly warmUpMs?: number;
}

/** What a user may leave out of a `BreakerConfig`. */
export interface ConfigInput {
  /** Which calls count. @default lastMs(10_000, { buckets: 10 }) */
  window?: WindowConfig;
  /** Any one of them opens. An empty list never opens. @default failureRatio(0.5) and slowRatio(0.8), of at least 20 calls */
  openWhen?: OpenRule | readonly OpenRule[];
  /** @default backoff({ firstMs: 5_000, factor: 2, maxMs: 60_000, jitterRatio: 0.2 }) */
  stayOpen?: StayOpen;
  /** @default three probes, all of which must succeed, each with a lease of 10 s */
  probing?: Partial<Probing>;
  /**
   * After closing, lets a share of the calls through that grows from `fromRatio` to all within `overMs`; the others are
   * refused with reason `ramping`. Larger spares a dependency that comes back cold. @default all calls at once
   */
  rampUp?: { overMs: number; fromRatio?: number; alwaysPerSecond?: number } | undefined;
  /** What counts, and when; for those who know another system's rules. @default completed calls, by their end */
  counting?: Partial<Counting> | undefined;
  /**
   * A call that took longer than so many milliseconds is a failure, whatever it returned; the call itself is not
   * interrupted. @default no limit
   */
  failAfterMs?: number | undefined;
  /** For so many milliseconds after construction nothing opens the circuit. @default 0 */
  warmUpMs?: number | undefined;
}
