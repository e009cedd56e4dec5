import { LANE, LANE_RANK } from '@cb/protocol';
import type { RowView } from '../../live/row-view.ts';

export type Sort = 'trouble' | 'name' | 'changed' | 'opens' | 'refused';

/** Places in an order that was worked out elsewhere; not every row has one. */
export type Places = ReadonlyMap<number, number>;

/** Closed, and has been for an hour at least. */
export function isCalm({ code, opens }: RowView): boolean {
  return code === LANE.closed && opens === 0;
}

/** Trouble first. Only what changes with a state counts: an order by error rates would never stand still. */
export function byTrouble(a: RowView, b: RowView): number {
  const rank = (LANE_RANK[b.code] ?? 0) - (LANE_RANK[a.code] ?? 0);
  return rank === 0 ? b.opens - a.opens : rank;
}

/**
 * Rows in the order asked for. They come by name, and all sorting keeps that where nothing else decides.
 *
 * @param top Places of the rows that the server found to have most of what is sorted by.
 */
export function orderRows(rows: readonly RowView[], sort: Sort, top?: Places): readonly RowView[] {
  if (sort === 'name') return rows;
  if (sort === 'changed') return rows.toSorted((a, b) => b.since - a.since);
  const trouble = troubleFirst(rows);
  return sort === 'trouble' || top === undefined ? trouble : inPlaces(trouble, top);
}

/** Of thousands a few are in trouble: only those have to be sorted. */
function troubleFirst(rows: readonly RowView[]): RowView[] {
  const trouble: RowView[] = [];
  const calm: RowView[] = [];
  for (const row of rows) (isCalm(row) ? calm : trouble).push(row);
  return [...trouble.sort(byTrouble), ...calm];
}

/** Rows with a place in its order, then the others. */
function inPlaces(rows: readonly RowView[], places: Places): RowView[] {
  const placed: (RowView | undefined)[] = Array.from({ length: places.size });
  const others: RowView[] = [];
  for (const row of rows) {
    const place = places.get(row.row);
    if (place === undefined) others.push(row);
    else placed[place] = row;
  }
  return [...placed.filter((row) => row !== undefined), ...others];
}

export function placesOf(rows: readonly { row: number }[]): Places {
  return new Map(rows.map(({ row }, place) => [row, place]));
}
