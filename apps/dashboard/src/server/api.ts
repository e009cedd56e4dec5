import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import {
  type BreakerDetail,
  type Directory,
  type LaneHistory as LaneAnswer,
  LIMITS,
  type PolicyList,
  type Timeline,
} from '@cb/protocol';
import type { Fleet } from './fleet.ts';
import type { LaneHistory } from './history.ts';
import { listPolicies } from './policy-list.ts';
import { json, type Reply, text } from './reply.ts';
import { type FleetRow, toDirectoryRow } from './row.ts';
import { readSeries } from './series.ts';

const zip = promisify(gzip);
const QUARTER_MS = 15 * 60_000;
const MOST_EVENTS = 500;
/** How old a list of policies may be. */
const POLICIES_MS = 1_000;
const MOST_POLICY_REPLIES = 8;

/** A parameter that cannot be used: becomes a 400 with this sentence. */
class BadParameter extends Error {}

/** Answers everything under `/api/v1/`. */
export class Api {
  readonly #fleet: Fleet;
  readonly #now: () => number;
  #directory: Reply | undefined;
  readonly #policyReplies: Map<string, { at: number; reply: Reply }> = new Map();

  constructor(fleet: Fleet, now: () => number) {
    this.#fleet = fleet;
    this.#now = now;
  }

  /** @param name What comes after `/api/v1/`. */
  async answer(name: string, query: URLSearchParams): Promise<Reply> {
    try {
      switch (name) {
        case 'directory':
          return await this.#readDirectory();
        case 'timeline':
          return json(this.#timeline(query));
        case 'events':
          return json(this.#events(query));
        case 'series':
          return this.#series(query);
        case 'breaker':
          return this.#breaker(query);
        case 'policies':
          return this.#policies(query);
        default:
          return text(
            404,
            'There is directory, timeline, events, series, breaker and policies under /api/v1/.',
          );
      }
    } catch (error) {
      if (error instanceof BadParameter) return text(400, error.message);
      throw error;
    }
  }

  /** Made once per change, and once a minute for the counts of the last hour. */
  async #readDirectory(): Promise<Reply> {
    const now = this.#now();
    const etag = `"${this.#fleet.epoch}.${this.#fleet.changes.head}.${Math.floor(now / 60_000)}"`;
    if (this.#directory?.etag === etag) return this.#directory;
    const { epoch, seq, rows } = this.#fleet;
    const directory: Directory = { epoch, seq, now, rows: [] };
    for (const row of rows.values()) directory.rows.push(toDirectoryRow(row, now));
    const reply: Reply = { ...json(directory), etag, cache: 'no-cache' };
    reply.zipped = await zip(reply.body, { level: 5 });
    this.#directory = reply;
    return reply;
  }

  #timeline(query: URLSearchParams): Timeline {
    const range = this.#range(query);
    const ids = (query.get('rows') ?? '').split(',').filter((id) => id !== '');
    if (ids.length > LIMITS.watchedRows) {
      throw new BadParameter(`rows must name at most ${LIMITS.watchedRows} rows, got ${ids.length}`);
    }
    const wantLanes = query.get('lanes') === '1';
    const answer: Timeline = { epoch: this.#fleet.epoch, ...range, lanes: [] };
    for (const id of new Set(ids)) {
      const row = this.#fleet.rows.get(integer(id, 'rows'));
      if (row === undefined) continue;
      answer.lanes.push(laneAnswer(row.row, -1, row.history, range));
      if (!wantLanes) continue;
      for (const lane of row.lanes.values())
        answer.lanes.push(laneAnswer(row.row, lane.lane, lane.history, range));
    }
    return answer;
  }

  #events(query: URLSearchParams): unknown {
    const row = query.has('row') ? integer(query.get('row'), 'row') : undefined;
    const limit = Math.min(MOST_EVENTS, query.has('limit') ? integer(query.get('limit'), 'limit') : 100);
    return this.#fleet.events.read({ ...this.#range(query), limit }, row);
  }

  #series(query: URLSearchParams): Reply {
    const row = this.#row(query);
    if (row === undefined) return NO_ROW;
    const wanted = query.has('lane') ? integer(query.get('lane'), 'lane') : undefined;
    const lanes = [...row.lanes.values()].filter((lane) => wanted === undefined || lane.lane === wanted);
    const range = { ...this.#range(query), now: this.#now() };
    const series = lanes.map((lane) => lane.series);
    return json(readSeries(row.row, series, range));
  }

  #breaker(query: URLSearchParams): Reply {
    const row = this.#row(query);
    if (row === undefined) return NO_ROW;
    const { config, configRevision, opened } = row;
    const detail: BreakerDetail = { row: toDirectoryRow(row, this.#now()), config, configRevision };
    if (opened !== undefined) detail.opened = opened;
    return json(detail);
  }

  /** Made once a second at most for all who ask the same. */
  #policies(query: URLSearchParams): Reply {
    const { epoch, instances } = this.#fleet;
    const now = this.#now();
    const wanted = { service: query.get('service') ?? undefined, each: query.get('instances') === '1' };
    const key = `${wanted.each} ${wanted.service === undefined ? '' : `=${wanted.service}`}`;
    const held = this.#policyReplies.get(key);
    if (held !== undefined && Math.abs(now - held.at) < POLICIES_MS) return held.reply;
    const list: PolicyList = { epoch, now, ...listPolicies(instances.values(), wanted, now) };
    const reply = json(list);
    if (this.#policyReplies.size >= MOST_POLICY_REPLIES) this.#policyReplies.clear();
    this.#policyReplies.set(key, { at: now, reply });
    return reply;
  }

  #row(query: URLSearchParams): FleetRow | undefined {
    return this.#fleet.rows.get(integer(query.get('row'), 'row'));
  }

  #range(query: URLSearchParams): { from: number; to: number } {
    const now = this.#now();
    const to = query.has('to') ? moment(query.get('to'), 'to') : now;
    const from = query.has('from') ? moment(query.get('from'), 'from') : Math.max(0, to - QUARTER_MS);
    if (from > to) throw new BadParameter(`from (${from}) must not be later than to (${to})`);
    return { from, to };
  }
}

const NO_ROW: Reply = text(404, 'There is no such row; read the directory again.');

function laneAnswer(
  row: number,
  lane: number,
  history: LaneHistory,
  range: { from: number; to: number },
): LaneAnswer {
  const answer: LaneAnswer = { row, lane, segments: history.segments(range.from, range.to) };
  const minutes = history.minutes(range.from, range.to);
  if (minutes !== undefined) answer.minutes = minutes;
  return answer;
}

function integer(value: string | null, name: string): number {
  if (value === null || !/^\d{1,10}$/.test(value)) throw new BadParameter(`${name} must be a whole number`);
  return Number(value);
}

function moment(value: string | null, name: string): number {
  if (value === null || !/^\d{1,16}(\.\d+)?$/.test(value)) {
    throw new BadParameter(`${name} must be a moment in epoch milliseconds`);
  }
  return Number(value);
}
