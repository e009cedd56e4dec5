import type { Lane } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { EXACT_SEGMENTS, LaneHistory } from '../src/server/history.ts';
import { randomFrom } from './support.ts';

const MINUTE = 60_000;

/** Every change there ever was, in a plain list. */
class Oracle {
  changes: { t: number; code: Lane }[] = [];

  set(t: number, code: Lane): void {
    this.changes = this.changes.filter((change) => change.t <= t);
    if (this.changes.at(-1)?.code !== code) this.changes.push({ t, code });
  }

  at(t: number): Lane {
    return this.changes.filter((change) => change.t <= t).at(-1)?.code ?? 0;
  }

  /** Milliseconds of each code in [from, to). */
  shares(from: number, to: number): number[] {
    const ms = [0, 0, 0, 0, 0];
    this.changes.forEach(({ t, code }, i) => {
      const start = Math.max(from, t);
      const end = Math.min(to, this.changes[i + 1]?.t ?? to);
      if (end > start) ms[code] = (ms[code] as number) + end - start;
    });
    return ms;
  }
}

function randomWalk(
  seed: number,
  steps: number,
  longestMs: number,
): { history: LaneHistory; oracle: Oracle; end: number } {
  const random = randomFrom(seed);
  const history = new LaneHistory();
  const oracle = new Oracle();
  let t = 1_000_000_000 + Math.floor(random() * MINUTE);
  for (let i = 0; i < steps; i++) {
    t += Math.floor(random() * longestMs);
    const code = Math.floor(random() * 5) as Lane;
    history.set(t, code);
    oracle.set(t, code);
  }
  return { history, oracle, end: t };
}

describe('a lane history', () => {
  it('agrees with a list of all changes, exact where it is exact and per minute where it is folded', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const random = randomFrom(seed * 7_919);
      const { history, oracle, end } = randomWalk(
        seed,
        20 + Math.floor(random() * 1_500),
        10 ** (2 + random() * 3),
      );
      const exactFrom = history.foldedUntil ?? oracle.changes[0]?.t ?? 0;
      for (let i = 0; i < 50; i++) {
        const t = exactFrom + Math.floor(random() * (end - exactFrom + 1));
        expect(history.at(t)).toBe(oracle.at(t));
      }
      const minutes = history.minutes(0, end);
      if (minutes === undefined) continue;
      minutes.changes.forEach((_, i) => {
        const from = minutes.from + i * MINUTE;
        const known = oracle.shares(Math.max(from, end - 1_440 * MINUTE), Math.min(from + MINUTE, exactFrom));
        const total = known.reduce((a, b) => a + b, 0);
        const shares = minutes.shares.slice(i * 5, i * 5 + 5);
        // The oldest minute may be cut where 24 hours end.
        if (i > 0) expect(shares).toEqual(known.map((ms) => Math.round((ms / total) * 255)));
      });
    }
  });

  it('keeps the newest 128 to 256 changes exact and never grows beyond', () => {
    const history = new LaneHistory();
    for (let i = 0; i < 50_000; i++) history.set(i * 777, (i % 5) as Lane);
    expect(history.count).toBeLessThanOrEqual(EXACT_SEGMENTS);
    expect(history.count).toBeGreaterThanOrEqual(EXACT_SEGMENTS / 2);
  });

  it('always answers the segment in force at the start of the range, with its true start', () => {
    const history = new LaneHistory();
    history.set(1_000, 1);
    history.set(5_000, 4);
    history.set(5_200, 2);
    expect(history.segments(3_000, 9_000)).toEqual({ start: [1_000, 5_000, 5_200], code: [1, 4, 2] });
    expect(history.segments(7_000, 9_000)).toEqual({ start: [5_200], code: [2] });
    expect(history.segments(500, 2_000)).toEqual({ start: [500, 1_000], code: [0, 1] });
    expect(new LaneHistory().segments(500, 2_000)).toEqual({ start: [500], code: [0] });
  });

  it('lets the past be told anew from a moment on', () => {
    const history = new LaneHistory();
    history.set(1_000, 1);
    history.set(2_000, 0);
    history.set(9_000, 1);
    history.set(3_000, 4);
    history.set(4_000, 1);
    expect(history.segments(0, 10_000)).toEqual({
      start: [0, 1_000, 2_000, 3_000, 4_000],
      code: [0, 1, 0, 4, 1],
    });
  });

  it('survives days between folds without keeping more than 24 hours', () => {
    const history = new LaneHistory();
    let t = 0;
    for (let day = 0; day < 10; day++) {
      for (let i = 0; i < 300; i++) {
        t += 500;
        history.set(t, (1 + (i % 2) * 3) as Lane);
      }
      t += 5 * 24 * 60 * MINUTE;
    }
    const minutes = history.minutes(0, t);
    expect(minutes?.changes.length ?? 0).toBeLessThanOrEqual(1_440);
    expect(history.at(t)).toBe(4);
  });
});
