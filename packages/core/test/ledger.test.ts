import { describe, expect, it } from 'vitest';
import { FAILED, IGNORED_CALL, REJECTED_CALL, SLOW, TIMEOUT, UNCOUNTED } from '../src/bits.ts';
import type { Counting, LastMs, SinceClosed, Tumbling } from '../src/config.ts';
import { lastMs, sinceClosed, tumblingMs } from '../src/index.ts';
import { Ledger } from '../src/ledger.ts';
import { COUNTING } from '../src/resolve.ts';

const make = (window: LastMs | Tumbling | SinceClosed, counting: Partial<Counting> = {}, now = 0): Ledger =>
  new Ledger(window, { ...COUNTING, ...counting }, now);
const calls = (ledger: Ledger, now: number): number => ledger.peek(now).calls;
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
});
