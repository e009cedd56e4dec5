import { describe, expect, it, vi } from 'vitest';
import { steady, systemClock } from '../src/clock.ts';
import { supply } from '../src/history.ts';
import { failureRatio } from '../src/index.ts';
import { servicesOf } from '../src/services.ts';
import { stallMeterOf } from '../src/stall.ts';
import { testClock } from './support/clock.ts';

const name = 'b';

describe('the services of a breaker', () => {
  it('are one shared object where it brings none', () => {
    const shared = servicesOf({ name });
    expect(servicesOf({ name: 'another' })).toBe(shared);
    expect(shared).toMatchObject({ clock: systemClock, random: Math.random, classify: undefined });
    expect(shared.stall).toBe(stallMeterOf(systemClock));
  });

  it.each([
    ['clock', testClock()],
    ['random', () => 0.25],
    ['classify', () => undefined],
    ['onError', () => {}],
  ])('are its own where it brings a %s, and the defaults beside it', (key, given) => {
    const shared = servicesOf({ name });
    const own = servicesOf({ name, [key]: given });
    expect(own).not.toBe(shared);
    const { clock, random, classify, report, stall } = own;
    expect({ clock, random, classify, stall, report }).toEqual({
      clock: key === 'clock' ? steady(given as never) : systemClock,
      random: key === 'random' ? given : Math.random,
      classify: key === 'classify' ? given : undefined,
      stall: key === 'clock' ? stallMeterOf(steady(given as never)) : shared.stall,
      report: key === 'onError' ? expect.any(Function) : shared.report,
    });
    expect(report === shared.report).toBe(key !== 'onError');
  });

  it('are its own where one of its rules brings a history', () => {
    const history = { recordError: () => {}, recordSuccess: () => {}, getErrorRate: () => 0 };
    const rule = failureRatio(0.5);
    supply(rule, history);
    expect(servicesOf({ name, openWhen: [failureRatio(0.5), rule] }).history).toBe(history);
  });

  it('report errors of user code to onError, and survive one that throws', () => {
    const onError = vi.fn(() => {
      throw new Error('again');
    });
    const error = new Error('no');
    servicesOf({ name, onError }).report(error, 'classify');
    expect(onError).toHaveBeenCalledExactlyOnceWith(error, 'classify');
  });

  it('print errors of user code once per place where there is no onError, whatever becomes of the console', () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {
      throw new Error('the console is closed');
    });
    const error = new Error('no');
    const { report } = servicesOf({ name });
    report(error, 'a place of its own');
    report(error, 'a place of its own');
    expect(print).toHaveBeenCalledExactlyOnceWith('@cb: a place of its own threw (told once):', error);
    print.mockRestore();
  });
});
