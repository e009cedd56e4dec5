import { describe, expect, it, vi } from 'vitest';
import {
  type BreakerOptions,
  consecutiveFailures,
  failureRatio,
  fixed,
  lastMs,
  latencyBucket,
  latencyBucketMs,
  slowRatio,
} from '../../src/index.ts';
import { simulateRows } from '../../src/simulate/rows.ts';
import type { Timeline } from '../../src/simulate/timeline.ts';
import type { RowTrace, TracedRow } from '../../src/simulate/trace.ts';

function play(options: Partial<BreakerOptions>, rows: TracedRow[], trace: Partial<RowTrace> = {}): Timeline {
  return simulateRows({ name: 'candidate', random: () => 0.5, ...options }, { rows, ...trace }, 'neighbours');
}
const row = (at: number, calls: number, failures = 0, more: Partial<TracedRow> = {}): TracedRow => ({
  at,
  calls,
  failures,
  ...more,
});
const changes = ({ transitions }: Timeline): [number, string][] => transitions.map(({ at, to }) => [at, to]);

describe('rows that are played', () => {
  // Ten times ten million calls: one by one they would take minutes.
  it.each([
    ['a ratio', { openWhen: failureRatio(0.5) }],
    ['slow calls', { openWhen: slowRatio(0.5, { slowMs: 50, inFlight: true }) }],
    ['failures in a row', { openWhen: consecutiveFailures(5) }],
  ])('are played as a whole: %s', (_, options) => {
    const rows = Array.from({ length: 10 }, (_row, i) => row(i * 1_000, 10_000_000, 1_000_000));
    expect(play(options, rows).totals).toMatchObject({ calls: 100_000_000, refused: 0, openings: 0 });
  });

  it('are a second long, unless the trace or they themselves say otherwise', () => {
    const first = { openWhen: consecutiveFailures(1), stayOpen: fixed(9_000) };
    expect(play(first, [row(0, 1, 1)]).transitions[0]?.at).toBe(500);
    expect(play(first, [row(0, 1, 1)], { intervalMs: 60 }).transitions[0]?.at).toBe(30);
    expect(play(first, [row(0, 1, 1, { ms: 40 })], { intervalMs: 60 }).transitions[0]?.at).toBe(20);
  });

  it('have no calls under way: a rule that counts slow ones of them sees none', () => {
    const openWhen = slowRatio(0.5, { slowMs: 50, inFlight: true, minimumCalls: 10 });
    expect(play({ openWhen }, [row(0, 10, 0, { slow: 10 })]).transitions[0]?.why).toEqual({
      rule: 'slow-ratio',
      value: 1,
      limit: 0.5,
      calls: 10,
      minimumCalls: 10,
      bad: 10,
      slowMs: 50,
    });
    expect(play({ openWhen }, []).config.openWhen).toEqual([openWhen]);
  });

  it('count no slow call under way where they are played one by one either', () => {
    const rows = Array.from({ length: 5 }, (_, i) => row(i * 1_000, 40, 0, { slow: 30 }));
    const asked = vi.fn(() => false);
    const slow = { slowMs: 50, minimumCalls: 5 };
    const custom = { kind: 'custom', name: 'asked' } as const;
    const rules = { asked };
    const counted = play({ openWhen: [slowRatio(0.76, { ...slow, inFlight: true }), custom], rules }, rows);
    const plain = play({ openWhen: [slowRatio(0.76, slow), custom], rules }, rows);
    expect([counted.transitions, counted.totals]).toEqual([plain.transitions, plain.totals]);
    expect(asked).toHaveBeenCalled();
  });

  it('ask openMs where there is one', () => {
    const openMs = vi.fn(() => 70);
    const timeline = play({ openWhen: consecutiveFailures(1), openMs }, [row(0, 1, 1, { timeouts: 1 })]);
    expect(changes(timeline)).toEqual([
      [500, 'open'],
      [570, 'half-open'],
    ]);
    expect(openMs).toHaveBeenCalledOnce();
  });

  it('count in the way of the configuration', () => {
    const window = lastMs(1_000, { buckets: 1 });
    const openWhen = failureRatio(0.5, { minimumCalls: 10 });
    const mixed = [row(0, 9, 9, { ignored: 3 })];
    expect(play({ window, openWhen, counting: { ignored: 'calls' } }, mixed).totals.openings).toBe(1);
    expect(play({ window, openWhen }, mixed).totals.openings).toBe(0);
    // What is dated by its beginning, or counted before it has ended, is so no more where no time passes.
    const dated = { window, openWhen, counting: { dated: 'start', pending: true } as const };
    const plain = { window, openWhen, counting: { dated: 'end', pending: false } as const };
    const rows = [row(0, 20, 5), row(1_000, 20, 12), row(2_000, 20, 19)];
    expect(changes(play(dated, rows))).toEqual(changes(play(plain, rows)));
    expect(play(dated, rows).transitions[0]?.why).toEqual(play(plain, rows).transitions[0]?.why);
    expect(play(dated, rows).totals).toEqual(play(plain, rows).totals);
    expect(play(dated, rows).config.counting).toMatchObject({ dated: 'start', pending: true });
  });

  it('take refused calls for what the known ones around them were: slow, failed, timed out', () => {
    const slow = {
      openWhen: slowRatio(1, { slowMs: 50, minimumCalls: 40 }),
      window: lastMs(9_000, { buckets: 1 }),
    };
    const rows = [row(0, 20, 10, { slow: 20, timeouts: 10 }), row(1_000, 0, 0, { refused: 20 })];
    expect(play(slow, rows).transitions[0]?.why).toMatchObject({ calls: 40, bad: 40 });
    expect(play(slow, rows).totals).toMatchObject({ calls: 40, failed: 20, assumed: 20 });
    const timeouts: number[] = [];
    const custom = {
      openWhen: { kind: 'custom', name: 'counts timeouts' } as const,
      rules: {
        'counts timeouts': (seen: { timeouts: number }): boolean => {
          timeouts.push(seen.timeouts);
          return false;
        },
      },
      window: lastMs(9_000, { buckets: 1 }),
    };
    play(custom, rows);
    expect(timeouts.at(-1)).toBe(20);
    const latency = [latencyBucket(100), 10, latencyBucket(900), 10];
    const late = [row(0, 20, 4, { timeouts: 2, latency }), row(1_000, 0, 0, { refused: 20 })];
    const failAfterMs = latencyBucketMs(latencyBucket(100)).toMs;
    expect(play({ ...custom, failAfterMs }, late).totals).toMatchObject({ failed: 20 });
    expect(timeouts.at(-1)).toBe(16);
  });

  it('bring along refused, ignored and further calls', () => {
    const { totals } = play({ openWhen: [] }, [row(0, 10, 5, { ignored: 3, refused: 6 })]);
    expect(totals).toMatchObject({ calls: 19, letThrough: 19, failed: 8, assumed: 6 });
  });
});
