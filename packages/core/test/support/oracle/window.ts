/** What a window holds, recounted from the log of everything that ever went into it. */
import type { BreakerConfig, LastMs, Tumbling } from '../../../src/config.ts';

export interface Counters {
  calls: number;
  succeeded: number;
  failures: number;
  timeouts: number;
  slow: number;
  slowFailures: number;
  ignored: number;
  rejected: number;
}
const COUNTERS: readonly (keyof Counters)[] = [
  'calls',
  'succeeded',
  'failures',
  'timeouts',
  'slow',
  'slowFailures',
  'ignored',
  'rejected',
];

/** One line of the log: something that was counted. */
export interface Entry {
  readonly writtenAt: number;
  /** The moment that decides whose bucket it belongs to. */
  readonly datedAt: number;
  readonly adds: Partial<Counters>;
  /** What it means for results in a row; nothing for calls that began, ignored and refused ones. */
  readonly result?: 'good' | 'bad';
  /** The call that began, where calls count from their start on. */
  readonly begun?: number;
}

/** The log since the window was last emptied, and the moments that its buckets may be counted from. */
export interface Log {
  readonly bornAt: number;
  readonly emptiedAt: number;
  readonly entries: readonly Entry[];
  /** Every moment at which a call came or went. */
  readonly touches: readonly number[];
}

export function emptyLog(bornAt: number, emptiedAt: number): Log {
  return { bornAt, emptiedAt, entries: [], touches: [] };
}

/** What is in the window at `now`: for each counter its own lines, because counters may forget apart. */
export function linesOf(
  log: Log,
  config: BreakerConfig,
  now: number,
  counter: keyof Counters,
): readonly Entry[] {
  return heldAt(log, config, now)(counter);
}

function heldAt(log: Log, config: BreakerConfig, now: number): (counter: keyof Counters) => readonly Entry[] {
  const { window } = config;
  const counts = (counter: keyof Counters) => (entry: Entry) => entry.adds[counter] !== undefined;
  if (window.kind === 'last-ms' && window.forgets === 'by-counter')
    return (counter) => remembered(window, log, log.entries.filter(counts(counter)), now);
  const held = heldTogether(log, config, now);
  return (counter) => held.filter(counts(counter));
}

function heldTogether(log: Log, { window }: BreakerConfig, now: number): readonly Entry[] {
  const { entries } = log;
  switch (window.kind) {
    case 'since-closed':
      return entries;
    case 'last-calls':
      return entries.slice(-window.calls);
    case 'tumbling': {
      const intervalOf = intervals(window, log);
      const current = intervalOf(now);
      return entries.filter(({ datedAt }) => intervalOf(datedAt) === current);
    }
    case 'last-ms':
      return window.forgets === 'in-turn' ? newest(window, log) : young(window, log, now);
  }
}

export function totalsOf(log: Log, config: BreakerConfig, now: number): Counters {
  const held = heldAt(log, config, now);
  const sum = (counter: keyof Counters): number =>
    held(counter).reduce((total, { adds }) => total + (adds[counter] ?? 0), 0);
  return Object.fromEntries(COUNTERS.map((counter) => [counter, sum(counter)])) as unknown as Counters;
}

/** Results in a row at the end of the log; where streaks expire, only those whose buckets are still held. */
export function inARow(log: Log, config: BreakerConfig, now: number, which: 'good' | 'bad'): number {
  const expire = streaksExpire(config);
  const results = log.entries.filter(
    (entry, i) => entry.result !== undefined && !(expire && cameTooLate(log, config, entry, i)),
  );
  const row = results.slice(results.findLastIndex(({ result }) => result !== which) + 1);
  if (!expire) return row.length;
  const held = linesOf(log, config, now, which === 'bad' ? 'failures' : 'succeeded');
  return row.filter((line) => held.includes(line)).length;
}

/** Whether the bucket of a result had left already when the result came: then it was never in the window. */
function cameTooLate(log: Log, config: BreakerConfig, entry: Entry, i: number): boolean {
  if (entry.datedAt === entry.writtenAt) return false;
  const then = { ...log, entries: log.entries.slice(0, i + 1) };
  const counter = entry.result === 'bad' ? 'failures' : 'succeeded';
  return !linesOf(then, config, entry.writtenAt, counter).includes(entry);
}

