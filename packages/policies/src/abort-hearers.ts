/** Told when a signal is aborted. */
export interface AbortHearer {
  handleEvent(): void;
}

/**
 * One listener on a signal for all who want to hear of it. A signal that many calls share, say the one of a shutdown, would
 * warn of a leak at the eleventh, and look through all of its listeners whenever one comes or goes.
 */
class Hearers {
  readonly #signal: AbortSignal;
  readonly #all = new Set<AbortHearer>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(hearer: AbortHearer): void {
    if (this.#all.size === 0) this.#signal.addEventListener('abort', this, { once: true });
    this.#all.add(hearer);
  }

  remove(hearer: AbortHearer): void {
    if (this.#all.delete(hearer) && this.#all.size === 0) this.#signal.removeEventListener('abort', this);
  }

  /** The signal was aborted. Who leaves while others are told is not told any more. */
  handleEvent(): void {
    for (const hearer of this.#all) hearer.handleEvent();
  }
}

const HEARERS = new WeakMap<AbortSignal, Hearers>();

/** Tells `hearer`, once, when `signal` is aborted. A signal that is aborted already tells nobody. */
export function onAbort(signal: AbortSignal | undefined, hearer: AbortHearer): void {
  if (signal === undefined || signal.aborted) return;
  let hearers = HEARERS.get(signal);
  if (hearers === undefined) {
    hearers = new Hearers(signal);
    HEARERS.set(signal, hearers);
  }
  hearers.add(hearer);
}

/** Takes it off again. Harmless where it has been told, or never came. */
export function offAbort(signal: AbortSignal | undefined, hearer: AbortHearer): void {
  if (signal !== undefined) HEARERS.get(signal)?.remove(hearer);
}
