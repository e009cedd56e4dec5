import { describe, expect, it } from 'vitest';
import { StallMeter, stallMeterOf } from '../src/stall.ts';
import { type TestClock, testClock } from './support/clock.ts';

const BEAT_MS = 250;
/** The heart rests after ten seconds without a call. */
const REST_MS = 40 * BEAT_MS;

function beating(start = 1_000): { clock: TestClock; meter: StallMeter } {
  const clock = testClock(start);
  const meter = new StallMeter(clock);
  meter.touch(clock.now());
  return { clock, meter };
}

describe('the stall meter', () => {
  it('does not beat before the first call', () => {
    const clock = testClock();
    expect(new StallMeter(clock).stalledMs).toBe(0);
    expect(clock.timers).toBe(0);
  });

  it('counts nothing while timers are on time', () => {
    const { clock, meter } = beating();
    clock.advance(REST_MS);
    expect(meter.stalledMs).toBe(0);
  });

  it('takes up to a beat of lateness for a busy process', () => {
    const { clock, meter } = beating();
    clock.stall(BEAT_MS + 250);
    expect(meter.stalledMs).toBe(0);
  });

  it('counts the whole of what is later', () => {
    const { clock, meter } = beating();
    clock.stall(BEAT_MS + 251);
    expect(meter.stalledMs).toBe(251);
  });

  it('adds up stall after stall, each from when its beat was due', () => {
    const { clock, meter } = beating();
    clock.stall(BEAT_MS + 1_000);
    clock.advance(BEAT_MS);
    clock.advance(100);
    clock.stall(BEAT_MS + 500);
    expect(meter.stalledMs).toBe(1_000 + 600);
  });

  it('beats once however many calls come', () => {
    const { clock, meter } = beating();
    for (let i = 0; i < 5; i++) meter.touch(clock.now());
    expect(clock.timers).toBe(1);
    clock.advance(BEAT_MS);
    meter.touch(clock.now());
    expect(clock.timers).toBe(1);
  });

  it('rests ten seconds after the last call', () => {
    const { clock } = beating();
    clock.advance(REST_MS - 1);
    expect(clock.timers).toBe(1);
    clock.advance(1);
    expect(clock.timers).toBe(0);
  });

  it('goes on for as long as calls come', () => {
    const { clock, meter } = beating();
    clock.advance(REST_MS - BEAT_MS);
    meter.touch(clock.now());
    clock.advance(REST_MS - BEAT_MS);
    expect(clock.timers).toBe(1);
    clock.advance(BEAT_MS);
    expect(clock.timers).toBe(0);
  });

  it('takes its rest for no stall, and beats again with the next call', () => {
    const { clock, meter } = beating();
    clock.advance(REST_MS);
    clock.stall(3_600_000);
    meter.touch(clock.now());
    expect(clock.timers).toBe(1);
    clock.advance(BEAT_MS);
    expect(meter.stalledMs).toBe(0);
    clock.stall(BEAT_MS + 400);
    expect(meter.stalledMs).toBe(400);
  });

  it('is one per clock', () => {
    const clock = testClock();
    expect(stallMeterOf(clock)).toBe(stallMeterOf(clock));
    expect(stallMeterOf(testClock())).not.toBe(stallMeterOf(clock));
    stallMeterOf(clock).touch(0);
    expect(clock.timers).toBe(1);
  });
});
