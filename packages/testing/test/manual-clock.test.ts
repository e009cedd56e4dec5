import { describe, expect, it } from 'vitest';
import { manualClock } from '../src/index.ts';

describe('manualClock', () => {
  it('stands still until it is told to move', async () => {
    const clock = manualClock();
    const before = [clock.now(), clock.wallNow()];
    await new Promise((resolve) => setTimeout(resolve, 2));
    expect([clock.now(), clock.wallNow()]).toEqual(before);
  });

  it('fires timers in the order in which they are due, each at its own moment', () => {
    const clock = manualClock();
    const start = clock.now();
    const fired: [string, number][] = [];
    const note = (name: string) => () => fired.push([name, clock.now() - start]);
    clock.setTimeout(note('late'), 300);
    clock.setTimeout(note('early'), 100);
    clock.setTimeout(note('never'), 301);
    clock.advance(300);
    expect(fired).toEqual([
      ['early', 100],
      ['late', 300],
    ]);
    expect(clock.now() - start).toBe(300);
    expect(clock.pendingTimers).toBe(1);
  });

  it('fires timers in the order in which they were set where they are due together', () => {
    const clock = manualClock();
    const fired: number[] = [];
    for (const n of [1, 2, 3]) clock.setTimeout(() => fired.push(n), 50);
    clock.advance(50);
    expect(fired).toEqual([1, 2, 3]);
  });

  it('fires what a timer sets on the way, if that is due too', () => {
    const clock = manualClock();
    const start = clock.now();
    const beats: number[] = [];
    const beat = (): void => {
      beats.push(clock.now() - start);
      clock.setTimeout(beat, 100);
    };
    clock.setTimeout(beat, 100);
    clock.advance(350);
    expect(beats).toEqual([100, 200, 300]);
  });

  it('does not fire what was cleared', () => {
    const clock = manualClock();
    let fired = false;
    clock.clearTimeout(clock.setTimeout(() => (fired = true), 10));
    clock.advance(10);
    expect(fired).toBe(false);
  });

  it('stalls like a blocked event loop: everything fires late, at the end', () => {
    const clock = manualClock();
    const start = clock.now();
    const fired: number[] = [];
    clock.setTimeout(() => fired.push(clock.now() - start), 10);
    clock.setTimeout(() => fired.push(clock.now() - start), 20);
    clock.stall(1_000);
    expect(fired).toEqual([1_000, 1_000]);
  });

  it('steps the wall clock without moving time', () => {
    const clock = manualClock();
    const [now, wall] = [clock.now(), clock.wallNow()];
    clock.stepWall(-3_600_000);
    expect([clock.now(), clock.wallNow()]).toEqual([now, wall - 3_600_000]);
    clock.advance(10);
    expect(clock.wallNow()).toBe(wall - 3_600_000 + 10);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to move by %s', (ms) => {
    expect(() => manualClock().advance(ms)).toThrow('time moves forward by 0 ms or more');
  });
});
