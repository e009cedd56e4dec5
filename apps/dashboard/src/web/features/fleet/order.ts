import { LANE_RANK } from '@cb/protocol';
import type { RowView } from '../../live/row-view.ts';

/** Trouble first. Only what changes with a state counts: an order by error rates would never stand still. */
export function byTrouble(a: RowView, b: RowView): number {
  const rank = (LANE_RANK[b.code] ?? 0) - (LANE_RANK[a.code] ?? 0);
  if (rank !== 0) return rank;
  if (a.opens !== b.opens) return b.opens - a.opens;
  if (a.service !== b.service) return a.service < b.service ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

/** Rows keep their places; what is gone leaves, what is new comes last. */
export function inHeldOrder(rows: readonly RowView[], held: readonly string[]): RowView[] {
  const place = new Map(held.map((key, i) => [key, i]));
  const at = (row: RowView) => place.get(row.key) ?? held.length;
  return [...rows].sort((a, b) => at(a) - at(b) || byTrouble(a, b));
}
