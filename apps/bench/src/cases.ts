import type { SubjectName } from './subjects/index.ts';
import type { SetUp } from './subjects/subject.ts';

interface CaseParts {
  readonly name: string;
  readonly title: string;
  readonly setUp: SetUp;
  /** Where not everybody can take part. A subject may still answer that it has no such set-up. */
  readonly only?: readonly SubjectName[];
}

/** What is measured, in the order of the table. */
export type Case = CaseParts &
  (
    | { readonly measure: 'success' | 'refusal' | 'settle' | 'memory' | 'idle-cpu' }
    /** A failing call with so many calls in the window. */
    | { readonly measure: 'failure'; readonly inWindow: number }
  );

const NO_BARE: readonly SubjectName[] = [
  '@cb/core',
  'opossum9',
  'opossum10',
  'cockatiel3',
  'cockatiel4',
  'mollitia',
];

export const CASES: readonly Case[] = [
  { name: 'closed-count', title: 'async call, closed, last 100 calls', setUp: 'count', measure: 'success' },
  { name: 'closed-time', title: 'async call, closed, last 10 s', setUp: 'time', measure: 'success' },
  { name: 'closed-defaults', title: 'async call, closed, defaults', setUp: 'defaults', measure: 'success' },
  { name: 'open-refusal', title: 'refusal while open', setUp: 'opens-at-once', measure: 'refusal' },
  { name: 'open-fallback', title: 'fallback while open', setUp: 'fallback', measure: 'refusal' },
  {
    name: 'failing-0',
    title: 'failing call, empty window',
    setUp: 'patient',
    measure: 'failure',
    inWindow: 0,
  },
  {
    name: 'failing-10000',
    title: 'failing call, 10,000 in the window',
    setUp: 'patient',
    measure: 'failure',
    inWindow: 10_000,
  },
  {
    name: 'failing-100000',
    title: 'failing call, 100,000 in the window',
    setUp: 'patient',
    measure: 'failure',
    inWindow: 100_000,
  },
  {
    name: 'sync-settle',
    title: 'tryAcquire + succeed, synchronous',
    setUp: 'count',
    measure: 'settle',
    only: ['@cb/core'],
  },
  { name: 'memory-count', title: 'memory, last 100 calls', setUp: 'count', measure: 'memory', only: NO_BARE },
  { name: 'memory-time', title: 'memory, last 10 s', setUp: 'time', measure: 'memory', only: NO_BARE },
  { name: 'memory-defaults', title: 'memory, defaults', setUp: 'defaults', measure: 'memory', only: NO_BARE },
  { name: 'idle-cpu', title: 'CPU of idle breakers', setUp: 'time', measure: 'idle-cpu' },
];
