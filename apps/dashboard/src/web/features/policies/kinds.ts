import type { PolicyNumbers } from '@cb/protocol';
import { isRecord, words } from '../../lib/config-words.ts';

/** One thing that a policy did. */
export interface Deed {
  /** After a number: "12 retries", "3 timed out". */
  word: string;
  perSecond: number;
  total: number;
  /** Something that a caller felt. */
  trouble: boolean;
}

interface Counter {
  word: string;
  /** Counters that add up to it. */
  of: readonly string[];
  trouble?: true;
}

const LABELS: ReadonlyMap<string, string> = new Map([
  ['retry', 'Retry'],
  ['timeout', 'Timeout'],
  ['bulkhead', 'Bulkhead'],
  ['rate-limit', 'Rate limit'],
  ['fallback', 'Fallback'],
  ['coalesce', 'Coalesce'],
  ['hedge', 'Hedge'],
]);

/** What is worth a look, most telling first. Everything else a policy counts is in its details. */
const COUNTERS: ReadonlyMap<string, readonly Counter[]> = new Map([
  [
    'retry',
    [
      { word: 'retries', of: ['retries'] },
      { word: 'recovered', of: ['recovered'] },
      {
        word: 'gave up',
        of: ['gaveUpAttempts', 'gaveUpTotalTime', 'gaveUpMaxDelay', 'gaveUpBudget'],
        trouble: true,
      },
    ],
  ],
  [
    'timeout',
    [
      { word: 'in time', of: ['succeeded', 'failed'] },
      { word: 'timed out', of: ['timedOut'], trouble: true },
      { word: 'late', of: ['late'] },
    ],
  ],
  [
    'bulkhead',
    [
      { word: 'done', of: ['succeeded', 'failed'] },
      { word: 'queued', of: ['queued'] },
      { word: 'refused', of: ['refused', 'queueTimedOut'], trouble: true },
    ],
  ],
  [
    'rate-limit',
    [
      { word: 'allowed', of: ['allowed'] },
      { word: 'queued', of: ['queued'] },
      { word: 'limited', of: ['refused'], trouble: true },
    ],
  ],
  [
    'fallback',
    [
      { word: 'replaced', of: ['replaced'] },
      { word: 'failed', of: ['failed'], trouble: true },
    ],
  ],
  [
    'coalesce',
    [
      { word: 'ran', of: ['led'] },
      { word: 'shared', of: ['followed'] },
    ],
  ],
  [
    'hedge',
    [
      { word: 'hedged', of: ['hedged'] },
      { word: 'won', of: ['hedgesWon'] },
      { word: 'not allowed', of: ['hedgesRefused'] },
    ],
  ],
]);
/** Of a kind that this page does not know. */
const MOST_UNKNOWN = 3;

export function kindWord(kind: string): string {
  return LABELS.get(kind) ?? words(kind.replaceAll('-', ' '));
}

/** What the policy did, in its own words. */
export function deedsOf(kind: string, numbers: PolicyNumbers): Deed[] {
  const known = COUNTERS.get(kind);
  if (known === undefined) return allDeeds(numbers).slice(0, MOST_UNKNOWN);
  const deeds = known.map(({ word, of, trouble = false }) => ({
    word,
    total: sum(numbers.counts, of),
    perSecond: sum(numbers.perSecond, of),
    trouble,
  }));
  if (kind === 'fallback') deeds.splice(1, 0, ...replacements(numbers));
  return deeds;
}

/** Which replacement answered, where there are several. */
function replacements({ counts, perSecond, config }: PolicyNumbers): Deed[] {
  const given = isRecord(config) && Array.isArray(config.replacements) ? config.replacements : [];
  if (given.length < 2) return [];
  return given.map((each: unknown, index) => {
    const key = `replacedBy${index}`;
    const label = isRecord(each) && typeof each.label === 'string' ? each.label : `no. ${index + 1}`;
    return { word: `by ${label}`, total: counts[key] ?? 0, perSecond: perSecond[key] ?? 0, trouble: false };
  });
}

/** Everything that it counted. */
export function allDeeds({ counts, perSecond }: PolicyNumbers): Deed[] {
  return Object.entries(counts).map(([key, total]) => ({
    word: words(key).toLowerCase(),
    total,
    perSecond: perSecond[key] ?? 0,
    trouble: false,
  }));
}

function sum(numbers: Readonly<Record<string, number>>, keys: readonly string[]): number {
  return keys.reduce((total, key) => total + (numbers[key] ?? 0), 0);
}
