import { saysWhy } from '../../lib/why.ts';
import { shownRow } from '../../live/live.ts';
import type { Item } from './items.ts';

interface Look {
  card: boolean;
  compact: boolean;
}

const ROW = { comfortable: 30, compact: 22 };
/** A card with a line that says why, one that has nothing to say, and the head of a group over cards. */
const CARD = { long: 104, short: 84, group: 62, rest: 36 };
/** Middle of the lane within a card, and within the head of a group over cards. */
const CARD_LANE = { row: 44, group: 46 };

/**
 * Where each line of the list begins, and where the last one ends.
 *
 * @param before Answered again where nothing moved, so that nothing is laid out anew.
 */
export function heightsOf(
  items: readonly Item[],
  look: Look,
  before: Float64Array | undefined,
): Float64Array {
  const tops = new Float64Array(items.length + 1);
  let top = 0;
  items.forEach((item, i) => {
    tops[i] = top;
    top += heightOf(item, look);
  });
  tops[items.length] = top;
  return before?.length === tops.length && tops.every((each, i) => each === before[i]) ? before : tops;
}

function heightOf(item: Item, { card, compact }: Look): number {
  if (!card) return compact ? ROW.compact : ROW.comfortable;
  if (item.kind !== 'row') return CARD[item.kind];
  const view = shownRow(item.row);
  return view && saysWhy(view) ? CARD.long : CARD.short;
}

/** Middle of the lane below the top of its line. */
export function laneOffset(item: Item, { card, compact }: Look): number {
  if (card) return item.kind === 'group' ? CARD_LANE.group : CARD_LANE.row;
  return (compact ? ROW.compact : ROW.comfortable) / 2;
}
