import { describe, expect, it } from 'vitest';
import { delayOf, resolveBackoff } from '../src/backoff.ts';
import { type Backoff, constant, decorrelatedJitter, exponential, linear } from '../src/index.ts';

const always = (drawn: number) => (): number => drawn;
const delays = (backoff: Backoff, drawn: number): number[] => {
  const found: number[] = [];
  for (let attempt = 1; attempt <= 5; attempt++)
    found.push(delayOf(backoff, attempt, found.at(-1), always(drawn)));
  return found;
};

describe('a backoff', () => {
  it.each([
    ['constant', constant(70), 0.9, [70, 70, 70, 70, 70]],
    [
      'linear',
      linear({ firstMs: 100, stepMs: 50, maxMs: 220, jitterRatio: 0 }),
      1,
      [100, 150, 200, 220, 220],
    ],
    [
      'linear, jitter low',
      linear({ firstMs: 100, stepMs: 100, jitterRatio: 0.1 }),
      0,
      [90, 180, 270, 360, 450],
    ],
    [
      'linear, jitter high',
      linear({ firstMs: 100, stepMs: 100, jitterRatio: 0.5 }),
      1,
      [150, 300, 450, 600, 750],
    ],
    ['exponential', exponential({ firstMs: 10, maxMs: 100, jitter: 'none' }), 0.3, [10, 20, 40, 80, 100]],
    [
      'exponential, by three',
      exponential({ firstMs: 10, factor: 3, jitter: 'none' }),
      0,
      [10, 30, 90, 270, 810],
    ],
    ['full jitter, low', exponential({ firstMs: 10, jitter: 'full' }), 0, [0, 0, 0, 0, 0]],
    ['full jitter, half', exponential({ firstMs: 10, maxMs: 100 }), 0.5, [5, 10, 20, 40, 50]],
    ['equal jitter, low', exponential({ firstMs: 10, jitter: 'equal' }), 0, [5, 10, 20, 40, 80]],
    ['equal jitter, half', exponential({ firstMs: 10, jitter: 'equal' }), 0.5, [7.5, 15, 30, 60, 120]],
    ['equal jitter, high', exponential({ firstMs: 10, jitter: 'equal' }), 1, [10, 20, 40, 80, 160]],
    ['a ratio', exponential({ firstMs: 10, maxMs: 80, jitterRatio: 0.2 }), 1, [12, 24, 48, 96, 96]],
    ['decorrelated, low', decorrelatedJitter({ firstMs: 10, maxMs: 100 }), 0, [10, 10, 10, 10, 10]],
    ['decorrelated, half', decorrelatedJitter({ firstMs: 10, maxMs: 100 }), 0.5, [20, 35, 57.5, 91.25, 100]],
    ['decorrelated, high', decorrelatedJitter({ firstMs: 10, maxMs: 100 }), 1, [30, 90, 100, 100, 100]],
  ] as [string, Backoff, number, number[]][])('%s', (_, backoff, drawn, expected) => {
    const rounded = delays(backoff, drawn).map((ms) => Number(ms.toFixed(6)));
    expect(rounded).toEqual(expected);
  });

  it('does not fall below its first delay where it is told a shorter one', () => {
    expect(delayOf(decorrelatedJitter({ firstMs: 10 }), 2, 1, always(1))).toBe(30);
  });

  it('is plain data that comes back the same', () => {
    const all = [
      constant(0),
      linear({ firstMs: 0, stepMs: 0 }),
      exponential({ firstMs: 40_000 }),
      exponential({ firstMs: 1, jitterRatio: 0 }),
      decorrelatedJitter({ firstMs: 5 }),
    ];
    expect(all).toEqual([
      { kind: 'constant', ms: 0 },
      { kind: 'linear', firstMs: 0, stepMs: 0, maxMs: 30_000, jitterRatio: 0.2 },
      { kind: 'exponential', firstMs: 40_000, factor: 2, maxMs: 40_000, jitter: 'full' },
      { kind: 'exponential', firstMs: 1, factor: 2, maxMs: 30_000, jitterRatio: 0 },
      { kind: 'decorrelated-jitter', firstMs: 5, maxMs: 30_000 },
    ]);
    for (const backoff of all) {
      expect(resolveBackoff(JSON.parse(JSON.stringify(backoff)))).toEqual(backoff);
      expect(Object.isFrozen(backoff)).toBe(true);
    }
  });

  it.each([
    [() => constant(-1), 'constant must be a finite number of milliseconds of 0 or more, got -1'],
    [
      () => linear({ firstMs: -1, stepMs: 1 }),
      'linear firstMs must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [
      () => linear({ firstMs: 1, stepMs: -1 }),
      'linear stepMs must be a finite number of milliseconds of 0 or more, got -1',
    ],
    [() => linear({ firstMs: 5, stepMs: 1, maxMs: 4 }), 'linear maxMs (4) must not be below firstMs (5)'],
    [
      () => linear({ firstMs: 5, stepMs: 1, maxMs: Number.NaN }),
      'linear maxMs must be a finite number of milliseconds of 0 or more, got NaN',
    ],
    [
      () => linear({ firstMs: 5, stepMs: 1, jitterRatio: 1.1 }),
      'linear jitterRatio must be from 0 to 1, got 1.1',
    ],
    [
      () => linear({ firstMs: 5, stepMs: 1, jitterRatio: -0.1 }),
      'linear jitterRatio must be from 0 to 1, got -0.1',
    ],
    [
      () => linear({ firstMs: 5, step: 1 } as never),
      'linear has no option "step"; did you mean stepMs? (known: firstMs, stepMs, maxMs, jitterRatio)',
    ],
    [
      () => exponential({ firstMs: 0 }),
      'exponential firstMs must be a finite number of milliseconds above 0, got 0',
    ],
    [() => exponential({ firstMs: 1, factor: 0.5 }), 'exponential factor must be from 1 to 100, got 0.5'],
    [() => exponential({ firstMs: 1, factor: 101 }), 'exponential factor must be from 1 to 100, got 101'],
    [
      () => exponential({ firstMs: 1, factor: '2' as never }),
      'exponential factor must be from 1 to 100, got "2"',
    ],
    [() => exponential({ firstMs: 9, maxMs: 8 }), 'exponential maxMs (8) must not be below firstMs (9)'],
    [
      () => exponential({ firstMs: 1, jitter: 'half' as never }),
      `exponential jitter must be 'full', 'equal' or 'none', got "half"`,
    ],
    [
      () => exponential({ firstMs: 1, jitter: 'full', jitterRatio: 0.1 }),
      'exponential takes jitter or jitterRatio, not both',
    ],
    [
      () => exponential({ firstMs: 1, jitterRatio: '0.1' as never }),
      'exponential jitterRatio must be from 0 to 1, got "0.1"',
    ],
    [
      () => exponential({ first: 1 } as never),
      'exponential has no option "first"; did you mean firstMs? (known: firstMs, factor, maxMs, jitter, jitterRatio)',
    ],
    [
      () => decorrelatedJitter({ firstMs: 0 }),
      'decorrelatedJitter firstMs must be a finite number of milliseconds above 0, got 0',
    ],
    [
      () => decorrelatedJitter({ firstMs: 2, maxMs: 1 }),
      'decorrelatedJitter maxMs (1) must not be below firstMs (2)',
    ],
    [
      () => decorrelatedJitter({ firstMs: 2, factor: 3 } as never),
      'decorrelatedJitter has no option "factor" (known: firstMs, maxMs)',
    ],
    [
      () => resolveBackoff(100),
      'retry backoff must be constant(ms), linear({ … }), exponential({ … }) or decorrelatedJitter({ … }), got 100; did you mean constant(100)?',
    ],
    [
      () => resolveBackoff({ kind: 'fixed' }),
      'retry backoff must be constant(ms), linear({ … }), exponential({ … }) or decorrelatedJitter({ … }), got an object',
    ],
    [
      () => resolveBackoff(null),
      'retry backoff must be constant(ms), linear({ … }), exponential({ … }) or decorrelatedJitter({ … }), got null',
    ],
    [
      () => resolveBackoff({ kind: 'constant', ms: 1, maxMs: 2 }),
      'constant has no option "maxMs" (known: ms)',
    ],
  ] as [() => unknown, string][])('refuses what makes no sense, %#', (make, sentence) => {
    expect(make).toThrow(expect.objectContaining({ message: sentence }));
  });

  it.each([
    ['factor', { firstMs: 1, factor: 1 }],
    ['factor', { firstMs: 1, factor: 100 }],
    ['maxMs', { firstMs: 5, maxMs: 5 }],
    ['jitterRatio', { firstMs: 5, jitterRatio: 1 }],
  ])('takes the ends of a range: %s of %j', (_, options) => {
    expect(exponential(options)).toMatchObject(options);
  });
});
