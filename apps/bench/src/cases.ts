import { CLIENT_NAMES, type ClientName } from './clients/client.ts';
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
    | { readonly measure: 'refusal' | 'settle' | 'live-load' | 'memory' | 'idle-cpu' | 'look-up' }
    | { readonly measure: 'success'; readonly callee: 'async' | 'sync' }
    /** A call of a client: with our adapter, or with a peer put around it. */
    | { readonly measure: 'client'; readonly client: ClientName }
    /** A failing call with so many calls in the window. */
    | { readonly measure: 'failure'; readonly inWindow: number }
    | { readonly measure: 'allocation'; readonly circuit: 'closed' | 'open' }
  );

const PEERS = ['@cb/core', 'opossum9', 'opossum10', 'cockatiel3', 'cockatiel4'] as const;
const GUARDED = [...PEERS, 'mollitia'] as const;

/** Calls in the window of the failing calls, the empty one first. */
export const POPULATIONS: readonly number[] = [0, 1_000, 10_000, 100_000];

export function failingCase(inWindow: number): string {
  return `failing-${inWindow}`;
}

export const CASES: readonly Case[] = [
  success('closed-count', 'async call, closed, last 100 calls', 'count'),
  success('closed-time', 'async call, closed, last 10 s', 'time'),
  success('closed-defaults', 'async call, closed, defaults', 'defaults'),
  {
    ...success('closed-sync', 'sync callee, closed, last 10 s', 'time', 'sync'),
    only: ['bare', ...PEERS], // mollitia takes nothing that returns no promise
  },
  {
    ...success('pipeline', 'retry + breaker + timeout around an async call', 'pipeline'),
    only: ['bare', '@cb/core', 'cockatiel3', 'cockatiel4'], // the others have no retry
  },
  ...CLIENT_NAMES.map(clientCall),
  { name: 'open-refusal', title: 'refusal while open', setUp: 'opens-at-once', measure: 'refusal' },
  { name: 'open-fallback', title: 'fallback while open', setUp: 'fallback', measure: 'refusal' },
  ...POPULATIONS.map(failure),
  {
    name: 'sync-settle',
    title: 'acquire + succeed, synchronous, last 100 calls',
    setUp: 'count',
    measure: 'settle',
    only: ['@cb/core'],
  },
  {
    name: 'group-look-up',
    title: 'a breaker by its key, 10,000 keys',
    setUp: 'defaults',
    measure: 'look-up',
    only: ['bare', '@cb/core'],
  },
  {
    name: 'live-time',
    title: 'live load, 5,000 calls/s, 2 % fail, last 10 s',
    setUp: 'time',
    measure: 'live-load',
  },
  {
    name: 'live-defaults',
    title: 'live load, 5,000 calls/s, 2 % fail, defaults',
    setUp: 'defaults',
    measure: 'live-load',
  },
  allocation('alloc-count', 'allocated per call, closed, last 100 calls', 'count', 'closed'),
  allocation('alloc-time', 'allocated per call, closed, last 10 s', 'time', 'closed'),
  allocation('alloc-open', 'allocated per refusal', 'opens-at-once', 'open'),
  { name: 'memory-count', title: 'memory, last 100 calls', setUp: 'count', measure: 'memory', only: GUARDED },
  { name: 'memory-time', title: 'memory, last 10 s', setUp: 'time', measure: 'memory', only: GUARDED },
  {
    name: 'memory-defaults',
    title: 'memory, defaults',
    setUp: 'defaults',
    measure: 'memory',
    only: GUARDED,
  },
  { name: 'idle-cpu', title: 'CPU of idle breakers', setUp: 'time', measure: 'idle-cpu' },
];

/** Bytes and idle CPU hardly change between processes: one round of them is enough. */
export function isSteady({ measure }: Case): boolean {
  return measure === 'memory' || measure === 'idle-cpu' || measure === 'allocation';
}

function success(name: string, title: string, setUp: SetUp, callee: 'async' | 'sync' = 'async'): Case {
  return { name, title, setUp, measure: 'success', callee };
}

function clientCall(client: ClientName): Case {
  return {
    name: `client-${client}`,
    title: `${client} call over a stub, closed, last 10 s, CPU`,
    setUp: 'time',
    measure: 'client',
    client,
    only: ['bare', ...PEERS],
  };
}

function failure(inWindow: number): Case {
  const where = inWindow === 0 ? 'empty window' : `${inWindow.toLocaleString('en')} in the window`;
  return {
    name: failingCase(inWindow),
    title: `failing call, ${where}`,
    setUp: 'patient',
    measure: 'failure',
    inWindow,
  };
}

function allocation(name: string, title: string, setUp: SetUp, circuit: 'closed' | 'open'): Case {
  return { name, title, setUp, measure: 'allocation', circuit };
}
