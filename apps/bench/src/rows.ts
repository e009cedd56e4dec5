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
  const bare = new Map(
    rows.flatMap((row) => (row.subject === 'bare' ? [[row.case, row.nsMedian] as const] : [])),
  );
  return rows.map((row) => {
    const base = bare.get(row.case);
    return { ...row, ratioToBare: row.nsMedian !== null && base ? row.nsMedian / base : null };
  });
}

function medians(samples: readonly Sample[]): Row {
  const first = samples[0] as Sample;
  const ns = samples.flatMap(({ figures }) => (figures.nsMedian === null ? [] : [figures.nsMedian]));
  return {
    case: first.case,
    subject: first.subject,
    ...first.figures,
    nsMedian: ns.length === 0 ? null : median(ns),
    ratioToBare: null,
    ...(ns.length > 1 ? { nsMin: Math.min(...ns), nsMax: Math.max(...ns) } : {}),
  };
}
