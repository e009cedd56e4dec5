import { describe, expect, it } from 'vitest';
import { FAILED, IGNORED_CALL, REJECTED_CALL, SLOW, TIMEOUT, UNCOUNTED } from '../src/bits.ts';
import type { Counting, LastMs, SinceClosed, Tumbling } from '../src/config.ts';
import { lastMs, sinceClosed, tumblingMs } from '../src/index.ts';
import { Ledger } from '../src/ledger.ts';
import { COUNTING } from '../src/resolve.ts';
import type { WindowContents } from '../src/window.ts';

const make = (window: LastMs | Tumbling | SinceClosed, counting: Partial<Counting> = {}, now = 0): Ledger =>
  new Ledger(window, { ...COUNTING, ...counting }, now);
const calls = (ledger: Ledger, now: number): number => ledger.peek(now).calls;
/** How long ago each span began, and its calls. */
const rows = (ledger: Ledger, now: number): unknown[] => {
  const { spans } = ledger.contents(now) as Extract<WindowContents, { kind: 'spans' }>;
  return spans.map(([agoMs, count]) => [agoMs, count]);
};
const grid = lastMs(100, { buckets: 2, anchor: 'construction' });

describe('a ledger', () => {
  it('keeps every kind of count', () => {
    const ledger = make(sinceClosed(), { ignored: 'calls', rejected: 'calls' });
    for (const bits of [0, SLOW, FAILED, FAILED | SLOW, FAILED | TIMEOUT, IGNORED_CALL, REJECTED_CALL])
      ledger.record(bits, 5, 5);
    expect(ledger.peek(5)).toEqual({
      calls: 7,
      succeeded: 2,
      failures: 3,
      timeouts: 1,
      slow: 2,
      slowFailures: 1,
      ignored: 1,
      rejected: 1,
    });
    expect([ledger.calls, ledger.failures, ledger.slow]).toEqual([7, 3, 2]);
  });

  it('shows what is left at a moment, and changes nothing by it', () => {
    const ledger = make(grid);
    ledger.record(FAILED, 0, 0);
    ledger.record(0, 50, 50);
    expect([calls(ledger, 99), calls(ledger, 100), calls(ledger, 149), calls(ledger, 150)]).toEqual([
      2, 1, 1, 0,
    ]);
    expect([calls(ledger, 99), ledger.calls]).toEqual([2, 2]);
    ledger.turn(100);
    expect([ledger.calls, ledger.failures]).toEqual([1, 0]);
  });

  it('begins its grid at the closing, unless that was fixed', () => {
    const moving = make(lastMs(100, { buckets: 2 }), { pending: true }, 0);
    moving.clear(30);
    moving.arrive(30);
    expect([calls(moving, 129), calls(moving, 130)]).toEqual([1, 0]);
    const fixed = make(grid);
    fixed.clear(30);
    fixed.record(0, 30, 30);
    expect([calls(fixed, 99), calls(fixed, 100)]).toEqual([1, 0]);
  });

  it('counts a pending call once, and takes an ignored one out of its own bucket', () => {
    const ledger = make(grid, { pending: true });
    ledger.arrive(0);
    ledger.arrive(60);
    ledger.record(FAILED, 70, 0);
    expect(ledger.peek(70)).toMatchObject({ calls: 2, failures: 1 });
    ledger.record(IGNORED_CALL, 80, 0);
    expect(ledger.peek(80)).toMatchObject({ calls: 1, ignored: 1 });
    expect(calls(ledger, 100)).toBe(1);
    ledger.record(UNCOUNTED, 100, 0);
    expect(calls(ledger, 100)).toBe(2);
  });

  it('a call from before it was made was not counted there', () => {
    const ledger = make(grid, { pending: true }, 50);
    ledger.record(0, 60, 49);
    expect(calls(ledger, 60)).toBe(1);
  });

  it('dates by the start: into a bucket between others, or nowhere', () => {
    const ledger = make(lastMs(150, { buckets: 3, anchor: 'construction' }), { dated: 'start' });
    ledger.record(0, 0, 0);
    ledger.record(0, 110, 110);
    ledger.record(FAILED, 120, 60);
    expect([calls(ledger, 149), calls(ledger, 150), calls(ledger, 199), calls(ledger, 200)]).toEqual([
      3, 2, 2, 1,
    ]);
    ledger.record(FAILED, 260, 60);
    expect(ledger.peek(260)).toMatchObject({ calls: 0, failures: 0 });
  });

  it('refused calls count as what they are told to, and are in no streak', () => {
    const failing = make(grid, { rejected: 'failures', streakExpires: true });
    failing.record(FAILED, 0, 0);
    failing.record(FAILED, 0, 0);
    failing.record(REJECTED_CALL, 60, 60);
    expect(failing.peek(60)).toMatchObject({ calls: 3, failures: 3, rejected: 1 });
    expect([failing.streaks(60).failuresInARow, failing.streaks(100).failuresInARow]).toEqual([2, 0]);
    const plain = make(grid, { rejected: 'calls' });
    plain.record(REJECTED_CALL, 0, 0);
    expect(plain.peek(0)).toMatchObject({ calls: 1, failures: 0 });
    const nothing = make(grid);
    nothing.record(REJECTED_CALL, 0, 0);
    expect(nothing.peek(0)).toMatchObject({ calls: 0, rejected: 1 });
  });

  it('a streak shrinks by the part of the bucket that leaves, where it reaches back into it', () => {
    const ledger = make(grid, { streakExpires: true });
    for (const bits of [0, FAILED, FAILED]) ledger.record(bits, 0, 0);
    for (const bits of [FAILED, FAILED]) ledger.record(bits, 50, 50);
    expect([ledger.streaks(99).failuresInARow, ledger.streaks(100).failuresInARow]).toEqual([4, 2]);
    ledger.record(FAILED, 100, 100);
    expect(ledger.streaks(100)).toEqual({ failuresInARow: 3, successesInARow: 0 });
    for (let i = 0; i < 2; i++) ledger.record(0, 100, 100);
    expect([ledger.streaks(100).successesInARow, ledger.streaks(150).successesInARow]).toEqual([2, 2]);
    expect(ledger.streaks(200)).toEqual({ failuresInARow: 0, successesInARow: 0 });
  });

  it('rolls on to the next interval once, on a grid or when touched', () => {
    const ends = make(tumblingMs(100, { stalesCalls: true }));
    expect([ends.rolls(99), ends.rolls(100), ends.rolls(199), ends.rolls(350)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
    const touched = make(tumblingMs(100, { restarts: 'when-touched', stalesCalls: true }));
    touched.record(0, 10, 10);
    expect([touched.rolls(99), touched.rolls(130), touched.rolls(229), touched.rolls(230)]).toEqual([
      false,
      true,
      false,
      true,
    ]);
    ends.clear(400);
    expect([ends.rolls(499), ends.rolls(500)]).toEqual([false, true]);
  });

  it.each([
    ['a grid', grid],
    ['intervals', tumblingMs(100)],
    ['intervals when touched', tumblingMs(100, { restarts: 'when-touched' })],
    ['buckets with their first call', lastMs(100, { buckets: 2, anchor: 'first-call' })],
    ['everything', sinceClosed()],
  ])('goes on in another place: %s', (_, window) => {
    const here = make(window, { pending: true });
    for (const at of [10, 20, 60]) here.record(at === 20 ? FAILED : 0, at, -1);
    const kept = JSON.parse(JSON.stringify(here.contents(70)));
    const there = make(window, { pending: true }, 1_000);
    there.restore(kept, 1_005, 5);
    for (const later of [0, 20, 24, 25, 26, 30, 34, 35, 75, 85])
      expect(there.peek(1_005 + later), `${later} ms later`).toEqual(here.peek(75 + later));
  });

  it('takes nothing of spans of another length, or of another kind', () => {
    const kept = make(grid).contents(0);
    const other = make(lastMs(100, { buckets: 5, anchor: 'construction' }));
    const some = make(grid);
    some.record(0, 0, 0);
    other.restore(some.contents(0), 0, 0);
    expect(calls(other, 0)).toBe(0);
    const full = make(grid);
    full.restore({ kind: 'last-calls', calls: [0] }, 0, 0);
    expect([calls(full, 0), kept.kind]).toEqual([0, 'spans']);
  });

  it('forgets each counter when it grows, one bucket late, and keeps that over a restart', () => {
    const ledger = make(lastMs(100, { buckets: 2, anchor: 'epoch', forgets: 'by-counter' }));
    ledger.record(FAILED, 0, 0);
    expect([calls(ledger, 100), calls(ledger, 149), calls(ledger, 150)]).toEqual([1, 1, 0]);
    ledger.record(0, 100, 100);
    expect(ledger.peek(100)).toMatchObject({ calls: 1, failures: 1, succeeded: 1 });
    const again = make(lastMs(100, { buckets: 2, anchor: 'epoch', forgets: 'by-counter' }));
    again.restore(ledger.contents(100), 100, 0);
    expect(again.peek(100)).toMatchObject({ calls: 1, failures: 1, succeeded: 1 });
    ledger.clear(120);
    ledger.record(0, 120, 120);
    expect(ledger.peek(120)).toMatchObject({ calls: 1, failures: 0 });
  });

  it('forgets by counter also where it is only read, and remembers nothing of that over a closing', () => {
    const ledger = make(lastMs(100, { buckets: 2, forgets: 'by-counter' }));
    for (const at of [400, 500]) ledger.record(FAILED | SLOW, at, at);
    expect([ledger.calls, ledger.failures, ledger.slow]).toEqual([1, 1, 1]);
    ledger.clear(500);
    ledger.record(FAILED, 500, 500);
    expect([ledger.calls, ledger.failures, ledger.slow]).toEqual([1, 1, 0]);
  });

  it('forgets nothing of a counter that shrinks', () => {
    const ledger = make(lastMs(100, { buckets: 2, forgets: 'by-counter' }), { pending: true });
    ledger.arrive(0);
    ledger.arrive(99);
    // Its clock was read a little later than the window's.
    ledger.record(IGNORED_CALL, 100, 100);
    expect(calls(ledger, 100)).toBe(1);
  });

  it('takes an ignored call out only where it was counted, and its bucket is still there', () => {
    const uncounting = make(grid);
    uncounting.record(IGNORED_CALL, 0, 0);
    expect(uncounting.peek(0)).toMatchObject({ calls: 0, ignored: 1 });
    const ledger = make(grid, { pending: true });
    ledger.arrive(0);
    ledger.arrive(99);
    ledger.record(IGNORED_CALL, 100, 0);
    expect(ledger.peek(100)).toMatchObject({ calls: 1, ignored: 1 });
  });

  it('takes an ignored call out of the bucket that ran when it began', () => {
    const ledger = make(lastMs(100, { buckets: 2, anchor: 'first-call' }), { pending: true });
    ledger.arrive(0);
    ledger.arrive(60);
    ledger.record(IGNORED_CALL, 70, 40);
    expect([calls(ledger, 70), calls(ledger, 100)]).toEqual([1, 1]);
  });

  it('a call that begins begins an interval, but no bucket', () => {
    const interval = make(tumblingMs(100, { restarts: 'when-touched' }));
    interval.arrive(150);
    interval.record(0, 190, 150);
    expect([calls(interval, 249), calls(interval, 250)]).toEqual([1, 0]);
    const bucket = make(lastMs(100, { buckets: 2, anchor: 'first-call' }));
    bucket.arrive(10);
    bucket.record(0, 40, 10);
    expect([calls(bucket, 139), calls(bucket, 140)]).toEqual([1, 0]);
  });

  it('an interval that holds at its very end takes what comes then', () => {
    const ledger = make(tumblingMs(100, { restarts: 'when-touched', endsAfter: true }), {}, 30);
    ledger.record(0, 130, 130);
    expect([calls(ledger, 130), calls(ledger, 131)]).toEqual([1, 0]);
  });

  it('what leaves in turn leaves when its place is needed, one bucket with each', () => {
    const ledger = make(lastMs(100, { buckets: 2, forgets: 'in-turn' }));
    for (const at of [0, 0, 50, 900]) ledger.record(0, at, at);
    expect([ledger.calls, calls(ledger, 5_000)]).toEqual([2, 2]);
  });

  it('its making begins an interval, and so does a closing, but no bucket', () => {
    const interval = make(tumblingMs(100, { restarts: 'when-touched' }));
    interval.record(0, 20, 20);
    expect([calls(interval, 99), calls(interval, 100)]).toEqual([1, 0]);
    interval.clear(30);
    interval.record(0, 50, 50);
    expect([calls(interval, 129), calls(interval, 130)]).toEqual([1, 0]);
    const bucket = make(lastMs(100, { buckets: 2, anchor: 'first-call' }));
    bucket.clear(30);
    bucket.record(0, 40, 40);
    expect([calls(bucket, 139), calls(bucket, 140)]).toEqual([1, 0]);
  });

  it.each([
    ['failures', FAILED, 0],
    ['successes', 0, FAILED],
  ] as const)(
    'a row of %s shrinks only where it reaches back into the bucket that leaves',
    (kind, one, other) => {
      const row = (...buckets: (readonly number[])[]): number[] => {
        const ledger = make(grid, { streakExpires: true });
        for (const [i, bucket] of buckets.entries())
          for (const bits of bucket) ledger.record(bits, i * 50, i * 50);
        return [99, 100, 150].map((now) => ledger.streaks(now)[`${kind}InARow`]);
      };
      expect(row([other, one, one], [one, one, one])).toEqual([5, 3, 0]);
      expect(row([one, one], [other, one, one, one, one])).toEqual([4, 4, 0]);
    },
  );

  it('a row begins again with a closing', () => {
    const ledger = make(grid, { streakExpires: true });
    for (const bits of [FAILED, FAILED]) ledger.record(bits, 0, 0);
    ledger.clear(10);
    ledger.record(FAILED, 20, 20);
    expect(ledger.streaks(20)).toEqual({ failuresInARow: 1, successesInARow: 0 });
  });

  it('a row is not longer for refused calls that count as calls', () => {
    const ledger = make(grid, { streakExpires: true, rejected: 'calls' });
    for (const bits of [FAILED, FAILED]) ledger.record(bits, 0, 0);
    for (const bits of [REJECTED_CALL, FAILED]) ledger.record(bits, 50, 50);
    expect([ledger.streaks(99).failuresInARow, ledger.streaks(100).failuresInARow]).toEqual([3, 1]);
  });

  it('no row is left where every bucket has left, in whatever order its results came', () => {
    const ledger = make(grid, { streakExpires: true, dated: 'start' });
    for (const [bits, startedAt] of [
      [FAILED, 60],
      [0, 10],
      [FAILED, 60],
    ] as const)
      ledger.record(bits, 70, startedAt);
    expect([ledger.streaks(70).failuresInARow, ledger.streaks(150).failuresInARow]).toEqual([1, 0]);
  });

  it('has one row for each bucket, however many results are dated back to it', () => {
    const ledger = make(grid, { dated: 'start' });
    for (const startedAt of [60, 10, 20, 70, 30]) ledger.record(0, 80, startedAt);
    expect(rows(ledger, 80)).toEqual([
      [80, 3],
      [30, 2],
    ]);
  });

  it('tells how long ago its only span began: at the closing', () => {
    const ledger = make(sinceClosed(), {}, 10);
    ledger.record(0, 20, 20);
    expect(rows(ledger, 30)).toEqual([[20, 1]]);
    expect(ledger.contents(30)).toMatchObject({ spanMs: null, beganMs: 20 });
    ledger.clear(40);
    ledger.record(0, 50, 50);
    expect(rows(ledger, 60)).toEqual([[20, 1]]);
    expect(ledger.contents(60)).toMatchObject({ spanMs: null, beganMs: 20 });
  });

  it('takes its grid along', () => {
    const here = make(grid, {}, 30);
    here.record(0, 40, 40);
    const there = make(grid, {}, 1_000);
    there.restore(here.contents(70), 1_000, 0);
    expect([calls(there, 1_059), calls(there, 1_060)]).toEqual([1, 0]);
  });

  it('keeps to the multiples of the clock that it finds, and no bucket begins in the future', () => {
    const epoch = lastMs(100, { buckets: 2, anchor: 'epoch' });
    const here = make(epoch);
    here.record(0, 52, 52);
    const kept = here.contents(55);
    const there = make(epoch, {}, 1_020);
    there.restore(kept, 1_045, 0);
    expect(rows(there, 1_045)).toEqual([[0, 1]]);
    there.record(0, 1_110, 1_110);
    expect([calls(there, 1_149), calls(there, 1_150), calls(there, 1_199), calls(there, 1_200)]).toEqual([
      2, 1, 1, 0,
    ]);
  });

  it('takes the rows of each bucket along', () => {
    const here = make(grid, { streakExpires: true });
    for (const bits of [0, FAILED, FAILED]) here.record(bits, 0, 0);
    here.record(FAILED, 50, 50);
    const there = make(grid, { streakExpires: true }, 1_000);
    there.restore(here.contents(60), 1_000, 0);
    expect([1_039, 1_040, 1_090].map((now) => there.streaks(now))).toEqual([
      { failuresInARow: 3, successesInARow: 0 },
      { failuresInARow: 1, successesInARow: 0 },
      { failuresInARow: 0, successesInARow: 0 },
    ]);
  });

  it('rolls on to an interval that began between two places', () => {
    const here = make(tumblingMs(100, { stalesCalls: true }));
    const there = make(tumblingMs(100, { stalesCalls: true }), {}, 1_000);
    there.restore(here.contents(70), 1_050, 50);
    expect([there.rolls(1_050), there.rolls(1_129), there.rolls(1_130)]).toEqual([true, false, true]);
  });

  it('an interval that holds at its very end ends after it, also on a clock that began later', () => {
    const here = make(tumblingMs(100, { endsAfter: true }));
    here.record(0, 950, 950);
    const there = make(tumblingMs(100, { endsAfter: true }));
    there.restore(here.contents(950), 5, 0);
    expect([calls(here, 1_000), calls(here, 1_001)]).toEqual([1, 0]);
    expect([calls(there, 55), calls(there, 56)]).toEqual([1, 0]);
  });
});
