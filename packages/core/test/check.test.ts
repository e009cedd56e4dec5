import { describe, expect, it } from 'vitest';
import { checkCount, checkKeys, checkMs, checkRatio, show } from '../src/check.ts';

/** The whole sentence and its class: a fragment would not notice words that went missing. */
function refusal(check: () => unknown): string {
  try {
    return `accepted ${String(check())}`;
  } catch (error) {
    return String(error);
  }
}

describe('a ratio', () => {
  it.each([Number.MIN_VALUE, 0.07, 1])('may be %d', (ratio) => {
    expect(checkRatio('r', ratio)).toBe(ratio);
  });

  it('may be a smallest value that is given', () => {
    expect(checkRatio('r', 0.2, 0.2)).toBe(0.2);
    expect(refusal(() => checkRatio('r', 0.19, 0.2))).toBe('RangeError: r must be from 0.2 to 1, got 0.19');
    expect(refusal(() => checkRatio('r', 2, 0.2))).toBe(
      'RangeError: r must be from 0.2 to 1, got 2; did you mean 0.02?',
    );
  });

  it.each<[unknown, string]>([
    [0, 'got 0'],
    [-1, 'got -1'],
    [Number.NaN, 'got NaN'],
    ['50', 'got "50"'],
    [[0.5], 'got an array'],
    [1.5, 'got 1.5; did you mean 0.015?'],
    [100, 'got 100; did you mean 1?'],
    [100.5, 'got 100.5'],
  ])('is not %j', (given, got) => {
    expect(refusal(() => checkRatio('r', given))).toBe(`RangeError: r must be above 0 and at most 1, ${got}`);
  });
});

describe('a duration', () => {
  it.each([Number.MIN_VALUE, 1, Number.MAX_SAFE_INTEGER])('may be %d', (ms) => {
    expect(checkMs('t', ms)).toBe(ms);
  });

  it('may be the smallest value that is given', () => {
    expect(checkMs('t', 0, 0)).toBe(0);
    expect(checkMs('t', 5, 5)).toBe(5);
  });

  it.each<[unknown, number | undefined, string]>([
    [0, undefined, 'above 0, got 0'],
    [-1, 0, 'of 0 or more, got -1'],
    [4, 5, 'of at least 5, got 4'],
    [Number.NaN, undefined, 'above 0, got NaN'],
    [Number.MAX_SAFE_INTEGER + 1, undefined, 'above 0, got 9007199254740992'],
    [
      Number.POSITIVE_INFINITY,
      undefined,
      'above 0, got Infinity; to keep a circuit open until somebody acts, use setMode("forced-open")',
    ],
    ['5', undefined, 'above 0, got "5"; durations are numbers of milliseconds'],
    [[5], undefined, 'above 0, got an array'],
  ])('is not %j (smallest: %j)', (given, smallest, rest) => {
    expect(refusal(() => checkMs('t', given, smallest))).toBe(
      `RangeError: t must be a finite number of milliseconds ${rest}`,
    );
  });
});

describe('a count', () => {
  it.each([1, 1_000_000])('may be %d', (count) => {
    expect(checkCount('n', count)).toBe(count);
  });

  it('keeps to the bounds that are given', () => {
    expect(checkCount('n', 0, 0, 0)).toBe(0);
    expect(refusal(() => checkCount('n', 4, 2, 3))).toBe(
      'RangeError: n must be a whole number from 2 to 3, got 4',
    );
    expect(refusal(() => checkCount('n', 1, 2, 3))).toBe(
      'RangeError: n must be a whole number from 2 to 3, got 1',
    );
  });

  it.each<[unknown, string]>([
    [0, 'got 0'],
    [1_000_001, 'got 1000001'],
    [1.5, 'got 1.5'],
    [-0.5, 'got -0.5'],
    ['5', 'got "5"'],
    ['0.5', 'got "0.5"'],
    [0.5, 'got 0.5; it counts calls and is not a share'],
  ])('is not %j', (given, got) => {
    expect(refusal(() => checkCount('n', given))).toBe(
      `RangeError: n must be a whole number from 1 to 1000000, ${got}`,
    );
  });
});

describe('the keys of options', () => {
  const known = ['minimumCalls', 'slowMs', 'bucket', 'buckets', 'probes'];

  it('are the known ones', () => {
    expect(() => checkKeys('here', { slowMs: 1, buckets: 2 }, known)).not.toThrow();
  });

  it.each([undefined, null, 'options', 5])('takes %j for no options', (given) => {
    expect(refusal(() => checkKeys('here', given as never, []))).toBe(
      `TypeError: here takes an object of options, got ${show(given)}`,
    );
  });

  it.each([
    ['SLOWMS', '; did you mean slowMs?'],
    ['slow', '; did you mean slowMs?'],
    ['probe', '; did you mean probes?'],
    ['minimumCallsPerWindow', '; did you mean minimumCalls?'],
    ['xprobes', ''],
    ['volume', '; did you mean "minimumCalls"?'],
    ['nonsense', ''],
  ])('are not %s', (key, hint) => {
    expect(refusal(() => checkKeys('here', { [key]: 1 }, known, { volume: '"minimumCalls"' }))).toBe(
      `TypeError: here has no option "${key}"${hint} (known: minimumCalls, slowMs, bucket, buckets, probes)`,
    );
  });
});

describe('a value in a sentence', () => {
  it.each<[unknown, string]>([
    ['text', '"text"'],
    ['a"b', '"a\\"b"'],
    ['x'.repeat(60), `"${'x'.repeat(60)}"`],
    ['x'.repeat(61), `"${'x'.repeat(60)}…"`],
    [() => 1, 'a function'],
    [[1], 'an array'],
    [{ a: 1 }, 'an object'],
    [null, 'null'],
    [undefined, 'undefined'],
    [Symbol('s'), 'Symbol(s)'],
    [10n, '10'],
  ])('is %o as %s', (value, shown) => {
    expect(show(value)).toBe(shown);
  });
});
