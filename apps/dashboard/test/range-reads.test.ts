import type { GroupStrip, Lane, LaneStats, Overview, StatsAnswer, Strip } from '@cb/protocol';
import { LANE_RANK } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { gridOf, WorstOf } from '../src/server/buckets.ts';
import { Fleet } from '../src/server/fleet.ts';
import { LaneHistory } from '../src/server/history.ts';
import { RangeReads } from '../src/server/range-reads.ts';
import { BadRequest } from '../src/server/routes.ts';
import { statsOf } from '../src/server/stats.ts';
import { changeOf, helloOf, randomFrom, registrationOf, start } from './support.ts';

const T0 = 1_700_000_000_000;

/** What a lane showed, as a plain list, and what is made of it in the plainest way. */
class Plain {
  readonly changes: { t: number; code: Lane }[] = [];

  set(t: number, code: Lane): void {
    if (this.changes.at(-1)?.code !== code) this.changes.push({ t, code });
  }

  spans(now: number): { from: number; to: number; code: Lane; opened: boolean }[] {
    let open = false;
    return this.changes.map(({ t, code }, i) => {
      const opened = code === 4 && !open;
      if (code !== 2) open = code === 4;
      return { from: t, to: this.changes[i + 1]?.t ?? now, code, opened };
    });
  }

  stats(from: number, to: number): LaneStats {
    const stats: LaneStats = { ms: [0, 0, 0, 0, 0], opens: 0 };
    for (const span of this.spans(to)) {
      stats.ms[span.code] += Math.max(0, Math.min(to, span.to) - Math.max(from, span.from));
      if (span.opened && span.from >= from && span.from < to) stats.opens++;
    }
    return stats;
  }

  /** The worst of every bucket; undefined where nothing was known. */
  worst(grid: { from: number; bucketMs: number; buckets: number }, now: number): (Lane | undefined)[] {
    const codes: (Lane | undefined)[] = [];
    for (let i = 0; i < grid.buckets; i++) {
      const begin = grid.from + i * grid.bucketMs;
      const end = Math.min(begin + grid.bucketMs, now);
      const seen = this.spans(now).filter((span) => {
        const moment = span.from === span.to && span.from >= begin && span.from < end;
        return moment || (span.from < end && span.to > begin);
      });
      const worst = seen.sort((a, b) => (LANE_RANK[b.code] ?? 0) - (LANE_RANK[a.code] ?? 0))[0]?.code;
      codes.push(begin >= now ? codes.at(-1) : worst);
    }
    return codes;
  }
}

function walk(seed: number, steps: number, longestMs: number) {
  const random = randomFrom(seed);
  const history = new LaneHistory();
  const plain = new Plain();
  let t = T0 + Math.floor(random() * 10_000);
  for (let i = 0; i < steps; i++) {
    const code = Math.floor(random() * 5) as Lane;
    history.set(t, code);
    plain.set(t, code);
    t += Math.floor(random() * longestMs);
  }
  return { history, plain, end: t, random };
}

function expand(grid: { buckets: number }, runs: Iterable<number>): (number | undefined)[][] {
  const rows: number[][] = [];
  let row: number[] = [];
  for (const run of runs) {
    row.push(...Array.from({ length: run >> 3 }, () => run & 7));
    if (row.length < grid.buckets) continue;
    rows.push(row);
    row = [];
  }
  expect(row).toEqual([]);
  return rows;
}

