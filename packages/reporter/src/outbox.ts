import type { StateChange } from '@cb/protocol';

/** State changes that the server has not confirmed yet: bounded, in order, each sent until it is confirmed. */
export class Outbox {
  readonly #most: number;
  #changes: StateChange[] = [];
  #seq = 0;
  #lost = 0;

  /** @param most Changes kept, default 1,000. Beyond it only the latest of each breaker stay. */
  constructor(most = 1_000) {
    this.#most = most;
  }

  get size(): number {
    return this.#changes.length;
  }

  /** Changes that had to go before they were confirmed. */
  get lost(): number {
    return this.#lost;
  }

  /** Gives the change its number. */
  add(change: Omit<StateChange, 'seq'>): void {
    this.#changes.push({ ...change, seq: ++this.#seq });
    if (this.#changes.length > this.#most) this.#compact();
  }

  #compact(): void {
    const latest = new Map<number, StateChange>();
    for (const change of this.#changes) latest.set(change.id, change);
    // Three quarters at most, so that the next overflow is a while away.
    const kept = [...latest.values()].sort((a, b) => a.seq - b.seq).slice(-Math.ceil((this.#most * 3) / 4));
    this.#lost += this.#changes.length - kept.length;
    this.#changes = kept;
  }

  /** The oldest changes, as many as `take` accepts. */
  batch(take: (change: StateChange) => boolean): StateChange[] {
    const batch: StateChange[] = [];
    for (const change of this.#changes) {
      if (!take(change)) break;
      batch.push(change);
    }
    return batch;
  }

  /** The server holds everything up to `seq`. */
  confirm(seq: number): void {
    this.#changes = this.#changes.filter((change) => change.seq > seq);
  }
}
