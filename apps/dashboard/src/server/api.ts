import { type BreakerDetail, type EventPage, LIMITS, type PolicyList, type Timeline } from '@cb/protocol';
import { DirectoryAnswers } from './directory.ts';
import type { Fleet } from './fleet.ts';
import { listPolicies } from './policy-list.ts';
import { json, type Reply, text } from './reply.ts';
import { BadRequest, integer, moment, type Route, range } from './routes.ts';
import { type FleetRow, toDirectoryRow } from './row.ts';
import { readSeries } from './series.ts';
import type { Past } from './store/past.ts';

const MOST_EVENTS = 500;
/** How old a list of policies may be. */
const POLICIES_MS = 1_000;
const MOST_POLICY_REPLIES = 8;

/** Reads of the fleet: what every page asks for under `/api/v1/`. */
export class Api {
  readonly #fleet: Fleet;
  readonly #past: Past;
  readonly #now: () => number;
  readonly #directory: DirectoryAnswers;
  readonly #policyReplies: Map<string, { at: number; reply: Reply }> = new Map();

  constructor(fleet: Fleet, past: Past, now: () => number) {
    this.#fleet = fleet;
    this.#past = past;
    this.#now = now;
    this.#directory = new DirectoryAnswers(fleet, now, past.keptMs);
  }

  routes(): Route[] {
    const read = (path: string, answer: (query: URLSearchParams) => Reply | Promise<Reply>): Route => ({
      method: 'GET',
      path,
      role: 'viewer',
      answer: ({ query }) => answer(query),
    });
    return [
      read('directory', (query) => this.#directory.read(query.get('instances') === '0' ? 'lean' : 'whole')),
      read('timeline', async (query) => json(await this.#timeline(query))),
      read('events', async (query) => json(await this.#events(query))),
      read('series', (query) => this.#series(query)),
      read('breaker', (query) => this.#breaker(query)),
      read('policies', (query) => this.#policies(query)),
    ];
  }

  async #timeline(query: URLSearchParams): Promise<Timeline> {
    const asked = range(query, this.#now());
    const ids = (query.get('rows') ?? '').split(',').filter((id) => id !== '');
    if (ids.length > LIMITS.watchedRows) {
      throw new BadRequest(`rows must name at most ${LIMITS.watchedRows} rows, got ${ids.length}`);
    }
    const rows = [...new Set(ids)].flatMap((id) => this.#fleet.rows.get(integer(id, 'rows')) ?? []);
    const lanes = await this.#past.lanes(rows, asked, query.get('lanes') === '1');
    return { epoch: this.#fleet.epoch, ...asked, lanes };
  }

  async #events(query: URLSearchParams): Promise<EventPage> {
    const row = query.has('row') ? integer(query.get('row'), 'row') : undefined;
    const limit = Math.min(MOST_EVENTS, query.has('limit') ? integer(query.get('limit'), 'limit') : 100);
    return await this.#past.events({ ...range(query, this.#now()), limit }, row);
  }

  async #series(query: URLSearchParams): Promise<Reply> {
    const row = this.#row(query);
    if (row === undefined) return NO_ROW;
    const wanted = query.has('lane') ? integer(query.get('lane'), 'lane') : undefined;
    const asked = { ...range(query, this.#now()), now: this.#now() };
    if (wanted === undefined) return json(await this.#past.series(row, asked));
    const lanes = [...row.lanes.values()].filter((lane) => lane.lane === wanted);
    const series = lanes.map((lane) => lane.series);
    return json(readSeries(row.row, series, asked, { detail: query.get('detail') === '1' }));
  }

  /** With `at` as it was then, as far as that is kept. */
  async #breaker(query: URLSearchParams): Promise<Reply> {
    const row = this.#row(query);
    if (row === undefined) return NO_ROW;
    const { config, configRevision, opened } = row;
    const detail: BreakerDetail = { row: toDirectoryRow(row, this.#now()), config, configRevision };
    if (opened !== undefined) detail.opened = opened;
    if (!query.has('at')) return json(detail);
    return json(await this.#past.settings(row, moment(query.get('at'), 'at'), detail));
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
}

const NO_ROW: Reply = text(404, 'There is no such row; read the directory again.');
