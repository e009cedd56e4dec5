import type { Work } from '../subjects/subject.ts';

/** The guarded work under a live load: what was asked in one turn of the event loop is answered in a later one. */
export interface LiveWork {
  readonly run: Work;
  ran: number;
  /** Answers every call that waits; without it, calls are answered at once. */
  answer(): void;
}

/** 2 %, evenly. */
const ONE_FAILS_IN = 50;
const FAILURE = new Error('upstream failed');

export function createLiveWork(): LiveWork {
  let answered: Promise<unknown> = Promise.resolve();
  let answer = (): void => {};
  const live: LiveWork = {
    ran: 0,
    run: async () => {
      const fails = ++live.ran % ONE_FAILS_IN === 0;
      await answered;
      if (fails) throw FAILURE;
      return 1;
    },
    answer: () => {
      answer();
      answered = new Promise<void>((resolve) => {
        answer = resolve;
      });
    },
  };
  return live;
}
