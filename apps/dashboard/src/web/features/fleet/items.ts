import type { RowView } from '../../live/row-view.ts';
import { byGroupTrouble, type Group, type Grouping, groupRows } from './groups.ts';
import { isCalm, orderRows, type Places, type Sort } from './order.ts';

/** One line of the list. */
export type Item =
  | { kind: 'group'; key: string; group: Group; folded: boolean }
  | { kind: 'row'; key: string; row: number }
  /** Calm rows of a group that are not shown. */
  | { kind: 'rest'; key: string; group: string; count: number };

/** From so many calm rows on only the first few of a group are shown: a service of hundreds must not hide the next one. */
const CALM = { most: 12, shown: 5 };

interface Folds {
  /** Groups of which only the head is shown. */
  folded: (name: string) => boolean;
  /** Groups of which every calm row is shown. */
  whole: (name: string) => boolean;
}

export interface Arrangement extends Folds {
  sort: Sort;
  /** Places of rows where the server worked out the order. */
  top: Places | undefined;
  group: Grouping;
}

/** The lines of the list, in order. */
export function arrange(rows: readonly RowView[], { sort, top, group, ...folds }: Arrangement): Item[] {
  const ordered = orderRows(rows, sort, top);
  if (group === '') return ordered.map(itemOf);
  const groups = groupRows(ordered, group);
  return groupItems(sort === 'trouble' ? groups.sort(byGroupTrouble) : groups, folds);
}

/**
 * The same lines as before, although the rows changed: what is gone leaves, what is new comes last, and heads of groups
 * count anew.
 */
export function carryOn(
  before: readonly Item[],
  known: ReadonlySet<number>,
  rows: readonly RowView[],
  by: Grouping,
): Item[] {
  const listed = new Set(rows.map(({ row }) => row));
  const groups = new Map(by === '' ? [] : groupRows(rows, by).map((group) => [group.name, group]));
  const items = before.flatMap((item): Item[] => {
    if (item.kind === 'row') return listed.has(item.row) ? [item] : [];
    if (item.kind === 'rest') return groups.has(item.group) ? [item] : [];
    const group = groups.get(item.group.name);
    return group ? [{ ...item, group }] : [];
  });
  for (const row of rows) if (!known.has(row.row)) items.push(itemOf(row));
  return items;
}

function itemOf({ row }: RowView): Item {
  return { kind: 'row', key: `r${row}`, row };
}

/** Heads of groups with their rows below them. */
function groupItems(groups: readonly Group[], { folded, whole }: Folds): Item[] {
  const items: Item[] = [];
  for (const group of groups) {
    const { name, rows } = group;
    items.push({ kind: 'group', key: `g${name}`, group, folded: folded(name) });
    if (folded(name)) continue;
    const calm = rows.length - group.trouble;
    const shortened = calm > CALM.most && !whole(name);
    let left = shortened ? CALM.shown : rows.length;
    for (const row of rows) {
      if (shortened && isCalm(row) && left-- <= 0) continue;
      items.push(itemOf(row));
    }
    if (shortened) items.push({ kind: 'rest', key: `m${name}`, group: name, count: calm - CALM.shown });
  }
  return items;
}
