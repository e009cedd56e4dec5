import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type Buckets,
  type GroupStrip,
  type LaneStats,
  LIMITS,
  type Overview,
  type StatsAnswer,
  type Strip,
} from '@cb/protocol';
import { BucketCounts, type Grid, gridOf, WorstOf, WorstOfRows } from './buckets.ts';
import type { Fleet } from './fleet.ts';
import { FreshReplies } from './fresh-replies.ts';
import { json, type Reply } from './reply.ts';
import { BadRequest, integer, type Route, range } from './routes.ts';
import type { FleetRow } from './row.ts';
import { addStats, noStats, refusedMs, statsOf } from './stats.ts';
import type { Walkable } from './store/long-history.ts';
import type { Past } from './store/past.ts';

/** Rows looked at in one turn, so that nothing else waits for them. */
const TURN = 1_000;
const PX = { least: 8, most: 2_000, usual: 400 };
/** Most groups that lanes are made for. */
const MOST_GROUPS = 2_000;
const TOPS = {
  opens: ({ opens }: LaneStats): number => opens,
  refused: refusedMs,
};

/** What is worked out of the history of the whole fleet, for a stretch of time. */
export class RangeReads {
  readonly #fleet: Fleet;
  readonly #past: Past | undefined;
  readonly #now: () => number;
  readonly #replies: FreshReplies = new FreshReplies();

  /** @param past What is older than memory; left out: nothing is. */
  constructor(fleet: Fleet, now: () => number, past?: Past) {
    this.#fleet = fleet;
    this.#past = past;
    this.#now = now;
  }

  routes(): Route[] {
    const read = (path: string, answer: (query: URLSearchParams) => Promise<unknown>): Route => ({
      method: 'GET',
      path,
      role: 'viewer',
      answer: ({ query }) => this.#fresh(path, query, answer),
    });
    return [
      read('stats', (query) => this.#stats(query)),
      read('overview', (query) => this.#overview(query)),
      read('strip', (query) => (query.has('by') ? this.#groups(query) : this.#strip(query))),
    ];
  }

  #fresh(
    path: string,
    query: URLSearchParams,
    answer: (query: URLSearchParams) => Promise<unknown>,
  ): Promise<Reply> {
    const known = KNOWN.flatMap((name) => (query.has(name) ? [`${name}=${query.get(name)}`] : []));
    return this.#replies.read(`${path}?${known.join('&')}`, this.#now(), async () =>
      json(await answer(query)),
    );
  }

  async #stats(query: URLSearchParams): Promise<StatsAnswer> {
    const { from, to } = this.#known(query);
    const answer: StatsAnswer = { epoch: this.#fleet.epoch, from, to, rows: [] };
    const { rows } = answer;
    if (query.has('rows')) {
      await this.#eachRow(rowsOf(query), from, ({ row }, history) => {
        rows.push({ row, ...statsOf(history, from, to) });
      });
      return answer;
    }
    const top = topOf(query);
    const limit = query.has('limit') ? integer(query.get('limit'), 'limit') : LIMITS.watchedRows;
    const sum = noStats();
    await this.#eachRow(undefined, from, ({ row }, history) => {
      const stats = statsOf(history, from, to);
      addStats(sum, stats);
      if (top !== undefined && top(stats) > 0) rows.push({ row, ...stats });
    });
    if (top !== undefined) rows.sort((a, b) => top(b) - top(a) || a.row - b.row);
    rows.splice(Math.min(limit, LIMITS.watchedRows));
    return { ...answer, fleet: { ...sum, rows: this.#fleet.rows.size } };
  }

  async #overview(query: URLSearchParams): Promise<Overview> {
    const { head, grid, now } = this.#grid(query);
    const wanted = query.has('rows') ? rowsOf(query) : undefined;
    const service = query.get('service') ?? undefined;
    const counts = new BucketCounts(grid);
    const worst = new WorstOf(grid, now);
    await this.#eachRow(wanted, grid.from, (row, history) => {
      if (service !== undefined && row.service !== service) return;
      worst.runs(history, (first, end, code) => counts.add(first, end, code));
    });
    return { ...head, counts: counts.read() };
  }

  async #strip(query: URLSearchParams): Promise<Strip> {
    const { head, grid, now } = this.#grid(query);
    const answer: Strip = { ...head, row: [], runs: [] };
    const worst = new WorstOf(grid, now);
    let before = 0;
    await this.#eachRow(undefined, grid.from, ({ row }, history) => {
      answer.row.push(row - before);
      before = row;
      pushRuns(answer.runs, grid, (visit) => worst.runs(history, visit));
    });
    return answer;
  }

  async #groups(query: URLSearchParams): Promise<GroupStrip> {
    const { head, grid, now } = this.#grid(query);
    const groupOf = grouping(query.get('by') ?? '');
    const groups = new Map<string, WorstOfRows>();
    const worst = new WorstOf(grid, now);
    await this.#eachRow(undefined, grid.from, (row, history) => {
      const name = groupOf(row);
      const group = groups.get(name) ?? new WorstOfRows(grid);
      if (groups.size < MOST_GROUPS) groups.set(name, group);
      worst.runs(history, (first, end, code) => group.add(first, end, code));
    });
    const answer: GroupStrip = { ...head, group: [...groups.keys()], runs: [] };
    for (const group of groups.values()) pushRuns(answer.runs, grid, (visit) => group.runs(visit));
    return answer;
  }

  /** The part of the range that has been. */
  #known(query: URLSearchParams): { from: number; to: number } {
    const { from, to } = range(query, this.#now());
    const end = Math.min(to, this.#now());
    return { from: Math.min(from, end), to: end };
  }

  #grid(query: URLSearchParams): { head: Buckets; grid: Grid; now: number } {
    const px = query.has('px') ? integer(query.get('px'), 'px') : PX.usual;
    if (px < PX.least || px > PX.most)
      throw new BadRequest(`px must be ${PX.least} to ${PX.most}, got ${px}`);
    const { from, to } = range(query, this.#now());
    const grid = gridOf(from, to, px);
    const { epoch, seq } = this.#fleet;
    return { head: { epoch, seq, ...grid }, grid, now: this.#now() };
  }

  /** Visits rows in turns, each with what its lane showed from `from` on. */
  async #eachRow(
    wanted: ReadonlySet<number> | undefined,
    from: number,
    visit: (row: FleetRow, history: Walkable) => void,
  ): Promise<void> {
    const { rows } = this.#fleet;
    const all = wanted === undefined ? [...rows.values()] : [...wanted].flatMap((id) => rows.get(id) ?? []);
    for (let i = 0; i < all.length; i += TURN) {
      const some = all.slice(i, i + TURN);
      const longer = await this.#past?.histories(some, from, this.#now());
      for (const row of some) visit(row, longer?.get(row.row) ?? row.history);
      if (some.length === TURN) await nextTurn();
    }
  }
}

