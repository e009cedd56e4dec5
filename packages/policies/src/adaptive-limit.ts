import { checkCount, checkKeys, checkMs, checkRatio, show } from '@cb/core/kit';

/** One call that ran, as a limit looks at it. */
export interface LimitSample {
  /** Monotonic milliseconds: when it began, and when it ended. */
  readonly beganAt: number;
  readonly endedAt: number;
  /** Calls that were under way when it had begun, itself included. */
  readonly inFlight: number;
  /** A failure may be quick for want of work: it never raises a limit. */
  readonly failed: boolean;
}

/**
 * Additive increase, multiplicative decrease, as TCP does it: one more for every round of calls that all end within
 * `latencyMs`, a share less at once where one takes longer.
 *
 * Source: Chiu and Jain, "Analysis of the Increase and Decrease Algorithms for Congestion Avoidance" (1989); that calls
 * which began before a decrease say nothing about it, from RFC 6582; the default ratio from Netflix concurrency-limits.
 */
export interface AimdOptions {
  readonly kind: 'aimd';
  /** The limit never goes below: a whole number, 1 or more. @default 1 */
  readonly minimum?: number | undefined;
  /** The limit never goes above. @default 200, or `concurrent` where that is more */
  readonly maximum?: number | undefined;
  /** Milliseconds, above 0: what takes longer says that there are too many. */
  readonly latencyMs: number;
  /** What is left of the limit after a decrease: from 0.5 to below 1. Smaller backs off harder. @default 0.9 */
  readonly backoffRatio?: number | undefined;
}

/**
 * Compares latency now with latency in the long run, and needs no figure of what is too slow. Its long run follows, though:
 * under an overload without a pause it takes the slowness for normal after about `longSamples` samples.
 *
 * Source: Gradient2 with a sampling window, Netflix concurrency-limits; also every default, but for `minimum`.
 */
export interface GradientOptions {
  readonly kind: 'gradient';
  /** The limit never goes below: a whole number, 1 or more. @default 20, or `concurrent` where that is less */
  readonly minimum?: number | undefined;
  /** The limit never goes above. @default 200, or `concurrent` where that is more */
  readonly maximum?: number | undefined;
  /** How many times as slow as in the long run is still well: 1 or more. Larger lets more calls queue up. @default 1.5 */
  readonly tolerance?: number | undefined;
  /** Which share of the way a sample moves the limit: above 0, at most 1. @default 0.2 */
  readonly smoothing?: number | undefined;
  /** Calls that may queue up on the other side, and so how fast the limit grows: a whole number, 1 or more. @default 4 */
  readonly queueSize?: number | undefined;
  /** How many samples the long run is: a whole number, 10 or more. @default 600 */
  readonly longSamples?: number | undefined;
  /** A sample is the mean of this many milliseconds, and of ten calls or more. 0: each call is one. @default 1_000 */
  readonly windowMs?: number | undefined;
}

export type AdaptiveOptions = AimdOptions | GradientOptions;

type Resolved<O> = { readonly [K in keyof O]-?: Exclude<O[K], undefined> };
type Aimd = Resolved<AimdOptions>;
type Gradient = Resolved<GradientOptions>;
/** The same with its defaults. */
export type AdaptiveConfig = Aimd | Gradient;

/** Where a limit stands. Plain data. */
export interface LimitState {
  /** In fractions; the limit in force is what is whole of it. */
  readonly limit: number;
  /** aimd: when it was last lowered. */
  readonly loweredAt: number;
  /** gradient: the mean of the long run. */
  readonly longMs: number;
  /** gradient: samples in the long run, as far as they matter. */
  readonly samples: number;
  /** gradient: the window that is being filled. */
  readonly window: LimitWindow;
}

interface LimitWindow {
  readonly endsAt: number;
  readonly calls: number;
  readonly sumMs: number;
  readonly inFlight: number;
}

const EMPTY: LimitWindow = { endsAt: Number.NEGATIVE_INFINITY, calls: 0, sumMs: 0, inFlight: 0 };
/** The long run begins as a plain mean of so many samples. */
const WARM_UP_SAMPLES = 10;
const CALLS_PER_WINDOW = 10;

/** @throws RangeError or TypeError for a wrong option. */
export function adaptiveConfig(options: AdaptiveOptions, concurrent: number): AdaptiveConfig {
  const kind: unknown = options?.kind;
  if (kind === 'aimd') return aimdConfig(options as AimdOptions, concurrent);
  if (kind === 'gradient') return gradientConfig(options as GradientOptions, concurrent);
  throw new TypeError(`bulkhead adaptive.kind must be 'aimd' or 'gradient', got ${show(kind)}`);
}

function aimdConfig(options: AimdOptions, concurrent: number): Aimd {
  checkKeys('bulkhead adaptive', options, ['kind', 'minimum', 'maximum', 'latencyMs', 'backoffRatio']);
  const { kind, minimum = 1, maximum = Math.max(200, concurrent), latencyMs, backoffRatio = 0.9 } = options;
  checkRange(minimum, maximum, concurrent);
  checkMs('bulkhead adaptive.latencyMs', latencyMs);
  checkRatio('bulkhead adaptive.backoffRatio', backoffRatio, 0.5);
  if (backoffRatio === 1)
    throw new RangeError('bulkhead adaptive.backoffRatio must be below 1: at 1 the limit never goes down');
  return { kind, minimum, maximum, latencyMs, backoffRatio };
}

