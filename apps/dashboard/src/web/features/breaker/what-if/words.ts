import type { Totals } from '@cb/core/simulate';
import { clockMs, count, elapsed } from '../../../lib/format.ts';
import { causeOf } from '../../../lib/why.ts';
import type { OutcomeBounds } from './simulation.ts';
import type { Change, Sum } from './sum.ts';

/** Fewer is better, more is better, or neither. */
type Tone = 'better' | 'worse' | 'same';

export interface Line {
  tone: Tone;
  /** What stands in bold, and what comes after it. */
  strong: string;
  after: string;
}

export interface Compared {
  baseline: Sum;
  candidate: Sum;
  bounds: OutcomeBounds | undefined;
  /** More than one instance: which of them is said. */
  several: boolean;
}

/** Moments nearer to each other than this are the same one. */
const SAME_MS = 1;

/** What the settings in force did, or what other ones would have done otherwise: a line a matter. */
export function wordsOf(compared: Compared, changed: boolean): Line[] {
  const { baseline, candidate } = compared;
  if (!changed) return wordsInForce(compared);
  if (isAlike(baseline, candidate))
    return [{ tone: 'same', strong: 'It would have done exactly the same.', after: '' }];
  if (isQuiet(baseline) && isQuiet(candidate) && baseline.totals.refused === candidate.totals.refused) {
    return [{ tone: 'same', strong: 'It would not have opened either.', after: '' }];
  }
  return [openingLine(compared), ...timeLine(compared), ...callLines(compared)];
}

function wordsInForce({ baseline, several }: Compared): Line[] {
  const { totals } = baseline;
  const first = firstOpening(baseline);
  if (isQuiet(baseline)) return [{ tone: 'same', strong: 'It did not open in this range.', after: '' }];
  const openings = openingsOf(baseline);
  const where = several && first ? `, on ${first.instance}` : '';
  const began = first === undefined ? '' : `, first at ${clockMs(first.at)}${where}`;
  const lines: Line[] = [
    {
      tone: 'same',
      strong: openings === 0 ? 'It had opened before this range' : `It opened ${times(openings)}`,
      after: `${began}; not closed for ${lasting(notClosedMs(totals))} in all.`,
    },
  ];
  if (totals.refused > 0)
    lines.push({
      tone: 'same',
      strong: `${count(totals.failuresAvoided)} failing calls spared`,
      after: `, ${count(totals.goodRefused)} refused that would have succeeded.`,
    });
  return lines;
}

function isAlike(a: Sum, b: Sum): boolean {
  const { refused, failuresAvoided, goodRefused, calls } = a.totals;
  return (
    refused === b.totals.refused &&
    failuresAvoided === b.totals.failuresAvoided &&
    goodRefused === b.totals.goodRefused &&
    calls === b.totals.calls &&
    a.transitions.length === b.transitions.length &&
    a.transitions.every(
      ({ at, to }, i) => to === b.transitions[i]?.to && Math.abs(at - (b.transitions[i]?.at ?? 0)) < SAME_MS,
    )
  );
}

function isQuiet({ totals }: Sum): boolean {
  return totals.openings === 0 && totals.openMs === 0;
}

function firstOpening({ transitions }: Sum): Change | undefined {
  return transitions.find(isOpening);
}

/** As everywhere on these pages: a failed probe is no opening of its own. */
function openingsOf({ transitions }: Sum): number {
  return transitions.filter(isOpening).length;
}

function isOpening({ from, to }: Change): boolean {
  return to === 'open' && from === 'closed';
}

function openingLine({ baseline, candidate, several }: Compared): Line {
  const first = firstOpening(candidate);
  const before = firstOpening(baseline);
  const openings = openingsBeside(openingsOf(candidate), openingsOf(baseline));
  if (first === undefined) {
    return before === undefined
      ? { tone: 'same', strong: 'It would not have opened from closed', after: `${openings}.` }
      : {
          tone: 'same',
          strong: 'It would not have opened',
          after: ` at ${clockMs(before.at)} as it did${openings}.`,
        };
  }
  const why = causeOf(first.why);
  const where = several ? `, on ${first.instance}` : '';
  const cause = why === '' ? '' : `: ${lower(why)}`;
  if (before === undefined) {
    const strong = `It would have opened at ${clockMs(first.at)}`;
    return { tone: 'same', strong, after: `${where}, and did not${cause}${openings}.` };
  }
  const earlierMs = before.at - first.at;
  if (Math.abs(earlierMs) < SAME_MS)
    return {
      tone: 'same',
      strong: `It would have opened at the same moment`,
      after: `, ${clockMs(first.at)}${openings}.`,
    };
  const strong = `It would have opened ${lasting(Math.abs(earlierMs))} ${earlierMs > 0 ? 'earlier' : 'later'}`;
  return { tone: 'same', strong, after: `, at ${clockMs(first.at)}${where}${cause}${openings}.` };
}

