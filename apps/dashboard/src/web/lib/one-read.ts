import { getReplay } from './replay.ts';

type Read = (signal: AbortSignal) => Promise<unknown>;

/**
 * One question to the server at a time: the newest counts, and an older one is given up. A replay asks anew every second,
 * so there the older one may finish first: else a server that takes longer would never be heard.
 */
export class OneRead {
  #abort: AbortController | undefined;
  #next: Read | undefined;

  /** @param read Never rejects. What it does with an answer after `signal` was aborted is up to it. */
  start(read: Read): void {
    if (this.#abort && getReplay()?.playing) {
      this.#next = read;
      return;
    }
    this.stop();
    const abort = new AbortController();
    this.#abort = abort;
    void read(abort.signal).finally(() => {
      if (this.#abort !== abort) return;
      this.#abort = undefined;
      const next = this.#next;
      this.#next = undefined;
      if (next) this.start(next);
    });
  }

  stop(): void {
    this.#abort?.abort();
    this.#abort = undefined;
    this.#next = undefined;
  }
}
