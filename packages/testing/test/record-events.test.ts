import { type Breaker, type BreakerEvents, consecutiveFailures, createBreaker, fixed } from '@cb/core';
import { describe, expect, it } from 'vitest';
import { manualClock, recordEvents } from '../src/index.ts';

describe('recordEvents', () => {
  it('writes down the way of the state, and the calls', () => {
    const clock = manualClock();
    const breaker = createBreaker({
      name: 'recorded',
      clock,
      openWhen: consecutiveFailures(1),
      stayOpen: fixed(1_000),
      probing: { probes: 1 },
    });
    const recording = recordEvents(breaker);
    breaker.acquire().fail(new Error('no'));
    expect(breaker.tryAcquire()).toBeNull();
    clock.advance(1_000);
    breaker.acquire().succeed();
    expect(recording.path).toEqual(['closed -> open', 'open -> half-open', 'half-open -> closed']);
    expect(recording.calls.map(({ type }) => type)).toEqual([
      'call-settled',
      'call-rejected',
      'call-settled',
    ]);
    recording.assertGapFree();

    recording.stop();
    breaker.setMode('forced-open');
    expect(recording.changes).toHaveLength(3);
  });

  it('names a change that is missing', () => {
    let announce: (event: BreakerEvents['state-changed']) => void = () => {};
    const fake = {
      snapshot: () => ({ seq: 4, state: 'closed' }),
      on(name: string, listener: typeof announce) {
        if (name === 'state-changed') announce = listener;
        return () => {};
      },
    } as unknown as Breaker;
    const recording = recordEvents(fake);
    announce({
      type: 'state-changed',
      seq: 6,
      from: 'open',
      to: 'half-open',
    } as BreakerEvents['state-changed']);
    expect(() => recording.assertGapFree()).toThrow(/expected change 5, got 6[\s\S]*the state was closed/);
  });
});
