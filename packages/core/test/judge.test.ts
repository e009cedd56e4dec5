import { describe, expect, it, vi } from 'vitest';
import { createBreaker } from '../src/index.ts';
import { classified, openForMs, TOO_LONG, verbOf } from '../src/judge.ts';
import { FAILURE, IGNORED, SUCCESS } from '../src/permit.ts';
import { servicesOf } from '../src/services.ts';
import type { Outcome, Verdict } from '../src/types.ts';

const good: Outcome = { ok: true, value: 1 };
const bad: Outcome = { ok: false, error: new Error('no') };

describe('what classify says', () => {
  const services = servicesOf({ name: 'b' });

  it('is handed on as it is', () => {
    const classify = vi.fn(() => 'ignored' as const);
    expect(classified(bad, { ...services, classify })).toBe('ignored');
    expect(classify.mock.calls).toEqual([[bad]]);
  });

  it('is nothing where there is none, and nothing is wrong with that', () => {
    const report = vi.fn();
    expect(classified(good, { ...services, report })).toBeUndefined();
    expect(report).not.toHaveBeenCalled();
  });

  it('is nothing where it threw', () => {
    const report = vi.fn();
    const error = new Error('no');
    const classify = (): never => {
      throw error;
    };
    expect(classified(good, { ...services, classify, report })).toBeUndefined();
    expect(report.mock.calls).toEqual([[error, 'classify']]);
  });

  it('is nothing where it cannot be read', () => {
    const report = vi.fn();
    const error = new Error('no');
    const said = {
      get verdict(): Verdict {
        throw error;
      },
    };
    expect(classified(good, { ...services, classify: () => said, report })).toBeUndefined();
    expect(report.mock.calls).toEqual([[error, 'classify']]);
  });

  it('is nothing where it comes later, and its rejection is nobody’s', async () => {
    const report = vi.fn();
    const classify = async (): Promise<never> => {
      throw new Error('no');
    };
    expect(classified(good, { ...services, classify: classify as never, report })).toBeUndefined();
    expect(report.mock.calls).toEqual([
      [new TypeError('classify must answer at once, got a promise'), 'classify'],
    ]);
    await new Promise(setImmediate);
  });

  it('may be nothing that is known', () => {
    expect(classified(good, { ...services, classify: () => null as never })).toBeNull();
  });
});

describe('the verdict on a result', () => {
  it.each([
    ['success', SUCCESS],
    ['failure', FAILURE],
    ['ignored', IGNORED],
  ] as const)('is %s where the user says so, alone or with an open time', (verdict, verb) => {
    for (const outcome of [good, bad]) {
      expect(verbOf(verdict, outcome, undefined)).toBe(verb);
      expect(verbOf({ verdict, openForMs: 5 }, outcome, undefined)).toBe(verb);
    }
  });

  it.each([
    undefined,
    null,
    'fine',
    'toString',
    5,
    {},
    { verdict: null },
    { verdict: ['failure'] },
    { verdict: 'constructor' },
  ])('is left to the result where the user says %o', (said) => {
    expect(verbOf(said as Verdict, good, undefined)).toBe(SUCCESS);
    expect(verbOf(said as Verdict, bad, undefined)).toBe(FAILURE);
  });

  it('ignores what fails after the caller gave up, whatever the reason', () => {
    const mute = {
      get name(): string {
        throw new Error('no');
      },
    };
    for (const reason of [undefined, null, 'bored', new Error('bored'), { name: 'AbortError' }, mute])
      expect(verbOf(undefined, bad, { aborted: true, reason })).toBe(IGNORED);
    expect(verbOf(undefined, bad, { aborted: false })).toBe(FAILURE);
    expect(verbOf(undefined, good, { aborted: true })).toBe(SUCCESS);
  });

  it('is a failure where the caller’s time limit ran out', () => {
    expect(verbOf(undefined, bad, { aborted: true, reason: { name: 'TimeoutError' } })).toBe(FAILURE);
  });

  it('ignores a call that another policy turned away', () => {
    const error = createBreaker({ name: 'inner' }).openError();
    expect(verbOf(undefined, { ok: false, error }, undefined)).toBe(IGNORED);
  });
});

describe('the open time that a result asks for', () => {
  it.each([Number.MIN_VALUE, 500, Number.MAX_SAFE_INTEGER])('may be %d', (ms) => {
    expect(openForMs({ verdict: 'failure', openForMs: ms })).toBe(ms);
  });

  it.each([
    undefined,
    0,
    -0,
    -1,
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.MAX_SAFE_INTEGER + 1,
    '500',
    5n,
  ])('is none where it is %s', (ms) => {
    expect(openForMs({ verdict: 'failure', openForMs: ms as number })).toBe(0);
  });

  it.each([undefined, null, 'failure'])('is none where the user says %s', (said) => {
    expect(openForMs(said as Verdict)).toBe(0);
  });
});

it('a call that took too long has an error of its own', () => {
  expect(TOO_LONG).toEqual({ name: 'TimeoutError', message: 'took longer than failAfterMs' });
  expect(Object.isFrozen(TOO_LONG)).toBe(true);
});
