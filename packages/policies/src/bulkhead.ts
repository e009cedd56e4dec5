import { isRejectedError } from '@cb/core';
import { checkCount, checkKeys, checkMs, stackless } from '@cb/core/kit';
import {
  type AdaptiveConfig,
  type AdaptiveOptions,
  adaptiveConfig,
  firstLimit,
  type LimitState,
  nextLimit,
} from './adaptive-limit.ts';
import type { CallContext } from './context.ts';
import { BulkheadFullError, BulkheadTimeoutError } from './errors.ts';
import type { Journey } from './journey.ts';
import { patientlyAfter } from './patient-timer.ts';
import {
  BasePolicy,
  type Policy,
  type PolicyEvent,
  type PolicyOptions,
  type PolicySnapshot,
} from './policy.ts';
import { WaitingLine } from './waiting-line.ts';

export interface BulkheadOptions extends PolicyOptions {
  /**
   * Calls that may be under way at once: a whole number from 1 to 1,000,000. Smaller protects the other side, and this
   * one's memory and sockets, more; larger lets more through. With `adaptive`, where the limit begins.
   */
  concurrent: number;
  /** Calls that may wait for a place, first come first served: a whole number, 0 or more. @default 0 */
  queue?: number | undefined;
  /** How long a call waits at most: milliseconds, above 0. @default as long as its signal lets it */
  queueTimeoutMs?: number | undefined;
  /** Lets the limit follow the latency. @default the limit stays */
  adaptive?: AdaptiveOptions | undefined;
}

export interface BulkheadEvents {
  /** Every place is taken: the call waits. `queued` calls do, itself included. */
  queued: PolicyEvent & { readonly key: string | undefined; readonly queued: number };
  /** The call did not run. */
  refused: PolicyEvent & { readonly key: string | undefined; readonly reason: 'full' | 'queue-timeout' };
  /** An adaptive limit has moved, by whole calls. */
  'limit-changed': PolicyEvent & { readonly from: number; readonly to: number };
}

/**
 * At most `concurrent` calls at once, and at most `queue` waiting. A call keeps its place until its own promise settles: put
 * it inside a `timeout`, and a call that was given up but still runs keeps its place as long as it does.
 *
 * @throws RangeError or TypeError for a wrong option, at once.
 * @throws BulkheadFullError (`code: 'ERR_BULKHEAD_FULL'`), BulkheadTimeoutError (`code: 'ERR_BULKHEAD_TIMEOUT'`) from
 * `execute`: the call did not run. The reason of the signal where it is aborted before the call's turn.
 * @example
 * const reports = bulkhead({ concurrent: 10, queue: 50, queueTimeoutMs: 2_000 });
 * const report = await reports.execute(({ signal }) => fetch(url, { signal }));
 */
export function bulkhead(options: BulkheadOptions): Policy<never, BulkheadEvents> {
  return new Bulkhead(options);
}

interface Config {
  readonly concurrent: number;
  readonly queue: number;
  readonly queueTimeoutMs: number | undefined;
  readonly adaptive: AdaptiveConfig | undefined;
}

class Bulkhead extends BasePolicy<never, BulkheadEvents> {
  readonly #config: Config;
  readonly #given: PolicyOptions['clock'];
  readonly #line = new WaitingLine();
  #adaptive: LimitState | undefined;
  #limit: number;
  #inFlight = 0;
  readonly #counts = { succeeded: 0, failed: 0, refused: 0, queued: 0, queueTimedOut: 0, cancelled: 0 };

