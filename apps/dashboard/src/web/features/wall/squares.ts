import { LANE_RANK } from '@cb/protocol';
import { slugOf } from '../../lib/states.ts';
import type { RowView } from '../../live/row-view.ts';

/** More than these nobody tells apart from across a room. */
const MOST = 600;
/** Up to so many there is room for the larger sizes. */
const ROOMY = 40;
const DENSE = 200;

type Size = 'roomy' | 'middle' | 'dense';

export interface Wall {
  shown: readonly RowView[];
  /** Calm ones that are only counted. */
  more: number;
  size: Size;
}

/** Trouble first, then in the order of names: what is calm stays where it is, so that people find it again. */
export function wallOf(rows: readonly RowView[]): Wall {
  const sorted = [...rows].sort(
    (a, b) => rankOf(b) - rankOf(a) || compare(a.service, b.service) || compare(a.name, b.name),
  );
  const size = rows.length <= ROOMY ? 'roomy' : rows.length <= DENSE ? 'middle' : 'dense';
  return { shown: sorted.slice(0, MOST), more: Math.max(0, sorted.length - MOST), size };
}

/** What is closed stands together with what is silent only if both are calm: silence is worth a look. */
function rankOf({ code }: RowView): number {
  return slugOf(code) === 'closed' ? -1 : (LANE_RANK[code] ?? 0);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
