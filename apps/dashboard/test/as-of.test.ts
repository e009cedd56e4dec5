import { type EventRecord, LANE } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { fileName } from '../src/web/lib/download.ts';
import { fromLocal, toLocal } from '../src/web/lib/local-time.ts';
import { codeAt, lastOutageMs, opensWithin, type Track } from '../src/web/lib/track.ts';
import { whyRow } from '../src/web/lib/why.ts';
import { type KnownPast, rowAsOf } from '../src/web/live/as-of.ts';
import { complete, type RowView, toView } from '../src/web/live/row-view.ts';

const T0 = 1_700_000_040_000;
const TRACK: Track = {
  start: [T0, T0 + 60_000, T0 + 90_000, T0 + 100_000],
  code: [LANE.closed, LANE.open, LANE.halfOpen, LANE.closed],
};

function eventOf(event: number, t: number, more: Partial<EventRecord> = {}): EventRecord {
  return {
    event,
    row: 1,
    lane: 7,
    instance: 'a',
    t,
    from: 'closed',
    to: 'open',
    mode: 'auto',
    modeFrom: 'auto',
    why: { rule: 'failures' },
    configRevision: 1,
    ...more,
  };
}

function viewOf(more: Partial<RowView> = {}): RowView {
  const row = complete({
    row: 1,
    service: 'checkout',
    name: 'payments',
    tags: {},
    code: LANE.closed,
    since: T0 + 100_000,
    counts: [0, 1, 0, 0, 0],
    opens: 3,
    last: eventOf(9, T0 + 100_000, { from: 'half-open', to: 'closed' }),
  });
  const numbers = { callsPerSecond: 5, rejectedPerSecond: 0, failureRatio: 0, p95: 1, inFlight: 0 };
  return { ...toView(row, numbers), ...more };
}

const nothing = { row: TRACK, unknown: false, lane: () => undefined, last: undefined, opened: undefined };

describe('a row as it was', () => {
  it('has the state, the beginning of it and the openings of that moment', () => {
    const opened = eventOf(8, T0 + 60_000);
    const then = rowAsOf(viewOf(), T0 + 70_000, { ...nothing, last: opened, opened });
    expect(then).toMatchObject({
      code: LANE.open,
      since: T0 + 60_000,
      opens: 1,
      notClosed: 1,
      size: 1,
      last: opened,
    });
    expect(rowAsOf(viewOf(), T0 + 30_000, nothing)).toMatchObject({
      code: LANE.closed,
      opens: 0,
      notClosed: 0,
    });
  });

  it('says of a closed breaker that it flaps, as the head of its group does', () => {
    expect(whyRow(viewOf(), 9_000)).toMatch(/^Recovered .* after 9 s$/);
    expect(whyRow(viewOf({ opens: 7 }), 9_000)).toMatch(/^Recovered .* · flapping ×7$/);
  });

  it('does not know what happened later, nor why it is what it will be', () => {
    const then = rowAsOf(viewOf(), T0 + 30_000, nothing);
    expect(then.last).toBeUndefined();
    expect(then.opened).toBeUndefined();
  });

  it('keeps the numbers of the present: nobody knows others', () => {
    expect(rowAsOf(viewOf(), T0 + 70_000, nothing).numbers?.callsPerSecond).toBe(5);
  });

  it('counts its instances by their own lanes, and says that it does not know where these are not read', () => {
    const instances = [7, 8].map((lane) => ({
      lane,
      instance: `i${lane}`,
      state: 'closed' as const,
      mode: 'observing' as const,
      code: LANE.closed,
      since: T0,
    }));
    const lanes = new Map<number, Track>([
      [7, TRACK],
      [8, { start: [T0], code: [LANE.isolated] }],
    ]);
    const view = viewOf({ instances, size: 2, counts: [0, 2, 0, 0, 0] });
    const then = rowAsOf(view, T0 + 70_000, { ...nothing, lane: (lane) => lanes.get(lane) });
    expect(then.counts).toEqual([0, 0, 0, 1, 1]);
    expect(then.notClosed).toBe(2);
    expect(then.instances.map(({ state, mode }) => [state, mode])).toEqual([
      ['open', 'auto'],
      ['open', 'forced-open'],
    ]);
    expect(rowAsOf(view, T0 + 70_000, nothing).notClosed).toBeUndefined();
    expect(rowAsOf(viewOf({ size: 12 }), T0 + 70_000, nothing).notClosed).toBeUndefined();
  });

  it('stays what it is while its past is being read', () => {
    const view = viewOf();
    expect(rowAsOf(view, T0 + 1, { ...nothing, row: undefined })).toBe(view);
  });

  it('has no data, since no moment, where nobody had told of it by then: neither the present nor a silence', () => {
    const instances = [
      { lane: 7, instance: 'i7', state: 'open' as const, mode: 'auto' as const, code: LANE.open, since: T0 },
    ];
    const view = viewOf({ instances, code: LANE.open, since: T0 + 100_000 });
    const cases: [number, KnownPast][] = [
      [T0 - 1, nothing],
      [T0 + 70_000, { ...nothing, unknown: true }],
      [T0 + 70_000, { ...nothing, row: { start: [], code: [] } }],
    ];
    for (const [t, past] of cases) {
      const then = rowAsOf(view, t, past);
      expect(then).toMatchObject({ code: LANE.noData, since: 0, opens: 0, counts: [1, 0, 0, 0, 0] });
      expect(then.notClosed).toBeUndefined();
      expect(then.instances).toMatchObject([{ code: LANE.noData, state: 'closed', mode: 'auto' }]);
      expect(whyRow(then)).toBe('Nothing is known of this time');
    }
  });

  it('has an instance without data that came later', () => {
    const instances = [
      { lane: 7, instance: 'i7', state: 'open' as const, mode: 'auto' as const, code: LANE.open, since: T0 },
    ];
    const later: Track = { start: [T0 + 80_000], code: [LANE.open] };
    const then = rowAsOf(viewOf({ instances }), T0 + 70_000, { ...nothing, lane: () => later });
    expect(then.instances).toMatchObject([{ code: LANE.noData, state: 'closed' }]);
  });
});

