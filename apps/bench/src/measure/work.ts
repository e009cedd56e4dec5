import type { Work } from '../subjects/subject.ts';

/** The guarded work, its switch and its counter: the counter shows that a closed circuit called and an open one did not. */
export interface Switch {
  readonly run: Work;
  /** The same without a promise. */
  readonly runSync: Work;
  ran: number;
  fails: boolean;
}

/** One error for all failures: making one costs more than most breakers. */
const FAILURE = new Error('upstream failed');

export function createWork(): Switch {
  const work: Switch = {
    ran: 0,
    fails: false,
    run: async () => {
      work.ran++;
      if (work.fails) throw FAILURE;
      return 1;
    },
    runSync: () => {
      work.ran++;
      if (work.fails) throw FAILURE;
      return 1;
    },
  };
  return work;
}
