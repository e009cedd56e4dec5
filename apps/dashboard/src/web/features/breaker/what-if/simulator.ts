import type { Config } from '../../../lib/breaker-config.ts';
import type { Range } from './decode-trace.ts';
import type { Answer, Question } from './messages.ts';
import type { LaneData, Outcome, OutcomeBounds } from './simulation.ts';

/** What is known of the newest question. */
export interface Simulated {
  /** Also while a newer question is being answered: the screen does not flicker. */
  outcome: Outcome | undefined;
  bounds: OutcomeBounds | undefined;
  /** What is wrong with the configuration, in words. */
  refused: string | undefined;
  tookMs: number;
}

export const NOTHING_SIMULATED: Simulated = {
  outcome: undefined,
  bounds: undefined,
  refused: undefined,
  tookMs: 0,
};

/** The page's side of the worker: one question at a time, and of those that wait only the newest. */
export class Simulator {
  readonly #worker: Worker;
  readonly #changed: (state: Simulated) => void;
  #state: Simulated = NOTHING_SIMULATED;
  #job = 0;
  #busy = false;
  #loaded: { inForce: Config; data: LaneData[]; range: Range } | undefined;
  /** Whether the worker has what was loaded last. */
  #sent = false;
  #candidate: Config | undefined;
  #asked: Config | undefined;

  constructor(changed: (state: Simulated) => void) {
    this.#changed = changed;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.#worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => this.#hear(data));
    this.#worker.addEventListener('error', () => {
      this.#set({ refused: 'This browser does not let the page simulate: its worker could not start.' });
    });
  }

  load(inForce: Config, data: LaneData[], range: Range): void {
    this.#loaded = { inForce, data, range };
    this.#sent = false;
    this.#asked = undefined;
    this.#next();
  }

  play(candidate: Config): void {
    this.#candidate = candidate;
    this.#next();
  }

  close(): void {
    this.#worker.terminate();
  }

  #next(): void {
    const candidate = this.#candidate;
    if (this.#busy || this.#loaded === undefined || candidate === undefined) return;
    if (this.#sent && this.#asked === candidate) return;
    this.#busy = true;
    this.#asked = candidate;
    const job = ++this.#job;
    const question: Question = this.#sent
      ? { kind: 'play', job, candidate }
      : { kind: 'load', job, candidate, ...this.#loaded };
    this.#sent = true;
    this.#worker.postMessage(question);
  }

  #hear(answer: Answer): void {
    if (answer.job !== this.#job) return;
    if (answer.kind === 'bounds') {
      this.#set({ bounds: answer.bounds });
      return;
    }
    this.#busy = false;
    if (answer.kind === 'refused') this.#set({ refused: answer.message, bounds: undefined });
    else
      this.#set({
        outcome: answer.outcome,
        tookMs: answer.tookMs,
        refused: undefined,
        bounds: undefined,
      });
    this.#next();
  }

  #set(more: Partial<Simulated>): void {
    this.#state = { ...this.#state, ...more };
    this.#changed(this.#state);
  }
}
