import { median } from './measure/median.ts';
import type { Figures, Row } from './row.ts';

export interface Sample {
  readonly case: string;
  readonly subject: string;
  readonly figures: Figures;
}

/** Medians over the rounds, and the ratio to the bare call of the same case. */
export function rowsOf(samples: readonly Sample[]): Row[] {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const key = `${sample.case} ${sample.subject}`;
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  const rows = [...groups.values()].map(medians);
  const bare = new Map(rows.filter(({ subject }) => subject === 'bare').map((row) => [row.case, row]));
  return rows.map((row) => {
    const ours = compared(row);
    const theirs = compared(bare.get(row.case));
    return { ...row, ratioToBare: ours !== undefined && theirs ? ours / theirs : null };
  });
}

/** The figure of a row that is compared with the bare call's. */
function compared(row: Row | undefined): number | undefined {
  return row?.nsMedian ?? row?.eluPercent ?? row?.bytesPerCall;
}

function medians(samples: readonly Sample[]): Row {
  const first = samples[0] as Sample;
  const names = Object.keys(first.figures) as (keyof Figures)[];
  const each = Object.fromEntries(
    names.map((name) => {
      const values = samples.flatMap(({ figures }) => figures[name] ?? []);
      return [name, values.length === 0 ? null : median(values)];
    }),
  );
  const ns = samples.flatMap(({ figures }) => figures.nsMedian ?? []);
  return {
    case: first.case,
    subject: first.subject,
    nsMedian: null,
    ...each,
    ratioToBare: null,
    ...(ns.length > 1 ? { nsMin: Math.min(...ns), nsMax: Math.max(...ns) } : {}),
  };
}