describe('what a lane showed in a range', () => {
  it('is what a list of its changes says, to the millisecond where it is exact', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { history, plain, end, random } = walk(seed, 1 + Math.floor(seed / 2), 10 ** (1 + (seed % 5)));
      expect(history.foldedUntil).toBeUndefined();
      const from = T0 - 5_000 + Math.floor(random() * (end - T0 + 10_000));
      const to = from + Math.floor(random() * (end - from + 5_000));
      expect(statsOf(history, from, Math.max(from, to))).toEqual(plain.stats(from, Math.max(from, to)));
    }
  });

  it('keeps its sums when it is folded into minutes', () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { history, plain, end } = walk(seed, 300 + seed * 40, 20_000);
      expect(history.foldedUntil).toBeDefined();
      const whole = statsOf(history, T0, end);
      const known = plain.stats(T0, end);
      expect(whole.opens).toBe(known.opens);
      expect(farthest(whole, known)).toBeLessThan(100);
      // A range that cuts a minute is off by a part of that minute only.
      const cut = statsOf(history, T0 + 333_333, end - 50_000);
      const expected = plain.stats(T0 + 333_333, end - 50_000);
      expect(farthest(cut, expected)).toBeLessThan(60_000);
      expect(cut.ms.reduce((a, b) => a + b, 0)).toBeCloseTo(end - T0 - 383_333, -2);
    }
  });

  it('has the worst of every bucket, an opening of no length too', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { history, plain, end, random } = walk(
        seed,
        1 + Math.floor(random3(seed) * 60),
        10 ** (seed % 6),
      );
      const now = end + Math.floor(random() * 1_000);
      const from = T0 - 5_000 + Math.floor(random() * (now - T0 + 5_000));
      const grid = gridOf(
        from,
        from + 1 + Math.floor(random() * (now - T0 + 9_000)),
        1 + Math.floor(random() * 90),
      );
      const codes: (Lane | undefined)[] = Array.from({ length: grid.buckets });
      new WorstOf(grid, now).runs(history, (first, stop, code) => codes.fill(code, first, stop));
      expect(codes, `seed ${seed}`).toEqual(plain.worst(grid, now));
    }
  });
});

/** By how much the time in any code differs at most. */
function farthest(a: LaneStats, b: LaneStats): number {
  return Math.max(...a.ms.map((ms, code) => Math.abs(ms - (b.ms[code] as number))));
}

/** Differences, added up again. */
function sums(steps: readonly number[]): number[] {
  let sum = 0;
  return steps.map((step) => {
    sum += step;
    return sum;
  });
}

function random3(seed: number): number {
  return randomFrom(seed * 31)();
}

/** A fleet with some past, and what each of its rows showed. */
function makeFleet(seed: number) {
  const random = randomFrom(seed);
  const fleet = new Fleet();
  let now = T0;
  for (let s = 0; s < 3; s++) {
    const { instance } = fleet.attach(helloOf({ service: `s${s}`, instance: `i${s}`, now }), {}, now);
    const registrations = Array.from({ length: 5 }, (_, id) =>
      registrationOf(id, { since: now - 60_000 * id, tags: id < 3 ? { team: `t${id}` } : {} }),
    );
    fleet.register(instance, registrations, now);
    let seq = 0;
    for (let i = 0; i < 60; i++) {
      now += Math.floor(random() * 4_000);
      const to = (['open', 'half-open', 'closed'] as const)[Math.floor(random() * 3)] ?? 'open';
      fleet.change(instance, [changeOf(++seq, { id: Math.floor(random() * 4), t: now, to })], now);
    }
    now += 10_000;
  }
  const plains = new Map<number, Plain>();
  for (const { row, history } of fleet.rows.values()) {
    const plain = new Plain();
    const { start, code } = history.segments(0, now);
    for (const [i, t] of start.entries()) if (t > 0) plain.changes.push({ t, code: code[i] as Lane });
    plains.set(row, plain);
  }
  const reads = new RangeReads(fleet, () => now);
  const ask = async <T>(path: string, query: string): Promise<T> => {
    const route = reads.routes().find((each) => each.path === path);
    const caller = { role: 'viewer', id: 'open', address: '::1' } as const;
    const reply = await route?.answer({ query: new URLSearchParams(query), body: undefined, caller });
    return JSON.parse(String(reply?.body)) as T;
  };
  return { fleet, plains, now, ask };
}

