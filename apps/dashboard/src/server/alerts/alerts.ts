import type { AlertStatus, AlertTestResult } from '@cb/protocol';
import type { Resource } from '../lifecycle.ts';
import type { FleetRow } from '../row.ts';
import type { ServerContext } from '../server-context.ts';
import { type AlertRule, stateOf } from './alert-rule.ts';
import { AlertTally } from './alert-tally.ts';
import { AlertWatch } from './alert-watch.ts';
import type { Telling } from './episode.ts';
import { makeNotice } from './make-notice.ts';
import { deliverTest } from './test-delivery.ts';
import { type Patience, WebhookLine } from './webhook-line.ts';
import { WebhookQueue } from './webhook-queue.ts';

const MOST_SHOWN = 50;
/** Of the five seconds that closing may take. */
const LAST_WORDS_MS = 3_000;
/** Between two tests of one rule. */
const TEST_PAUSE_MS = 2_000;

interface Door {
  readonly line: WebhookLine;
  readonly queue: WebhookQueue;
}

interface Part extends Door {
  readonly rule: AlertRule;
  readonly watch: AlertWatch;
  readonly tally: AlertTally;
  testedAt: number;
}

export interface AlertsOptions {
  /** Address of the dashboard, with a slash at its end. */
  readonly publicUrl?: string | undefined;
  readonly patience?: Patience | undefined;
}

/** All alerts: watches for each rule, and one queue for each webhook, however many rules use it. */
export class Alerts implements Resource {
  readonly name = 'alerts';
  readonly #context: ServerContext;
  readonly #options: AlertsOptions;
  readonly #parts: readonly Part[];
  readonly #doors: Map<string, Door> = new Map();
  readonly #closing: AbortController = new AbortController();
  #ids = 0;

  constructor(rules: readonly AlertRule[], context: ServerContext, options: AlertsOptions = {}) {
    this.#context = context;
    this.#options = options;
    this.#parts = rules.map((rule) => this.#part(rule));
  }

  /** To be called every second, after the fleet was checked. */
  check(): void {
    const { now, refusals, log } = this.#context;
    for (const { rule, watch } of this.#parts) {
      try {
        watch.check(now());
      } catch (error) {
        // One rule that fails takes neither the others nor the server with it.
        refusals.count('fault');
        log(`alert "${rule.name}" failed: ${error instanceof Error ? error.message : 'not an error'}`);
      }
    }
    for (const { queue } of this.#doors.values()) queue.flush();
  }

  status(): AlertStatus[] {
    return this.#parts.map(({ rule, watch, tally, line, queue }) => {
      const { name, when, watches, of, webhook } = rule;
      const firing = [...watch.firing()];
      const status: AlertStatus = {
        name,
        when,
        watches,
        of,
        firing: firing.slice(0, MOST_SHOWN).map(({ row, told }) => ({
          service: row.service,
          name: row.name,
          state: stateOf(row.code),
          since: told?.since ?? 0,
        })),
        firingCount: firing.length,
        webhook: {
          host: new URL(webhook.url).hostname,
          format: webhook.format,
          signed: webhook.secret !== undefined,
          circuit: line.breaker.state,
        },
        counts: tally.counts,
      };
      if (queue.trying !== undefined) status.webhook.trying = queue.trying;
      if (tally.last !== undefined) status.last = tally.last;
      return status;
    });
  }

  /** Sends a test; undefined where no rule has that name, `wait` where one was just sent. */
  async test(name: string): Promise<AlertTestResult | 'wait' | undefined> {
    const part = this.#parts.find(({ rule }) => rule.name === name);
    if (part === undefined) return undefined;
    const { now, monotonic } = this.#context;
    if (monotonic() - part.testedAt < TEST_PAUSE_MS) return 'wait';
    // Until it is over there is no other.
    part.testedAt = Number.POSITIVE_INFINITY;
    try {
      const { publicUrl } = this.#options;
      const context = { id: this.#newId(), now: now(), monotonic, publicUrl, closing: this.#closing.signal };
      return await deliverTest(part.rule, context);
    } finally {
      part.testedAt = monotonic();
    }
  }

  /** Sends what is still to be sent, for at most three seconds. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('closing'));
    await Promise.all([...this.#doors.values()].map(({ queue }) => queue.close(LAST_WORDS_MS)));
  }

  #part(rule: AlertRule): Part {
    const door = this.#door(rule);
    const tally = new AlertTally();
    const watch = new AlertWatch(rule, this.#context.fleet, (row, telling) => {
      door.queue.push(this.#notice(rule, row, telling), tally);
    });
    return { ...door, rule, watch, tally, testedAt: Number.NEGATIVE_INFINITY };
  }

  #door({ webhook }: AlertRule): Door {
    const key = JSON.stringify([
      webhook.url,
      webhook.secret,
      webhook.format,
      Object.entries(webhook.headers),
    ]);
    const known = this.#doors.get(key);
    if (known !== undefined) return known;
    const { now, monotonic, log } = this.#context;
    const { publicUrl, patience } = this.#options;
    const line = new WebhookLine(webhook, now, patience);
    const newId = (): string => this.#newId();
    const queue = new WebhookQueue(webhook, { line, now, monotonic, publicUrl, newId, log });
    const door: Door = { line, queue };
    this.#doors.set(key, door);
    return door;
  }

  #notice(rule: AlertRule, row: FleetRow, telling: Telling): ReturnType<typeof makeNotice> {
    const { fleet, now } = this.#context;
    const gone = fleet.rows.get(row.row) !== row;
    const { publicUrl } = this.#options;
    return makeNotice(rule, row, telling, { id: this.#newId(), now: now(), gone, publicUrl });
  }

  /** Unique over restarts too: the epoch is one life of the server. */
  #newId(): string {
    return `${this.#context.fleet.epoch}.${++this.#ids}`;
  }
}
