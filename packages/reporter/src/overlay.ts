import type { Breaker, BreakerEvents, Mode } from '@cb/core';
import { LIMITS, type Registration, scrub } from '@cb/protocol';

type Said = Pick<Registration, 'version' | 'modeUntil' | 'modeBy' | 'modeNote'>;

/** What somebody laid over a breaker: until when, who and why; and how often mode or settings were changed. */
export class Overlay {
  version = 0;
  #mode: Mode;
  #until: number | undefined;
  #by: string | undefined;
  #note: string | undefined;

  constructor(breaker: Breaker, now: number) {
    this.#mode = breaker.mode;
    // A mode from before the breaker was seen has an end that only an export tells.
    const leftMs = this.#mode === 'auto' ? null : breaker.export().modeMs;
    if (leftMs !== null) this.#until = now + leftMs;
  }

  changed({ to, wallAt, forMs, by, note }: BreakerEvents['mode-changed']): void {
    this.version++;
    this.#mode = to;
    this.#until = forMs === undefined ? undefined : wallAt + forMs;
    this.#by = by;
    this.#note = note;
  }

  /** The mode has ended by itself, and nobody was told. */
  isOver(breaker: Breaker): boolean {
    return this.#mode !== 'auto' && breaker.mode === 'auto';
  }

  get end(): Pick<Said, 'version' | 'modeUntil'> {
    const said: Pick<Said, 'version' | 'modeUntil'> = { version: this.version };
    if (this.#until !== undefined) said.modeUntil = this.#until;
    return said;
  }

  get whole(): Said {
    const said: Said = this.end;
    if (this.#by) said.modeBy = scrub(this.#by, LIMITS.nameChars);
    if (this.#note) said.modeNote = scrub(this.#note);
    return said;
  }
}
