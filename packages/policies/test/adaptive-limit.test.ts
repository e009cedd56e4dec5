import { describe, expect, it } from 'vitest';
import {
  type AdaptiveOptions,
  adaptiveConfig,
  firstLimit,
  type LimitSample,
  type LimitState,
  nextLimit,
} from '../src/adaptive-limit.ts';

const sample = (latencyMs: number, about: Partial<LimitSample> = {}): LimitSample => {
  const { endedAt = 1_000, inFlight = 10, failed = false } = about;
  return { beganAt: endedAt - latencyMs, endedAt, inFlight, failed };
};

/** A service that serves `capacity` calls at once in `baseMs`, and is slower by as much as there are more. */
interface Service {
  readonly capacity: number;
  readonly baseMs: number;
}

/** Callers without number against such a service: as many calls as the limit lets through, event by event. */
class Load {
  state: LimitState;
  now = 0;
  readonly #config;
  readonly #underWay: { endsAt: number; beganAt: number; inFlight: number }[] = [];

  constructor(concurrent: number, options: AdaptiveOptions) {
    this.#config = adaptiveConfig(options, concurrent);
    this.state = firstLimit(concurrent);
  }

  /** @returns the lowest and the highest limit of the second half of that time. */
  run(forMs: number, { capacity, baseMs }: Service): [number, number] {
    const end = this.now + forMs;
    let [low, high] = [Number.POSITIVE_INFINITY, 0];
    while (this.now < end) {
      while (this.#underWay.length < Math.floor(this.state.limit)) {
        const inFlight = this.#underWay.length + 1;
        const endsAt = this.now + baseMs * Math.max(1, inFlight / capacity);
        this.#underWay.push({ endsAt, beganAt: this.now, inFlight });
      }
      const next = this.#underWay.reduce((one, other) => (other.endsAt < one.endsAt ? other : one));
      this.#underWay.splice(this.#underWay.indexOf(next), 1);
      this.now = next.endsAt;
      this.state = nextLimit(this.state, { ...next, endedAt: next.endsAt, failed: false }, this.#config);
      if (this.now <= end - forMs / 2) continue;
      low = Math.min(low, Math.floor(this.state.limit));
      high = Math.max(high, Math.floor(this.state.limit));
    }
    return [low, high];
  }
}

describe('additive increase, multiplicative decrease', () => {
  const config = adaptiveConfig({ kind: 'aimd', latencyMs: 100, minimum: 8, maximum: 11 }, 10);
  const first = firstLimit(10);

  it('adds one for a round of calls that are quick enough', () => {
    expect(nextLimit(first, sample(100), config)).toEqual({ ...first, limit: 10.1 });
  });

  it('takes a tenth away for a slow one, failed or not, and but once for those that began before', () => {
    const lower = nextLimit(first, sample(101), config);
    expect(lower).toEqual({ ...first, limit: 9, loweredAt: 1_000 });
    expect(nextLimit(lower, sample(500, { endedAt: 1_499 }), config)).toBe(lower);
    expect(nextLimit(lower, sample(101, { endedAt: 1_101, failed: true }), config)).toEqual({
      ...first,
      limit: 8.1,
      loweredAt: 1_101,
    });
  });

  it('stays between its bounds', () => {
    expect(nextLimit({ ...first, limit: 10.95 }, sample(1), config).limit).toBe(11);
    expect(nextLimit({ ...first, limit: 8.5 }, sample(101), config).limit).toBe(8);
  });

  it('learns nothing from a quick failure, nor where not half of the limit is used', () => {
    expect(nextLimit(first, sample(1, { failed: true }), config)).toBe(first);
    expect(nextLimit(first, sample(1, { inFlight: 4 }), config)).toBe(first);
    expect(nextLimit(first, sample(1, { inFlight: 5 }), config)).not.toBe(first);
  });

  it('finds the knee of a service, backs off when that slows down, and comes back', () => {
    const load = new Load(10, { kind: 'aimd', latencyMs: 30 });
    // 30 ms are reached with 75 calls.
    const [low, high] = load.run(20_000, { capacity: 50, baseMs: 20 });
    expect(low).toBeGreaterThanOrEqual(65);
    expect(high).toBeLessThanOrEqual(77);
    expect(load.run(5_000, { capacity: 10, baseMs: 20 })[1]).toBeLessThanOrEqual(17);
    expect(load.run(20_000, { capacity: 50, baseMs: 20 })[0]).toBeGreaterThanOrEqual(65);
  });
});

describe('the gradient', () => {
  const each = { kind: 'gradient', minimum: 5, windowMs: 0 } as const;

  it('forgets faster only where the long run is more than twice as slow as now', () => {
    const config = adaptiveConfig(each, 10);
    const after = (...latencies: number[]): number => {
      const samples = latencies.map((ms) => sample(ms));
      return samples.reduce((state, each) => nextLimit(state, each, config), firstLimit(10)).longMs;
    };
    expect([after(30, 10), after(31, 10)]).toEqual([20, 20.5 * 0.95]);
  });

  it('may be without any tolerance', () => {
    expect(adaptiveConfig({ ...each, tolerance: 1 }, 10)).toMatchObject({ tolerance: 1 });
  });
  const config = adaptiveConfig(each, 20);
  const first = firstLimit(20);

  it('grows by a share of the queue size while latency is what it was', () => {
    const next = nextLimit(first, sample(10), config);
    expect(next).toEqual({ ...first, limit: 20.8, longMs: 10, samples: 1 });
    expect(nextLimit(next, sample(15, { inFlight: 11 }), config).limit).toBeCloseTo(21.6, 10);
  });

  it('goes down by the ratio of the long run to now, with its tolerance, by half at most', () => {
    const long = { ...first, longMs: 10, samples: 600 };
    const longMs = 10 + (10 * 2) / 601;
    const slope = (1.5 * longMs) / 20;
    const expected = 20 + (20 * slope + 4 - 20) * 0.2;
    expect(nextLimit(long, sample(20), config)).toEqual({ ...long, longMs, limit: expected });
    expect(nextLimit(long, sample(900), config).limit).toBeCloseTo(20 + (20 * 0.5 + 4 - 20) * 0.2, 10);
  });

  it('begins its long run with a plain mean of ten', () => {
    let state = first;
    for (let ms = 1; ms <= 10; ms++) state = nextLimit(state, sample(ms, { inFlight: 1 }), config);
    expect(state).toMatchObject({ samples: 10, limit: 20 });
    expect(state.longMs).toBeCloseTo(5.5, 10);
    expect(nextLimit(state, sample(7, { inFlight: 1 }), config).longMs).toBeCloseTo(5.5 + 3 / 601, 10);
  });

  it('counts no further than the long run is long', () => {
    const long = { ...first, longMs: 10, samples: 600 };
    expect(nextLimit(long, sample(10), config).samples).toBe(600);
  });

  it('brings a long run down faster when latency is back to less than half of it', () => {
    const long = { ...first, longMs: 100, samples: 600 };
    const longMs = 100 - (90 * 2) / 601;
    expect(nextLimit(long, sample(10, { inFlight: 1 }), config).longMs).toBeCloseTo(longMs * 0.95, 10);
    expect(nextLimit(long, sample(50, { inFlight: 1 }), config).longMs).toBeCloseTo(
      100 - 100 / 601, // not more than twice as much
      10,
    );
  });

  it('learns nothing from a failure that was quick, and from a slow one what it learns from any slow call', () => {
    const long = { ...first, longMs: 10, samples: 600 };
    expect(nextLimit(long, sample(10, { failed: true }), config)).toBe(long);
    expect(nextLimit(long, sample(30, { failed: true }), config)).toEqual(
      nextLimit(long, sample(30), config),
    );
  });

  it('does not fall over a clock that shows no time at all', () => {
    expect(nextLimit(first, sample(0), config)).toMatchObject({ limit: 20.8, longMs: 0 });
  });

  it('takes the mean of a window of time, and of ten calls or more, for one sample', () => {
    const windowed = adaptiveConfig({ ...each, windowMs: 1_000 }, 20);
    let state = first;
    for (let i = 0; i < 9; i++)
      state = nextLimit(state, sample(10, { endedAt: 1_000 + i * 200, inFlight: i }), windowed);
    expect([state.samples, state.limit]).toEqual([0, 20]);
    const next = nextLimit(state, sample(20, { endedAt: 2_800, inFlight: 12 }), windowed);
    expect(next).toEqual({ ...first, samples: 1, longMs: 11, limit: 20.8 });
    // And not before the time is over.
    for (let i = 0; i < 20; i++) state = nextLimit(next, sample(10, { endedAt: 3_000 + i }), windowed);
    expect(state.samples).toBe(1);
  });

  it('finds the knee of a service, backs off when that slows down, and comes back', () => {
    const load = new Load(20, { kind: 'gradient', minimum: 5 });
    // Calls take 1.5 times as long as at rest with 75 of them; beyond, it creeps as its long run does.
    const [low, high] = load.run(120_000, { capacity: 50, baseMs: 200 });
    expect(low).toBeGreaterThanOrEqual(60);
    expect(high).toBeLessThanOrEqual(95);
    expect(load.run(30_000, { capacity: 10, baseMs: 200 })[1]).toBeLessThanOrEqual(35);
    const [lowAgain, highAgain] = load.run(60_000, { capacity: 50, baseMs: 200 });
    expect(lowAgain).toBeGreaterThanOrEqual(45);
    expect(highAgain).toBeLessThanOrEqual(95);
  });
});

describe('the options of an adaptive limit', () => {
  it('have defaults', () => {
    expect(adaptiveConfig({ kind: 'aimd', latencyMs: 5 }, 10)).toEqual({
      kind: 'aimd',
      minimum: 1,
      maximum: 200,
      latencyMs: 5,
      backoffRatio: 0.9,
    });
    const gradient = { kind: 'gradient', tolerance: 1.5, smoothing: 0.2, queueSize: 4, longSamples: 600 };
    expect(adaptiveConfig({ kind: 'gradient' }, 50)).toEqual({
      ...gradient,
      minimum: 20,
      maximum: 200,
      windowMs: 1_000,
    });
    expect(adaptiveConfig({ kind: 'gradient' }, 10)).toMatchObject({ minimum: 10, maximum: 200 });
    expect(adaptiveConfig({ kind: 'gradient' }, 300)).toMatchObject({ minimum: 20, maximum: 300 });
    expect(adaptiveConfig({ kind: 'aimd', latencyMs: 5 }, 300)).toMatchObject({ maximum: 300 });
  });

  it.each([
    [undefined, "bulkhead adaptive.kind must be 'aimd' or 'gradient', got undefined"],
    [{ kind: 'vegas' }, `bulkhead adaptive.kind must be 'aimd' or 'gradient', got "vegas"`],
    [{ kind: 'aimd' }, 'bulkhead adaptive.latencyMs must be a finite number of milliseconds above 0'],
    [{ kind: 'aimd', latencyMs: 5, tolerance: 2 }, 'bulkhead adaptive has no option "tolerance"'],
    [{ kind: 'gradient', latencyMs: 5 }, 'bulkhead adaptive has no option "latencyMs"'],
    [
      { kind: 'aimd', latencyMs: 5, backoffRatio: 0.4 },
      'bulkhead adaptive.backoffRatio must be from 0.5 to 1',
    ],
    [
      { kind: 'aimd', latencyMs: 5, backoffRatio: 1 },
      'bulkhead adaptive.backoffRatio must be below 1: at 1 the limit never goes down',
    ],
    [{ kind: 'gradient', minimum: 0 }, 'bulkhead adaptive.minimum must be a whole number from 1'],
    [{ kind: 'gradient', maximum: 1.5 }, 'bulkhead adaptive.maximum must be a whole number from 1'],
    [
      { kind: 'gradient', minimum: 11 },
      'bulkhead concurrent, where the limit begins, must be from adaptive.minimum (11) to adaptive.maximum (200), got 10',
    ],
    [{ kind: 'gradient', maximum: 9 }, 'must be from adaptive.minimum (10) to adaptive.maximum (9), got 10'],
    [
      { kind: 'gradient', tolerance: 0.9 },
      'bulkhead adaptive.tolerance must be a finite number of at least 1, got 0.9',
    ],
    [{ kind: 'gradient', tolerance: Number.POSITIVE_INFINITY }, 'at least 1, got Infinity'],
    [{ kind: 'gradient', tolerance: '2' }, 'at least 1, got "2"'],
    [{ kind: 'gradient', smoothing: 0 }, 'bulkhead adaptive.smoothing must be above 0 and at most 1, got 0'],
    [{ kind: 'gradient', queueSize: 0 }, 'bulkhead adaptive.queueSize must be a whole number from 1'],
    [{ kind: 'gradient', longSamples: 9 }, 'bulkhead adaptive.longSamples must be a whole number from 10'],
    [
      { kind: 'gradient', windowMs: -1 },
      'bulkhead adaptive.windowMs must be a finite number of milliseconds',
    ],
  ])('are refused where they make no sense: %j', (options, sentence) => {
    expect(() => adaptiveConfig(options as AdaptiveOptions, 10)).toThrow(sentence);
  });
});
