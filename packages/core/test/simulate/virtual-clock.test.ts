import { describe, expect, it } from 'vitest';
import { VirtualClock } from '../../src/simulate/virtual-clock.ts';

describe('a virtual clock', () => {
  it('stands still until it is told', () => {
    const clock = new VirtualClock(40);
    expect([clock.now(), clock.wallNow()]).toEqual([40, 40]);
    clock.advance(55.5);
    expect([clock.now(), clock.wallNow()]).toEqual([55.5, 55.5]);
  });

  it('runs what is due on the way, at its moment, in order of time and then of setting', () => {
    const clock = new VirtualClock(100);
    const ran: [string, number][] = [];
    const set = (name: string, ms: number): unknown =>
      clock.setTimeout(() => ran.push([name, clock.now()]), ms);
    set('late', 30);
    set('first', 10);
    set('second', 10);
    set('between', 20);
    set('never', 31);
    clock.advance(130);
    expect(ran).toEqual([
      ['first', 110],
      ['second', 110],
      ['between', 120],
      ['late', 130],
    ]);
    clock.advance(130);
    expect(ran.length).toBe(4);
  });

  it('forgets a timer that was cleared, and runs one that another has set', () => {
    const clock = new VirtualClock(0);
    const ran: number[] = [];
    const cleared = clock.setTimeout(() => ran.push(-1), 5);
    clock.setTimeout(() => clock.setTimeout(() => ran.push(clock.now()), 3), 4);
    clock.clearTimeout(cleared);
    clock.advance(10);
    expect(ran).toEqual([7]);
  });

  it("takes a breaker's moments back to those of a trace that begins before 0", () => {
    expect(new VirtualClock(-20).traced(0)).toBe(-20);
    expect(new VirtualClock(-20).traced(25)).toBe(5);
    expect(new VirtualClock(30).traced(35)).toBe(35);
  });
});
