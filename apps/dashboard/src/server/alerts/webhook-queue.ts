import { isCircuitOpenError } from '@cb/core';
import { TimeoutError } from '@cb/policies';
import type { AlertDelivery, AlertNotice, AlertPayload, AlertStatus } from '@cb/protocol';
import type { Webhook } from './alert-rule.ts';
import type { AlertTally } from './alert-tally.ts';
import { DeliveryError } from './post-webhook.ts';
import { slackBody } from './slack-text.ts';
import type { WebhookLine } from './webhook-line.ts';

const MOST_WAITING = 1_000;
const MOST_IN_ONE = 50;

interface Entry {
  readonly notice: AlertNotice;
  readonly tally: AlertTally;
}

export interface QueueContext {
  readonly line: WebhookLine;
  readonly now: () => number;
  readonly monotonic: () => number;
  readonly publicUrl: string | undefined;
  /** A new unique id. */
  readonly newId: () => string;
  readonly log: (line: string) => void;
}

/**
 * What one webhook is still to be told, in order, one request at a time and up to 50 notices in each. It holds at most
 * 1,000: beyond that the oldest are dropped and counted, and the next request says how many.
 */
export class WebhookQueue {
  readonly #webhook: Webhook;
  readonly #context: QueueContext;
  readonly #abort: AbortController = new AbortController();
  #waiting: Entry[] = [];
  #sending: Promise<void> | undefined;
  /** Notices that nobody will get, since the last delivery. */
  #missed = 0;
  #trying: { readonly since: number; attempts: number; problem: string } | undefined;

  constructor(webhook: Webhook, context: QueueContext) {
    this.#webhook = webhook;
    this.#context = context;
  }

  /** The request under way, once an attempt of it has failed. */
  get trying(): AlertStatus['webhook']['trying'] {
    return this.#trying?.problem ? { ...this.#trying } : undefined;
  }

  push(notice: AlertNotice, tally: AlertTally): void {
    tally.made++;
    tally.waiting++;
    this.#waiting.push({ notice, tally });
    if (this.#waiting.length <= MOST_WAITING) return;
    const oldest = this.#waiting.shift() as Entry;
    oldest.tally.waiting--;
    oldest.tally.dropped++;
    this.#missed++;
  }

  /** To be called when what belongs together has been pushed: begins to send, unless it does already. */
  flush(): void {
    // Nothing in it throws but a log of somebody else's.
    if (this.#waiting.length > 0 && !this.#abort.signal.aborted)
      this.#sending ??= this.#send().catch(() => {});
  }

  /** Waits until everything is sent or given up, at most so long; what is left then is not sent any more. */
  async close(patienceMs: number): Promise<void> {
    this.flush();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const over = new Promise((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([this.#sending, over]);
    clearTimeout(timer);
    this.#abort.abort(new Error('closing'));
    await this.#sending;
    const left = this.#waiting.length;
    if (left > 0) this.#context.log(`alerts: ${left} notices were not sent before the end`);
  }

  async #send(): Promise<void> {
    try {
      while (this.#waiting.length > 0 && !this.#abort.signal.aborted) {
        await this.#deliver(this.#waiting.splice(0, MOST_IN_ONE));
      }
    } finally {
      this.#sending = undefined;
    }
  }

  async #deliver(entries: readonly Entry[]): Promise<void> {
    const { line, now, monotonic, newId, log } = this.#context;
    const payload = this.#payload(newId(), entries);
    const body = this.#webhook.format === 'slack' ? slackBody(payload) : JSON.stringify(payload);
    const begunAt = monotonic();
    const trying = { since: now(), attempts: 0, problem: '' };
    this.#trying = trying;
    let problem: unknown;
    let status: number | undefined;
    try {
      ({ status } = await line.send(payload.id, body, this.#abort.signal, {
        begun: () => trying.attempts++,
        failed: (error) => {
          trying.problem = problemWords(error);
        },
      }));
      // Others may have been missed meanwhile: those were not in this request.
      this.#missed -= payload.missed;
    } catch (error) {
      problem = error;
      status = error instanceof DeliveryError ? error.status : undefined;
      this.#missed += entries.length;
    }
    this.#trying = undefined;
    const delivery: AlertDelivery = {
      at: now(),
      ok: problem === undefined,
      attempts: trying.attempts,
      notices: entries.length,
      tookMs: Math.round(monotonic() - begunAt),
    };
    if (status !== undefined) delivery.status = status;
    if (problem !== undefined) delivery.problem = problemWords(problem);
    for (const { tally } of entries) tally.settle(delivery);
    if (!delivery.ok) log(`alerts: ${entries.length} notices were not delivered: ${delivery.problem}`);
  }

  #payload(id: string, entries: readonly Entry[]): AlertPayload {
    const { publicUrl, now } = this.#context;
    const notices = entries.map(({ notice }) => notice);
    const payload: AlertPayload = { v: 1, id, at: now(), notices, missed: this.#missed };
    if (publicUrl !== undefined) payload.dashboard = publicUrl;
    return payload;
  }
}

/** Why a request failed, in a few words that hold nothing secret. */
export function problemWords(error: unknown): string {
  if (error instanceof DeliveryError) return error.message;
  if (error instanceof TimeoutError) return `no answer within ${error.timeoutMs} ms`;
  if (isCircuitOpenError(error)) return 'left alone after too many failures';
  return error instanceof Error && error.message === 'closing'
    ? 'the server was closed'
    : 'it could not be sent';
}
