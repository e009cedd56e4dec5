import { type Breaker, consecutiveFailures, createBreaker, fixed } from '@cb/core';
import { exponential, type Pipeline, pipeline, rateLimit, retry, timeout } from '@cb/policies';
import type { Webhook } from './alert-rule.ts';
import { type Delivered, DeliveryError, postWebhook } from './post-webhook.ts';

/** How patient deliveries are. */
export interface Patience {
  /** Of one request, the first included. */
  attempts: number;
  /** Wait before the second attempt; doubles up to a minute. */
  firstWaitMs: number;
  /** Longest time in which attempts of one request begin. */
  totalMs: number;
  /** For one attempt. */
  attemptMs: number;
  /** Attempts that may begin at once after a rest, and how long it takes for one more. */
  burst: number;
  everyMs: number;
  /** Failures in a row after which the webhook is left alone, and for how long. */
  failures: number;
  restMs: number;
}

export const PATIENCE: Patience = {
  attempts: 10,
  firstWaitMs: 1_000,
  totalMs: 15 * 60_000,
  attemptMs: 10_000,
  burst: 5,
  everyMs: 1_000,
  failures: 5,
  restMs: 30_000,
};

/** Hears of each attempt. */
export interface AttemptHearer {
  begun(): void;
  failed(error: unknown): void;
}

/** The way to one webhook, with our own policies around it: they are meant for such neighbours. */
export class WebhookLine {
  readonly breaker: Breaker;
  readonly #webhook: Webhook;
  readonly #pipeline: Pipeline;
  readonly #now: () => number;

  /** @param now Wall clock, for signatures. */
  constructor(webhook: Webhook, now: () => number, patience: Patience = PATIENCE) {
    this.#webhook = webhook;
    this.#now = now;
    const name = `webhook ${new URL(webhook.url).host}`.slice(0, 200);
    this.breaker = createBreaker({
      name,
      openWhen: [consecutiveFailures(patience.failures)],
      stayOpen: fixed(patience.restMs, { jitterRatio: 0.2 }),
      probing: { probes: 1 },
    });
    this.#pipeline = pipeline(
      retry({
        name,
        attempts: patience.attempts,
        backoff: exponential({ firstMs: patience.firstWaitMs, maxMs: 60_000, jitter: 'equal' }),
        maxTotalMs: patience.totalMs,
        // The same address redirects the next time too.
        retryIf: (error) => (error instanceof DeliveryError && isRedirect(error) ? false : undefined),
      }),
      rateLimit({
        name,
        limit: 1,
        perMs: patience.everyMs,
        burst: patience.burst,
        waitMs: 10 * patience.everyMs,
      }),
      this.breaker,
      timeout(patience.attemptMs, { name }),
    );
  }

  /**
   * Sends a body until it is taken, in at most so many attempts.
   *
   * @throws what the last attempt failed with.
   */
  send(id: string, body: string, signal: AbortSignal, hearer: AttemptHearer): Promise<Delivered> {
    return this.#pipeline.execute(
      async (context) => {
        hearer.begun();
        try {
          return await postWebhook(this.#webhook, id, body, this.#now(), context.signal);
        } catch (error) {
          hearer.failed(error);
          throw error;
        }
      },
      { signal },
    );
  }
}

function isRedirect({ status }: DeliveryError): boolean {
  return status !== undefined && status >= 300 && status < 400;
}
