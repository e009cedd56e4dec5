import { Problem } from './problem.ts';
import { createReader, type Reading } from './reader.ts';
import type { Source } from './source.ts';

const SELDOMEST_MS = 60_000;

/** What is told after each attempt. */
export interface Heard {
  /** The newest reading; none where none was made yet. */
  reading: Reading | undefined;
  /** The present by the dashboard's clock, as far as it is known. */
  now: number;
  /** Why this attempt failed. */
  problem: string | undefined;
}

/** Asks again and again, while the page can be seen; more and more seldom where it fails. Answers how to stop it. */
export function follow(source: Source, tell: (heard: Heard) => void): () => void {
  const reader = createReader(source);
  let reading: Reading | undefined;
  let aheadMs = 0;
  let failures = 0;
  let stopped = false;
  let over = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let running: AbortController | undefined;

  async function attempt(): Promise<void> {
    const mine = new AbortController();
    running = mine;
    let problem: string | undefined;
    try {
      const read = await reader.read(mine.signal);
      if (mine.signal.aborted) return;
      reading = read;
      problem = read.problem;
      aheadMs = read.now - Date.now();
      failures = 0;
    } catch (error) {
      if (mine.signal.aborted) return;
      problem = error instanceof Problem ? error.message : 'The timeline could not be read.';
      // A wrong token is counted as a guess: who goes on guessing is made to wait, and others at the same address too.
      over = error instanceof Problem && error.final;
      failures++;
    }
    running = undefined;
    const slower = Math.min(Math.max(SELDOMEST_MS, source.refreshMs), source.refreshMs * 2 ** failures);
    if (!over) timer = setTimeout(() => void attempt(), failures === 0 ? source.refreshMs : slower);
    tell({ reading, now: failures === 0 && reading ? reading.now : Date.now() + aheadMs, problem });
  }

  function rest(): void {
    clearTimeout(timer);
    running?.abort();
    running = undefined;
  }

  function look(): void {
    rest();
    if (!stopped && !over && document.visibilityState !== 'hidden') void attempt();
  }

  document.addEventListener('visibilitychange', look);
  look();
  return () => {
    stopped = true;
    document.removeEventListener('visibilitychange', look);
    rest();
  };
}
