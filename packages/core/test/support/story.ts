/** What may happen to a breaker, as data. */
import fc from 'fast-check';
import type { Mode } from '../../src/index.ts';

const CALLS = ['async', 'thenable', 'sync-throw', 'permit'] as const;
const ENDS = [
  'success',
  'failure',
  'undefined-reason',
  'timeout',
  'hinted',
  'abort',
  'ignore',
  'twice',
  'told',
] as const;
export type How = (typeof ENDS)[number];

export type Op =
  | { op: 'call'; how: (typeof CALLS)[number] }
  | { op: 'settle'; which: number; how: How; ms: number }
  /** Calls that are let through and end at once, one after the other. */
  | { op: 'burst'; ends: ('success' | 'failure')[] }
  /** Calls that come together and stay under way. */
  | { op: 'crowd'; calls: number }
  /** A call that takes so long. */
  | { op: 'lasting'; ms: number; how: How }
  | { op: 'advance'; ms: number }
  /** The other side is well again: time, and a few calls that succeed. */
  | { op: 'recover'; ms: number }
  | { op: 'mode'; mode: Mode }
  | { op: 'reset' }
  | { op: 'probe-now' }
  | { op: 'throwing-listener' }
  | { op: 'nested-call' }
  | { op: 'look' };

// On, one before and one after every moment at which something ends: buckets, windows, open times, leases, tokens, ramps.
const MOMENTS = [
  0, 1, 9, 10, 10, 11, 25, 49, 50, 50, 50, 51, 63, 64, 65, 99, 100, 100, 101, 119, 120, 121, 149, 150, 151,
  199, 200, 201, 249, 250, 251, 255, 256, 299, 300, 301, 800,
];

export const anOp: fc.Arbitrary<Op> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ op: fc.constant('call' as const), how: fc.constantFrom(...CALLS) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      op: fc.constant('settle' as const),
      which: fc.nat(3),
      how: fc.constantFrom(...ENDS),
      ms: fc.constantFrom(60, 180, 400),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      op: fc.constant('burst' as const),
      ends: fc.array(fc.constantFrom('success' as const, 'failure' as const), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      op: fc.constant('lasting' as const),
      ms: fc.constantFrom(9, 49, 50, 50, 51, 99, 100, 100, 101, 150, 299, 300),
      how: fc.constantFrom<How>('success', 'success', 'failure', 'ignore'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ op: fc.constant('crowd' as const), calls: fc.integer({ min: 2, max: 5 }) }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ op: fc.constant('recover' as const), ms: fc.constantFrom(101, 117, 233, 301) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({ op: fc.constant('advance' as const), ms: fc.constantFrom(...MOMENTS) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      op: fc.constant('mode' as const),
      mode: fc.constantFrom<Mode>('auto', 'forced-open', 'forced-closed', 'observing'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Op>(
      { op: 'reset' },
      { op: 'probe-now' },
      { op: 'throwing-listener' },
      { op: 'nested-call' },
      { op: 'look' },
    ),
  },
);
export const aStory: fc.Arbitrary<Op[]> = fc.array(anOp, { maxLength: 45, size: 'max' });
