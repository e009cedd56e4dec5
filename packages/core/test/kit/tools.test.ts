import { describe, expect, it, vi } from 'vitest';
import { toolsOf } from '../../src/kit/index.ts';

const boom = new Error('boom');

describe('toolsOf', () => {
  it('has a default for everything', () => {
    const { clock, random, report } = toolsOf({});
    expect(clock.now()).toBeLessThanOrEqual(clock.now());
    expect(random).toBe(Math.random);
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    report(boom, 'place of the tools test');
    report(boom, 'place of the tools test');
    expect(print).toHaveBeenCalledTimes(1);
    print.mockRestore();
  });

  it('keeps a clock from going back', () => {
    const times = [5, 3, 4];
    const { clock } = toolsOf({ clock: { now: () => times.shift() ?? 0 } });
    expect([clock.now(), clock.now()]).toEqual([5, 6]);
  });

  it('takes what is no share, and what throws, for a half', () => {
    const onError = vi.fn();
    const draws = [0, 1, 0.3, -0.1, 1.1, Number.NaN];
    const { random } = toolsOf({ random: () => draws.shift() as number, onError });
    expect(Array.from({ length: 6 }, random)).toEqual([0, 1, 0.3, 0.5, 0.5, 0.5]);
    const broken = toolsOf({
      onError,
      random: () => {
        throw boom;
      },
    });
    expect(broken.random()).toBe(0.5);
    expect(onError.mock.calls).toEqual([[boom, 'random']]);
  });

  it('survives an onError that throws', () => {
    const { report } = toolsOf({
      onError: () => {
        throw boom;
      },
    });
    expect(() => report(boom, 'anywhere')).not.toThrow();
  });
});