describe('a track', () => {
  it('tells how long the trouble took that was over at a moment, and nothing of a later one', () => {
    const track: Track = {
      start: [0, 10, 20, 50, 90],
      code: [LANE.closed, LANE.open, LANE.closed, LANE.open, LANE.closed],
    };
    expect([5, 15, 25, 60, 95].map((t) => lastOutageMs(track, t))).toEqual([
      undefined,
      undefined,
      10,
      undefined,
      40,
    ]);
  });

  it('tells what it showed for longest in a minute of which only shares are known', () => {
    const minutes = { from: T0, shares: [0, 200, 0, 0, 55, 0, 10, 0, 0, 245], changes: [3, 5] };
    const track: Track = { start: [T0 + 120_000], code: [LANE.closed], minutes };
    expect([T0 - 1, T0, T0 + 60_000, T0 + 120_000].map((t) => codeAt(track, t))).toEqual([
      undefined,
      LANE.closed,
      LANE.open,
      LANE.closed,
    ]);
  });

  it('counts openings from closed, and not those of failed probes', () => {
    const track: Track = {
      start: [0, 10, 20, 30, 40, 50],
      code: [LANE.closed, LANE.open, LANE.halfOpen, LANE.open, LANE.closed, LANE.open],
    };
    expect(opensWithin(track, 0, 100)).toBe(2);
    expect(opensWithin(track, 10, 49)).toBe(0);
  });
});

describe('names and times of files and fields', () => {
  it('names a file by what any breaker may be called', () => {
    expect(fileName(['check/out', 'pay ments <b>'], 'csv')).toBe('check_out-pay_ments_b.csv');
    expect(fileName(['x'.repeat(300)], 'png')).toHaveLength(124);
  });

  it('writes a moment as its owner would type it, and reads it back to the second', () => {
    expect(fromLocal(toLocal(T0 + 123))).toBe(T0);
    for (const wrong of ['', 'yesterday', '2026-13-45T99:00:00']) expect(fromLocal(wrong)).toBeUndefined();
  });
});
