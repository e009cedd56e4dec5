import { describe, expect, it, vi } from 'vitest';
import { createBreaker, failureRatio, type MetricsCollector } from '../../src/index.ts';
import * as presets from '../../src/presets/index.ts';
import { type Candidate, simulate, type TracedCall, type TracedRow } from '../../src/simulate/index.ts';

/** Good, then an outage of twenty seconds, then good: as rows, and as the calls that they stand for. */
const isOut = (second: number): boolean => second >= 20 && second < 40;
const rows: TracedRow[] = Array.from({ length: 80 }, (_, second) => ({
  at: second * 1_000,
  calls: 40,
  failures: isOut(second) ? 40 : 0,
}));
const calls: TracedCall[] = rows.flatMap(({ at }, second) =>
  Array.from({ length: 40 }, (_, i) => ({
    at: at + (i + 0.5) * 25,
    durationMs: 0,
    outcome: isOut(second) ? ('failed' as const) : ('ok' as const),
  })),
);

const CANDIDATES: Record<string, () => Candidate> = {
  gobreaker: () => presets.gobreaker({ readyToTrip: ({ consecutiveFailures }) => consecutiveFailures > 5 }),
  hystrix: () => presets.hystrix(),
  cep21: () => presets.cep21(),
  seqDb: () => presets.seqDb(),
  resilience4j: () => presets.resilience4j(),
  polly: () => presets.polly({ breakDurationGenerator: () => 2_000 }),
  failsafe: () => presets.failsafe(),
  qpool: () => presets.qpool({ resetTimeout: 3_000 }),
  opossum: () => presets.opossum(),
  fastFailing: () => presets.fastFailing(),
  tolerant: () => presets.tolerant(),
  defaults: () => ({}),
};

describe('a candidate', () => {
  it.each(Object.keys(CANDIDATES))(
    'may be what the preset returns, and decides alike on calls and on rows: %s',
    (name) => {
      const make = CANDIDATES[name] as () => Candidate;
      const byRows = simulate(make(), { rows });
      const byCalls = simulate(make(), { calls, from: 0, to: 80_000 });
      expect(byRows.transitions.map(({ at, to }) => [at, to])).toEqual(
        byCalls.transitions.map(({ at, to }) => [at, to]),
      );
      expect(byRows.totals).toEqual(byCalls.totals);
      expect(byRows.config).toEqual(byCalls.config);
    },
  );

  it('may be the configuration of a running breaker, which notices nothing', () => {
    const breaker = createBreaker({ name: 'running' });
    const before = JSON.stringify(breaker.snapshot());
    expect(simulate(breaker.config, { rows }).totals.openings).toBeGreaterThan(0);
    expect(JSON.stringify(breaker.snapshot())).toBe(before);
  });

  it.each(['rows', 'calls'] as const)('brings its collector along, played %s', (kind) => {
    const collector = { recordError: vi.fn(), recordSuccess: vi.fn(), getErrorRate: () => 0 };
    const openWhen = failureRatio(0.5, {
      adapt: { factor: 0.8, history: collector satisfies MetricsCollector },
    });
    const trace = kind === 'rows' ? { rows } : { calls };
    expect(simulate({ openWhen }, trace).transitions[0]?.why.limit).toBeCloseTo(0.1);
    expect(collector.recordError).toHaveBeenCalled();
  });

  it.each(['rows', 'calls'] as const)('tells its onError about functions that throw, played %s', (kind) => {
    const onError = vi.fn();
    const candidate: Candidate = {
      onError,
      openWhen: { kind: 'custom', name: 'broken' },
      rules: {
        broken: () => {
          throw new Error('rule');
        },
      },
    };
    const trace = kind === 'rows' ? { rows } : { calls };
    expect(simulate(candidate, trace).transitions).toEqual([]);
    expect(onError).toHaveBeenCalledWith(expect.objectContaining({ message: 'rule' }), 'rule broken');
  });

  it('leaves clock and earlier life behind', () => {
    const kept = createBreaker({ name: 'kept', openWhen: [] });
    kept.setMode('forced-open');
    const options = { restore: kept.export(), clock: { now: () => 5 }, openWhen: [] };
    expect(simulate(options, { rows }).totals.refused).toBe(0);
    expect(simulate(options, { calls }).totals.refused).toBe(0);
  });
});
