import type { Transition } from '@cb/core/simulate';
import type { RecordedChange } from './recording.ts';

/** Clocks are told in ticks of a microsecond; a result moves nothing by more than this. */
const RESULT_MS = 0.1;
/**
 * A timer announces the end of an open time, and comes as late as a busy process lets it. A call that came first would have
 * ended it: nothing was decided meanwhile.
 */
const TIMER_MS = 5_000;
const BY_TIME: ReadonlySet<string> = new Set(['open-time-over', 'probing-too-long']);

/**
 * Whether a replay of the settings in force makes the very changes that were made: from what to what, why, and when. Undefined
 * where it cannot be expected to, because somebody changed the settings or laid a hand on the breaker.
 */
export function isExplained(
  replayed: readonly Transition[],
  recorded: readonly RecordedChange[],
  to: number,
): boolean | undefined {
  if (recorded.some(({ kind, why }) => kind !== 'state' || BY_OTHERS.has(why.rule))) return undefined;
  // What time alone brings at the very end may be announced behind it.
  const expected = replayed.filter(({ at }) => at <= to);
  const last = expected.at(-1);
  if (
    last !== undefined &&
    expected.length === recorded.length + 1 &&
    BY_TIME.has(last.why.rule) &&
    to - last.at < TIMER_MS
  )
    expected.pop();
  return (
    expected.length === recorded.length && expected.every((change, i) => isSameChange(change, recorded[i]))
  );
}

const BY_OTHERS: ReadonlySet<string> = new Set(['reset', 'probe-now', 'told-to-open', 'custom', 'restored']);

function isSameChange(replayed: Transition, recorded: RecordedChange | undefined): boolean {
  if (recorded === undefined || replayed.from !== recorded.from || replayed.to !== recorded.to) return false;
  if (replayed.why.rule !== recorded.why.rule) return false;
  return Math.abs(replayed.at - recorded.at) <= (BY_TIME.has(replayed.why.rule) ? TIMER_MS : RESULT_MS);
}
