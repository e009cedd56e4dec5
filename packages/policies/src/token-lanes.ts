import type { Clock } from '@cb/core';
import type { Tools } from '@cb/core/kit';
import { after, type Cancel } from './timers.ts';
import { TokenBucket, type TokenRate } from './token-bucket.ts';
import { type Turn, WaitingLine } from './waiting-line.ts';

/** How many of the oldest keys a new one looks at: the work for a call stays the same however many keys there are. */
const LOOKED_AT = 8;

/** A bucket, and those who wait for its tokens. */
class Lane {
  readonly bucket: TokenBucket;
  /** Made for the first who waits: most keys never see one. */
  line: WaitingLine | undefined;
  cancel: Cancel | undefined;

  constructor(rate: TokenRate) {
    this.bucket = new TokenBucket(rate);
  }

  get queued(): number {
    return this.line === undefined ? 0 : this.line.size;
  }
}

/**
 * A token bucket and a waiting line for each key, in bounded memory. A token that falls due goes to whoever has waited
 * longest; nobody overtakes. One timer for each line, and none where nobody waits.
 */
export class TokenLanes {
  readonly #rate: TokenRate;
  readonly #maxKeys: number;
  readonly #tools: Tools;
  readonly #given: Clock | undefined;
  readonly #common: Lane;
  /** Least recently used first. */
  readonly #byKey = new Map<string, Lane>();
  /** How many wait, for all keys together. */
  queued = 0;

  constructor(rate: TokenRate, maxKeys: number, tools: Tools, given: Clock | undefined) {
    this.#rate = rate;
    this.#maxKeys = maxKeys;
    this.#tools = tools;
    this.#given = given;
    this.#common = new Lane(rate);
  }

  get keys(): number {
    return this.#byKey.size;
  }

  /** Takes a token, unless there is none or others wait for it. */
  take(key: string | undefined): boolean {
    const now = this.#tools.clock.now();
    const lane = this.#use(key, now);
    // The timer is late: those who wait come first all the same.
    if (lane.queued > 0 && lane.bucket.waitMs(now) === 0) this.#serve(lane);
    return lane.bucket.take(now);
  }

  /** How long the next to join would wait. */
  waitMs(key: string | undefined): number {
    const lane = this.#find(key);
    return lane === undefined ? 0 : lane.bucket.waitMs(this.#tools.clock.now(), lane.queued);
  }

  /** Whole tokens that calls without a key have. */
  get tokens(): number {
    return this.#common.bucket.tokens(this.#tools.clock.now());
  }

  /** Waits for a token; it is taken when the turn comes. */
  join(key: string | undefined, turn: Turn, signal: AbortSignal | undefined): void {
    const lane = this.#use(key, this.#tools.clock.now());
    lane.line ??= new WaitingLine();
    const come = (): void => {
      this.queued--;
      turn.come();
    };
    const gone = (reason: unknown): void => {
      this.queued--;
      if (lane.queued === 0) this.#rest(lane);
      turn.gone(reason);
    };
    lane.line.join({ come, gone }, signal);
    this.queued++;
    if (lane.cancel === undefined) this.#serve(lane);
  }

  /** Hands out the tokens that are due, and comes again for the next. */
  #serve(lane: Lane): void {
    const { clock } = this.#tools;
    while (lane.queued > 0 && lane.bucket.take(clock.now())) lane.line?.next();
    // Also where a call that has just begun joined the line, and set the timer, itself.
    this.#rest(lane);
    if (lane.queued === 0) return;
    // Hosts cut a fraction of a millisecond off: too early, and it would have to come twice.
    const waitMs = Math.ceil(lane.bucket.waitMs(clock.now()));
    lane.cancel = after(waitMs, () => this.#serve(lane), this.#tools, this.#given);
  }

  #rest(lane: Lane): void {
    lane.cancel?.();
    lane.cancel = undefined;
  }

  #find(key: string | undefined): Lane | undefined {
    return key === undefined ? this.#common : this.#byKey.get(key);
  }

  #use(key: string | undefined, now: number): Lane {
    if (key === undefined) return this.#common;
    let lane = this.#byKey.get(key);
    if (lane !== undefined) this.#byKey.delete(key);
    else {
      this.#makeRoom(now);
      lane = new Lane(this.#rate);
    }
    this.#byKey.set(key, lane);
    return lane;
  }

  /**
   * Forgets what costs nothing to forget, and if need be what costs least. Those who wait in a lane that had to go are
   * still served by it.
   */
  #makeRoom(now: number): void {
    let oldest: string | undefined;
    let left = LOOKED_AT;
    for (const [key, lane] of this.#byKey) {
      if (lane.queued === 0) {
        if (lane.bucket.isFull(now)) this.#byKey.delete(key);
        else oldest ??= key;
      }
      if (--left === 0) break;
    }
    if (this.#byKey.size < this.#maxKeys) return;
    oldest ??= this.#byKey.keys().next().value as string;
    this.#byKey.delete(oldest);
  }
}
