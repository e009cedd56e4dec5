import type { Reply } from './reply.ts';

/** How old an answer may be, and how many are kept. */
const FRESH_MS = 1_000;
const MOST = 32;

/** Answers that cost something, made once a second at most for all who ask the same, those that are being made included. */
export class FreshReplies {
  readonly #held: Map<string, { at: number; reply: Promise<Reply> }> = new Map();

  read(key: string, now: number, make: () => Promise<Reply>): Promise<Reply> {
    const held = this.#held.get(key);
    if (held !== undefined && Math.abs(now - held.at) < FRESH_MS) return held.reply;
    const reply = make();
    this.#held.delete(key);
    this.#held.set(key, { at: now, reply });
    for (const oldest of this.#held.keys()) {
      if (this.#held.size <= MOST) break;
      this.#held.delete(oldest);
    }
    reply.catch(() => this.#held.delete(key));
    return reply;
  }
}
