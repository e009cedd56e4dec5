import { LANE, LANE_RANK, type Lane } from '@cb/protocol';
import { count } from '../../lib/format.ts';
import { slugOf, wordOf } from '../../lib/states.ts';
import { flappingWords } from '../../lib/why.ts';
import type { RowView } from '../../live/row-view.ts';
import { isCalm } from './order.ts';

/** `service`, `tag:` and a key, or nothing. */
export type Grouping = '' | 'service' | `tag:${string}`;

export interface Group {
  name: string;
  /** In the order of the list. */
  rows: RowView[];
  /** Its rows by code, in order of code. */
  counts: [number, number, number, number, number];
  /** Worst of its rows, no data included. */
  code: Lane;
  /** Rows that are not closed, or were not within the last hour. */
  trouble: number;
  /** Opens in the last hour of the row that opened most. */
  opens: number;
}

export function groupNameOf(row: RowView, by: Grouping): string {
  return by === 'service' ? row.service : (row.tags[by.slice(4)] ?? '');
}

/** Rows by service or tag, in the order in which their first rows come. */
export function groupRows(rows: readonly RowView[], by: Grouping): Group[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const name = groupNameOf(row, by);
    let group = groups.get(name);
    if (!group) {
      group = { name, rows: [], counts: [0, 0, 0, 0, 0], code: LANE.closed, trouble: 0, opens: 0 };
      groups.set(name, group);
    }
    group.rows.push(row);
    group.counts[row.code]++;
    if ((LANE_RANK[row.code] ?? 0) > (LANE_RANK[group.code] ?? 0)) group.code = row.code;
    if (!isCalm(row)) group.trouble++;
    group.opens = Math.max(group.opens, row.opens);
  }
  return [...groups.values()];
}

/** Trouble first: the worst state, then how many rows are in it, then how often it opened. */
export function byGroupTrouble(a: Group, b: Group): number {
  const rank = (LANE_RANK[b.code] ?? 0) - (LANE_RANK[a.code] ?? 0);
  if (rank !== 0) return rank;
  const many = a.code === LANE.closed ? 0 : b.counts[b.code] - a.counts[a.code];
  return many || b.opens - a.opens || (a.name < b.name ? -1 : 1);
}

const TOLD = [LANE.open, LANE.halfOpen, LANE.isolated, LANE.noData] as const;

/** "1 open · 1 half-open", "flapping ×9", "all closed". */
export function groupWords({ counts, opens }: Group): string {
  const parts = TOLD.flatMap((code) =>
    counts[code] > 0 ? [`${count(counts[code])} ${wordOf(slugOf(code)).toLowerCase()}`] : [],
  );
  const flapping = flappingWords(opens);
  if (flapping) parts.push(flapping);
  return parts.length > 0 ? parts.join(' · ') : 'all closed';
}

/** What a group is called: rows without the tag have a group, too. */
export function groupTitle(name: string, by: Grouping): string {
  if (by === 'service') return name;
  return name === '' ? `no ${by.slice(4)}` : name;
}
