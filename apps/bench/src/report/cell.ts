import type { Row } from '../row.ts';

/** One figure as a person reads it: `63 ns (1.7×)`, `290 B / 410 B`, `0.0 %`. */
export function cell(row: Row | undefined): string {
  if (row === undefined) return '–';
  if (row.bytesIdle !== undefined)
    return `${bytes(row.bytesIdle)} / ${bytes(row.bytesAfter100Calls ?? Number.NaN)}`;
  if (row.cpuPercent !== undefined) return `${row.cpuPercent.toFixed(1)} %`;
  if (row.nsMedian === null) return '–';
  const ratio = row.ratioToBare === null || row.subject === 'bare' ? '' : ` (${times(row.ratioToBare)})`;
  return `${duration(row.nsMedian)}${ratio}`;
}

export function times(ratio: number): string {
  return `${ratio.toFixed(ratio < 10 ? 2 : 0)}×`;
}

function duration(ns: number): string {
  if (ns < 100) return `${ns.toFixed(1)} ns`;
  if (ns < 10_000) return `${Math.round(ns)} ns`;
  return `${(ns / 1_000).toFixed(ns < 100_000 ? 1 : 0)} µs`;
}

export function bytes(count: number): string {
  return `${Math.round(count).toLocaleString('en')} B`;
}