function gradientConfig(options: GradientOptions, concurrent: number): Gradient {
  checkKeys('bulkhead adaptive', options, GRADIENT_KEYS);
  const { kind, minimum = Math.min(20, concurrent), maximum = Math.max(200, concurrent) } = options;
  const { tolerance = 1.5, smoothing = 0.2, queueSize = 4, longSamples = 600, windowMs = 1_000 } = options;
  checkRange(minimum, maximum, concurrent);
  if (!(typeof tolerance === 'number' && tolerance >= 1 && Number.isFinite(tolerance)))
    throw new RangeError(
      `bulkhead adaptive.tolerance must be a finite number of at least 1, got ${show(tolerance)}`,
    );
  checkRatio('bulkhead adaptive.smoothing', smoothing);
  checkCount('bulkhead adaptive.queueSize', queueSize);
  checkCount('bulkhead adaptive.longSamples', longSamples, WARM_UP_SAMPLES);
  checkMs('bulkhead adaptive.windowMs', windowMs, 0);
  return { kind, minimum, maximum, tolerance, smoothing, queueSize, longSamples, windowMs };
}

const GRADIENT_KEYS = [
  'kind',
  'minimum',
  'maximum',
  'tolerance',
  'smoothing',
  'queueSize',
  'longSamples',
  'windowMs',
];

function checkRange(minimum: number, maximum: number, concurrent: number): void {
  checkCount('bulkhead adaptive.minimum', minimum);
  checkCount('bulkhead adaptive.maximum', maximum);
  if (concurrent < minimum || concurrent > maximum)
    throw new RangeError(
      `bulkhead concurrent, where the limit begins, must be from adaptive.minimum (${minimum}) to adaptive.maximum (${maximum}), got ${concurrent}`,
    );
}

/** Where a limit begins. */
export function firstLimit(concurrent: number): LimitState {
  return { limit: concurrent, loweredAt: Number.NEGATIVE_INFINITY, longMs: 0, samples: 0, window: EMPTY };
}

/** What a call that has ended makes of a limit: the very same state where it says nothing. */
export function nextLimit(state: LimitState, sample: LimitSample, config: AdaptiveConfig): LimitState {
  return config.kind === 'aimd' ? aimd(state, sample, config) : gradient(state, sample, config);
}

function aimd(state: LimitState, sample: LimitSample, config: Aimd): LimitState {
  const { limit, loweredAt } = state;
  // A call that began under the higher limit was slow because of it, and was answered for by the first of its kind.
  if (sample.beganAt < loweredAt) return state;
  if (sample.endedAt - sample.beganAt > config.latencyMs)
    return {
      ...state,
      limit: Math.max(config.minimum, limit * config.backoffRatio),
      loweredAt: sample.endedAt,
    };
  if (sample.failed || !isUsed(sample.inFlight, limit)) return state;
  return { ...state, limit: Math.min(config.maximum, limit + 1 / limit) };
}

function gradient(state: LimitState, sample: LimitSample, config: Gradient): LimitState {
  const latencyMs = sample.endedAt - sample.beganAt;
  if (sample.failed && latencyMs <= state.longMs) return state;
  const window = filled(state.window, sample, config.windowMs);
  if (config.windowMs > 0 && (sample.endedAt < window.endsAt || window.calls < CALLS_PER_WINDOW))
    return withWindow(state, window);
  return moved(withWindow(state, EMPTY), window.sumMs / window.calls, window.inFlight, config);
}

/** Field by field: for each call, and a spread costs forty times as much. */
function withWindow({ limit, loweredAt, longMs, samples }: LimitState, window: LimitWindow): LimitState {
  return { limit, loweredAt, longMs, samples, window };
}

function filled(window: LimitWindow, sample: LimitSample, windowMs: number): LimitWindow {
  return {
    endsAt: window.calls === 0 ? sample.endedAt + windowMs : window.endsAt,
    calls: window.calls + 1,
    sumMs: window.sumMs + sample.endedAt - sample.beganAt,
    inFlight: Math.max(window.inFlight, sample.inFlight),
  };
}

function moved(state: LimitState, shortMs: number, inFlight: number, config: Gradient): LimitState {
  const samples = Math.min(state.samples + 1, config.longSamples);
  const weight = samples <= WARM_UP_SAMPLES ? 1 / samples : 2 / (config.longSamples + 1);
  const longMs = state.longMs + (shortMs - state.longMs) * weight;
  // After a long overload the long run comes down faster than it went up.
  const known: LimitState = { ...state, samples, longMs: longMs > 2 * shortMs ? longMs * 0.95 : longMs };
  if (!isUsed(inFlight, state.limit)) return known;
  // Between a half and 1, so that a single outlier does not shed half of the load. A clock too coarse for it says 0.
  const slope = shortMs > 0 ? Math.max(0.5, Math.min(1, (config.tolerance * longMs) / shortMs)) : 1;
  const aim = state.limit * slope + config.queueSize;
  const limit = state.limit + (aim - state.limit) * config.smoothing;
  return { ...known, limit: Math.max(config.minimum, Math.min(config.maximum, limit)) };
}

/** Where not even half of it is used, nothing is known about more. */
function isUsed(inFlight: number, limit: number): boolean {
  return inFlight >= limit / 2;
}
