import type { HistoryStore } from '../history-store.ts';

/** Every method of a store: what can be asked of a worker. */
export type Method = Exclude<keyof HistoryStore, 'name'>;

export interface Question {
  readonly id: number;
  readonly method: Method;
  readonly argument: unknown;
}

export interface Answer {
  readonly id: number;
  readonly value?: unknown;
  /** In a sentence, where it failed. */
  readonly problem?: string;
}