/** An interval that makes older calls stale leaves nothing of them, streaks included. */
function streaksExpire({ window, counting }: BreakerConfig): boolean {
  return counting?.streakExpires === true || (window.kind === 'tumbling' && window.stalesCalls === true);
}

// ------------------------------------------------------------------------------------------- the last milliseconds

/** The bucket that a moment belongs to, called by the moment at which it began. */
function bucketsOf({ ms, buckets, anchor }: LastMs, log: Log): (at: number) => number {
  const width = ms / buckets;
  if (anchor !== 'first-call') {
    const from = { construction: log.bornAt, epoch: 0, emptying: log.emptiedAt }[anchor ?? 'emptying'];
    return (at) => from + Math.floor((at - from) / width) * width;
  }
  const begun: number[] = [];
  for (const { writtenAt } of log.entries)
    if (begun.length === 0 || writtenAt - (begun.at(-1) as number) >= width) begun.push(writtenAt);
  return (at) => begun.findLast((start) => start <= at) ?? Number.NEGATIVE_INFINITY;
}

/** How old a bucket is at a moment. On a grid that is counted in whole buckets. */
function ageOf(window: LastMs, bucketOf: (at: number) => number, bucket: number, at: number): number {
  return (window.anchor === 'first-call' ? at : bucketOf(at)) - bucket;
}

/** All that are too old leave together; so did those that were too old when their results came. */
function young(window: LastMs, log: Log, now: number): readonly Entry[] {
  const bucketOf = bucketsOf(window, log);
  return log.entries.filter(({ writtenAt, datedAt }) => {
    const bucket = bucketOf(datedAt);
    return [writtenAt, now].every((at) => ageOf(window, bucketOf, bucket, at) < window.ms);
  });
}

/** A bucket leaves when a newer one needs its place, whatever its age. */
function newest(window: LastMs, log: Log): readonly Entry[] {
  const bucketOf = bucketsOf(window, log);
  const begun = [...new Set(log.entries.map(({ datedAt }) => bucketOf(datedAt)))].sort((a, b) => a - b);
  const held = begun.slice(-window.buckets);
  return log.entries.filter(({ datedAt }) => held.includes(bucketOf(datedAt)));
}

/** A counter forgets when it grows; and nobody reads more than one bucket further back than asked. */
function remembered(window: LastMs, log: Log, lines: readonly Entry[], now: number): readonly Entry[] {
  const { ms, buckets } = window;
  const bucketOf = bucketsOf(window, log);
  const age = (bucket: number, at: number): number => ageOf(window, bucketOf, bucket, at);
  const inTime = lines.filter(({ writtenAt, datedAt }) => age(bucketOf(datedAt), writtenAt) < ms);
  const grownAt = inTime.at(-1)?.writtenAt ?? now;
  return inTime.filter(({ datedAt }) => {
    const bucket = bucketOf(datedAt);
    return age(bucket, grownAt) < ms && age(bucket, now) < ms + ms / buckets;
  });
}

// ------------------------------------------------------------------------------------------------------ intervals

/** The interval that a moment belongs to: its number, or the moment at which it began. */
function intervals(window: Tumbling, log: Log): (at: number) => number {
  const { ms, endsAfter, restarts } = window;
  const { emptiedAt } = log;
  if (restarts === undefined)
    return (at) =>
      endsAfter ? Math.max(0, Math.ceil((at - emptiedAt) / ms) - 1) : Math.floor((at - emptiedAt) / ms);
  const isOver = (begunAt: number, at: number): boolean =>
    endsAfter ? at - begunAt > ms : at - begunAt >= ms;
  // The next one begins with the call or result that finds the last one over.
  const begun = [emptiedAt];
  for (const at of log.touches) if (isOver(begun.at(-1) as number, at)) begun.push(at);
  return (at) => {
    const start = begun.findLast((start) => start <= at);
    // Before all, or over and not yet touched: no interval runs. Whoever comes next begins one.
    return start === undefined || isOver(start, at) ? Number.NaN : start;
  };
}

export function touched(log: Log, now: number): Log {
  return { ...log, touches: [...log.touches, now] };
}

/** Whether the interval of `now` is another than that of the last touch. */
export function isNewInterval(log: Log, window: Tumbling, now: number): boolean {
  const intervalOf = intervals(window, log);
  return intervalOf(log.touches.at(-1) ?? log.emptiedAt) !== intervalOf(now);
}
