import { describe, expect, it, vi } from 'vitest';
import { CallPermit, FAILURE, IGNORED, SUCCESS } from '../src/permit.ts';

function permit(lease = -1): { permit: CallPermit; settle: ReturnType<typeof vi.fn> } {
  const settle = vi.fn(() => 'recorded');
  return { permit: new CallPermit({ settle: settle as never }, 7, lease, 12.5, 3), settle };
}

describe('a permit', () => {
  it('remembers the era, the place and the moment its call began in', () => {
    expect(permit(4).permit).toMatchObject({
      settled: false,
      generation: 7,
      lease: 4,
      startedAt: 12.5,
      stalledMs: 3,
    });
  });

  it('is a probe’s where it holds a lease, the first one included', () => {
    expect([-1, 0, 1].map((lease) => permit(lease).permit.probe)).toEqual([false, true, true]);
  });

  it('tells its circuit what became of the call, and its caller what the circuit says', () => {
    const error = new Error('no');
    const { permit: one, settle } = permit();
    expect([one.succeed(), one.fail(error), one.ignore()]).toEqual(['recorded', 'recorded', 'recorded']);
    expect(settle.mock.calls).toEqual([
      [one, SUCCESS, undefined, 0],
      [one, FAILURE, error, 0],
      [one, IGNORED, undefined, 0],
    ]);
  });

  it('passes on a hint that is a length of time, and no other', () => {
    const { permit: one, settle } = permit();
    const hints = [250, 0.5, 0, -1, Number.NaN, '250', undefined];
    for (const retryAfterMs of hints) one.fail(undefined, { retryAfterMs: retryAfterMs as number });
    expect(settle.mock.calls.map((call) => call[3])).toEqual([250, 0.5, 0, 0, 0, 0, 0]);
  });
});