function openingsBeside(openings: number, before: number): string {
  if (openings === before)
    return openings === 1 ? '; once, as it did' : openings === 0 ? '' : `; ${times(openings)}, as it did`;
  return `; ${times(openings)} instead of ${times(before)}`;
}

function times(n: number): string {
  return ['never', 'once', 'twice'][n] ?? `${count(n)} times`;
}

function timeLine({ baseline, candidate }: Compared): Line[] {
  const ms = notClosedMs(candidate.totals);
  const before = notClosedMs(baseline.totals);
  if (ms === 0 && before === 0) return [];
  const strong = ms === 0 ? 'Closed all the time' : `Not closed for ${lasting(ms)}`;
  if (Math.abs(ms - before) < SAME_MS) return [{ tone: 'same', strong, after: ' in all, as it was.' }];
  const after = before === 0 ? ' in all; it was closed all the time.' : ` instead of ${lasting(before)}.`;
  return [{ tone: 'same', strong, after }];
}

function notClosedMs({ openMs, halfOpenMs }: Totals): number {
  return openMs + halfOpenMs;
}

function callLines({ baseline, candidate, bounds }: Compared): Line[] {
  const lines: Line[] = [];
  const range = (key: 'failuresAvoided' | 'goodRefused'): [number, number] => {
    const all = [candidate.totals[key], ...(bounds ? [bounds.ok[key], bounds.failed[key]] : [])];
    return [Math.min(...all), Math.max(...all)];
  };
  const say = (key: 'failuresAvoided' | 'goodRefused', what: string, moreIs: Tone, fewerIs: Tone): void => {
    const now = candidate.totals[key];
    const before = baseline.totals[key];
    if (now === 0 && before === 0) return;
    const tone = now === before ? 'same' : now > before ? moreIs : fewerIs;
    lines.push({
      tone,
      strong: `${count(now)} ${what}`,
      after: `${differenceOf(now, before)}${spreadOf(range(key))}.`,
    });
  };
  say('failuresAvoided', 'failing calls spared', 'better', 'worse');
  say('goodRefused', 'calls refused that would have succeeded', 'worse', 'better');
  return lines;
}

function differenceOf(now: number, before: number): string {
  if (now === before) return ', as it was';
  return now > before ? `, ${count(now - before)} more than now` : `, ${count(before - now)} fewer than now`;
}

/** What the guess about refused calls may be off by. */
function spreadOf([least, most]: [number, number]): string {
  return least === most
    ? ''
    : ` (${count(least)} to ${count(most)}: what refused calls would have met is a guess)`;
}

/** 4.2 s, 38 s, 4m 34s. */
function lasting(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1).replace(/\.0$/, '')} s`;
  return elapsed(ms);
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}

/** How far the simulation can be trusted. */
export interface Badge {
  exact: boolean;
  text: string;
  /** Sentences below it. */
  notes: string[];
}

interface Trusted {
  exact: boolean;
  rowMs?: number;
  explained?: boolean;
  notes: readonly string[];
  real?: readonly { kind: string }[];
}

export function badgeOf(baselines: readonly Trusted[], assumed: number): Badge {
  const notes = [...new Set(baselines.flatMap((each) => each.notes))];
  const guess =
    assumed > 0
      ? [
          `${count(assumed)} of these calls were refused when they were recorded: what they would have met is a guess from the calls around them.`,
        ]
      : [];
  const rowMs = Math.max(0, ...baselines.map((each) => each.rowMs ?? 0));
  if (rowMs > 0 || baselines.length === 0) {
    const step = rowMs === 1_000 ? 'second' : rowMs === 60_000 ? 'minute' : `${count(rowMs / 1_000)} seconds`;
    return {
      exact: false,
      text: `Estimate: from sums per ${step}`,
      notes: ['Within a step, calls are taken to be evenly spread and to end at once.', ...guess, ...notes],
    };
  }
  const changes = baselines.reduce((sum, { real = [] }) => sum + real.length, 0);
  const verdicts = baselines.map(({ explained }) => explained);
  const check = verdicts.includes(false)
    ? 'Replaying the settings in force does not give exactly what happened: take it with care.'
    : verdicts.includes(undefined) || changes === 0
      ? undefined
      : `Replaying the settings in force gives ${changes === 1 ? 'the one change' : `all ${count(changes)} changes`} that happened.`;
  return {
    exact: true,
    text: 'Exact: every call was recorded',
    notes: [...(check === undefined ? [] : [check]), ...guess, ...notes],
  };
}