describe('reads of a range', () => {
  it('sum up, count and draw what each row showed', async () => {
    for (let seed = 1; seed <= 12; seed++) {
      const { fleet, plains, now, ask } = makeFleet(seed);
      const [from, to] = [T0 + seed * 7_777, now - seed * 3_333];
      const rows = [...plains.keys()];
      const { rows: stats } = await ask<StatsAnswer>(
        'stats',
        `from=${from}&to=${to}&rows=${rows.join(',')},99`,
      );
      expect(stats).toEqual(rows.map((row) => ({ row, ...plains.get(row)?.stats(from, to) })));
      const { fleet: sum } = await ask<StatsAnswer>('stats', `from=${from}&to=${to}`);
      expect(sum?.rows).toBe(15);
      expect(sum?.opens).toBe(stats.reduce((all, { opens }) => all + opens, 0));
      expect(sum?.ms).toEqual(
        [0, 1, 2, 3, 4].map((code) => stats.reduce((all, each) => all + (each.ms[code] ?? 0), 0)),
      );
      const strip = await ask<Strip>('strip', `from=${from}&to=${to}&px=${20 + seed * 5}`);
      const drawn = expand(strip, strip.runs);
      const worst = rows.map((row) => plains.get(row)?.worst(strip, now) ?? []);
      expect(sums(strip.row)).toEqual(rows);
      expect(drawn).toEqual(worst.map((codes) => codes.map((code) => code ?? 0)));
      const overview = await ask<Overview>('overview', `from=${from}&to=${to}&px=${20 + seed * 5}`);
      const counted = overview.counts.map((_, code) =>
        Array.from({ length: strip.buckets }, (__, i) => worst.filter((codes) => codes[i] === code).length),
      );
      expect(overview.counts).toEqual(counted);
      const groups = await ask<GroupStrip>('strip', `from=${from}&to=${to}&px=${20 + seed * 5}&by=tag:team`);
      const lanes = expand(groups, groups.runs);
      for (const [g, name] of groups.group.entries()) {
        const members = worst.filter((_, i) => (fleet.rows.get(rows[i] ?? 0)?.tags.team ?? '') === name);
        const expected = Array.from({ length: groups.buckets }, (_, i) => {
          const seen = members.flatMap((codes) => codes[i] ?? []);
          return seen.sort((a, b) => (LANE_RANK[b] ?? 0) - (LANE_RANK[a] ?? 0))[0] ?? 0;
        });
        expect(lanes[g], `${name} ${seed}`).toEqual(expected);
      }
    }
  });

  it('answer those with most of it first, and of one service what is its own', async () => {
    const { fleet, plains, now, ask } = makeFleet(3);
    for (const top of ['opens', 'refused'] as const) {
      const value = (stats: LaneStats): number => (top === 'opens' ? stats.opens : stats.ms[3] + stats.ms[4]);
      const { rows } = await ask<StatsAnswer>('stats', `from=${T0}&to=${now}&top=${top}&limit=4`);
      const all = [...plains].map(([row, plain]) => ({ row, ...plain.stats(T0, now) }));
      all.sort((a, b) => value(b) - value(a) || a.row - b.row);
      expect(rows).toEqual(all.slice(0, 4));
    }
    const { counts } = await ask<Overview>('overview', `from=${T0}&to=${now}&service=s1`);
    expect(Math.max(...(counts[1] ?? []))).toBeLessThanOrEqual(5);
    const one = [...fleet.rows.keys()][0];
    const only = await ask<Overview>('overview', `from=${T0}&to=${now}&rows=${one}`);
    expect(only.counts.flat().reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(only.buckets);
  });

  it('refuse in a sentence what cannot be asked', async () => {
    const { ask } = makeFleet(1);
    const refused: [string, string, string][] = [
      ['stats', 'top=calls', 'top must be opens or refused'],
      ['stats', `rows=${'1,'.repeat(501)}`, 'rows must name at most 500 rows, got 501'],
      ['stats', 'from=5&to=4', 'from (5) must not be later than to (4)'],
      ['overview', 'px=1', 'px must be 8 to 2000, got 1'],
      ['strip', 'px=99999', 'px must be 8 to 2000, got 99999'],
      ['strip', 'by=host', 'by must be service, or tag: with the key of a tag'],
      ['strip', 'by=tag:', 'by must be service, or tag: with the key of a tag'],
    ];
    for (const [path, query, message] of refused) {
      await expect(ask(path, query)).rejects.toThrow(new BadRequest(message));
    }
    expect(await ask<GroupStrip>('strip', 'by=tag:__proto__')).toMatchObject({ group: [''] });
  });

  it('are empty while there is nothing, over HTTP', async () => {
    const server = await start();
    for (const path of ['stats', 'overview', 'strip', 'strip?by=service']) {
      const response = await fetch(`${server.url}api/v1/${path}`);
      expect([path, response.status]).toEqual([path, 200]);
      expect(await response.json()).toMatchObject({ epoch: expect.any(String) });
    }
  });
});