/** Parameters that make a difference. */
const KNOWN = ['from', 'to', 'px', 'rows', 'service', 'by', 'top', 'limit'];

function pushRuns(
  runs: number[],
  { buckets }: Grid,
  each: (visit: (first: number, end: number, code: number) => void) => void,
): void {
  let told = 0;
  each((first, end, code) => {
    if (first > told) runs.push((first - told) * 8);
    runs.push((end - first) * 8 + code);
    told = end;
  });
  if (told < buckets) runs.push((buckets - told) * 8);
}

function rowsOf(query: URLSearchParams): ReadonlySet<number> {
  const ids = (query.get('rows') ?? '').split(',').filter((id) => id !== '');
  if (ids.length > LIMITS.watchedRows) {
    throw new BadRequest(`rows must name at most ${LIMITS.watchedRows} rows, got ${ids.length}`);
  }
  return new Set(ids.map((id) => integer(id, 'rows')));
}

function topOf(query: URLSearchParams): ((stats: LaneStats) => number) | undefined {
  const name = query.get('top');
  if (name === null) return undefined;
  if (name === 'opens' || name === 'refused') return TOPS[name];
  throw new BadRequest('top must be opens or refused');
}

/** By `service`, or by `tag:KEY`; rows without that tag are a group without a name. */
function grouping(by: string): (row: FleetRow) => string {
  if (by === 'service') return (row) => row.service;
  if (by.startsWith('tag:') && by.length > 4) {
    const key = by.slice(4);
    return ({ tags }) => tags[key] ?? '';
  }
  throw new BadRequest('by must be service, or tag: with the key of a tag');
}
