import type { Registration, Rollup, StateChange } from '@cb/protocol';

/** What the producers send. An event is one breaker's row of counters in a rollup. */
export interface Load {
  readonly design: 'naive' | 'ours';
  readonly url: string;
  readonly producers: number;
  /** Breakers of each producer; each is one service with one instance. */
  readonly breakers: number;
  /** Rollups of all its breakers that each producer sends in a second. */
  readonly rollupsPerSecond: number;
  /** Of all producers together. */
  readonly changesPerSecond: number;
}

/** Rows in one message: what the reporter puts into one of 48 KiB. */
const ROWS_PER_MESSAGE = 350;

export function registrationsOf(breakers: number, now: number): Registration[] {
  return Array.from({ length: breakers }, (_, i) => ({
    id: i + 1,
    name: `breaker-${i + 1}`,
    state: 'closed',
    mode: 'auto',
    since: now,
    config: { openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20 }] },
    configRevision: 1,
    tags: { kind: 'http' },
  }));
}

/**
 * Rollups of busy breakers, some of them failing, to be sent again and again with another `t`. The gauge `inFlight` says
 * when it was sent, so that a reader knows how old a number is that reaches it.
 */
export function rollupsOf(breakers: number, ms: number, seed: number): Rollup[] {
  const rollups: Rollup[] = [];
  for (let first = 1; first <= breakers; first += ROWS_PER_MESSAGE) {
    const id = Array.from({ length: Math.min(ROWS_PER_MESSAGE, breakers - first + 1) }, (_, i) => first + i);
    const okOf = (each: number): number => ((each * 7 + seed * 13) % 40) + 1;
    const failOf = (each: number): number => ((each + seed) % 4 === 0 ? (each % 5) + 1 : 0);
    const ratioOf = (each: number): number => failOf(each) / (okOf(each) + failOf(each));
    rollups.push({
      t: 0,
      ms,
      id,
      ok: id.map(okOf),
      fail: id.map(failOf),
      slow: id.map((each) => ((each + seed) % 9 === 0 ? 1 : 0)),
      rejected: id.map((each) => ((each + seed) % 16 === 0 ? 3 : 0)),
      inFlight: id.map(() => 0),
      failureRatio: id.map((each) => Math.round(1e4 * ratioOf(each)) / 1e4),
      hist: id.map((each) => [50 + (each % 20), okOf(each), 80 + (each % 10), 2, 100 + (each % 7), 1]),
    });
  }
  return rollups;
}

/** Stamps are whole milliseconds, modulo this: they fit wherever a count does. */
const STAMP_MS = 1_000_000;

export function stampOf(now: number): number {
  return now % STAMP_MS;
}

export function ageOf(stamp: number, now: number): number {
  return (stampOf(now) - stamp + STAMP_MS) % STAMP_MS;
}

/** A state change with the evidence that it usually carries. Each breaker goes open, closed, open. */
export function changeOf(id: number, seq: number, opens: boolean, note: string): StateChange {
  const now = Date.now();
  return {
    id,
    seq,
    t: now,
    from: opens ? 'closed' : 'open',
    to: opens ? 'open' : 'closed',
    mode: 'auto',
    modeFrom: 'auto',
    why: { rule: 'failure-ratio', value: 0.61, limit: 0.5, calls: 100, bad: 61, minimumCalls: 20 },
    ...(opens && { retryAt: now + 5_000, firstFailureAt: now - 2_000 }),
    configRevision: 1,
    note,
    outcomes: 'oeeoeeoeeo'.repeat(10),
    errors: [{ name: 'Error', code: 'ECONNREFUSED', message: 'connection refused', count: 61 }],
  };
}
