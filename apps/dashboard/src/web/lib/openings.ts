/** A breaker that opened, as it is said aloud. */
export interface Opening {
  name: string;
  service: string;
  why: string;
}

/** Several that open together are said in one sentence. */
const GATHER_MS = 1_500;
/** Nobody listens to a sentence that the next one cuts off. */
const PAUSE_MS = 8_000;
/** More names than this are a number. */
const MOST_NAMES = 3;
/** Kept while waiting; of more than these only the number is said. */
const MOST_HELD = 100;

export interface Timers {
  set: (run: () => void, ms: number) => void;
  now: () => number;
}

/** Tells of openings, gathered and not too often: hundreds at once are one sentence. */
export function createOpeningSpeaker(
  say: (text: string) => void,
  timers: Timers,
): { add: (opening: Opening) => void } {
  let held: Opening[] = [];
  let more = 0;
  let waiting = false;
  let saidAt = Number.NEGATIVE_INFINITY;
  const speak = () => {
    waiting = false;
    saidAt = timers.now();
    say(openingWords(held, more));
    held = [];
    more = 0;
  };
  return {
    add(opening) {
      if (held.length < MOST_HELD) held.push(opening);
      else more++;
      if (waiting) return;
      waiting = true;
      timers.set(speak, Math.max(GATHER_MS, saidAt + PAUSE_MS - timers.now()));
    },
  };
}

export function openingWords(openings: readonly Opening[], more = 0): string {
  const [first] = openings;
  const n = openings.length + more;
  if (!first) return '';
  if (n === 1) return `${first.name} of ${first.service} opened${first.why ? `: ${first.why}` : ''}.`;
  const names = [...new Set(openings.map(({ name }) => name))];
  return n <= MOST_NAMES ? `${n} breakers opened: ${names.join(', ')}.` : `${n} breakers opened.`;
}