  constructor(options: BulkheadOptions) {
    checkKeys('bulkhead', options, KNOWN);
    super('bulkhead', options);
    this.#config = configOf(options);
    this.#given = options.clock;
    this.#limit = this.#config.concurrent;
    if (this.#config.adaptive !== undefined) this.#adaptive = firstLimit(this.#limit);
  }

  run<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    const { caller } = context;
    if (caller?.aborted) return Promise.reject(caller.reason as Error);
    if (this.#inFlight < this.#limit && this.#line.size === 0) return this.#start(journey, at, context);
    if (this.#line.size < this.#config.queue) return this.#queue(journey, at, context);
    this.#counts.refused++;
    this.tell('refused', { key: context.key, reason: 'full' });
    return Promise.reject(stackless(() => new BulkheadFullError(this.name, this.#limit, this.#line.size)));
  }

  #start<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    this.#inFlight++;
    if (this.#adaptive !== undefined) return this.#startMeasured(journey, at, context);
    return journey.proceed(at + 1, context).then(this.#succeed, this.#fail);
  }

  // Made once: a call that needs no measuring costs no closure.
  readonly #succeed = <T>(value: T): T => {
    this.#counts.succeeded++;
    this.#leave();
    return value;
  };

  readonly #fail = (error: unknown): never => {
    this.#counts.failed++;
    this.#leave();
    throw error;
  };

  #startMeasured<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    const inFlight = this.#inFlight;
    const beganAt = this.tools.clock.now();
    return journey.proceed(at + 1, context).then(
      (value) => {
        this.#learn({ beganAt, inFlight, failed: false });
        return this.#succeed(value);
      },
      (error: unknown) => {
        // It did not run, or it was ended by will: how long that took says nothing about the other side.
        const says = !isRejectedError(error) && context.caller?.aborted !== true;
        if (says) this.#learn({ beganAt, inFlight, failed: true });
        return this.#fail(error);
      },
    );
  }

  #learn(began: { beganAt: number; inFlight: number; failed: boolean }): void {
    const sample = { ...began, endedAt: this.tools.clock.now() };
    const { adaptive } = this.#config;
    this.#adaptive = nextLimit(this.#adaptive as LimitState, sample, adaptive as AdaptiveConfig);
    const from = this.#limit;
    this.#limit = Math.floor(this.#adaptive.limit);
    if (this.#limit !== from) this.tell('limit-changed', { from, to: this.#limit });
  }

  /** Its place goes to whoever has waited longest; to several where the limit has grown, to nobody where it has shrunk. */
  #leave(): void {
    this.#inFlight--;
    while (this.#inFlight < this.#limit && this.#line.next());
  }

  #queue<T>(journey: Journey<T>, at: number, context: CallContext): Promise<T> {
    const { signal, key } = context;
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    return new Promise((resolve, reject) => {
      // The call begins inside its turn, so that nobody can come between a place and its use.
      const come = (): void => {
        cancel?.();
        resolve(this.#start(journey, at, context));
      };
      const gone = (reason: unknown): void => {
        cancel?.();
        this.#counts.cancelled++;
        reject(reason as Error);
      };
      const expire = (): void => {
        place.leave();
        reject(this.#timedOut(key));
      };
      const place = this.#line.join({ come, gone }, signal);
      const { queueTimeoutMs: ms } = this.#config;
      const cancel = ms === undefined ? undefined : patientlyAfter(ms, expire, this.tools, this.#given);
      this.#counts.queued++;
      this.tell('queued', { key, queued: this.#line.size });
    });
  }

  #timedOut(key: string | undefined): BulkheadTimeoutError {
    this.#counts.queueTimedOut++;
    this.tell('refused', { key, reason: 'queue-timeout' });
    const { queueTimeoutMs = 0 } = this.#config;
    return stackless(() => new BulkheadTimeoutError(this.name, queueTimeoutMs));
  }

  snapshot(): PolicySnapshot {
    const { queueTimeoutMs, adaptive, ...always } = this.#config;
    return {
      kind: this.kind,
      name: this.name,
      counts: { ...this.#counts },
      gauges: { inFlight: this.#inFlight, queued: this.#line.size, limit: this.#limit },
      config: {
        ...always,
        ...(queueTimeoutMs === undefined ? {} : { queueTimeoutMs }),
        ...(adaptive === undefined ? {} : { adaptive: { ...adaptive } }),
      },
    };
  }
}

const KNOWN = ['concurrent', 'queue', 'queueTimeoutMs', 'adaptive', 'name', 'clock', 'random', 'onError'];

function configOf({ concurrent, queue = 0, queueTimeoutMs, adaptive }: BulkheadOptions): Config {
  checkCount('bulkhead concurrent', concurrent);
  checkCount('bulkhead queue', queue, 0);
  if (queueTimeoutMs !== undefined) {
    checkMs('bulkhead queueTimeoutMs', queueTimeoutMs);
    if (queue === 0) throw new RangeError('bulkhead queueTimeoutMs does nothing without a queue');
  }
  return {
    concurrent,
    queue,
    queueTimeoutMs,
    adaptive: adaptive === undefined ? undefined : adaptiveConfig(adaptive, concurrent),
  };
}
