import type { LaneHistory as LaneAnswer } from '@cb/protocol';
import type { LaneHistory } from './history.ts';

/** What memory knows of a lane in a range; lane -1 is the row's own. */
export function laneAnswer(
  row: number,
  lane: number,
  history: LaneHistory,
  { from, to }: { from: number; to: number },
): LaneAnswer {
  const answer: LaneAnswer = { row, lane, segments: history.segments(from, to) };
  const minutes = history.minutes(from, to);
  if (minutes !== undefined) answer.minutes = minutes;
  return answer;
}
