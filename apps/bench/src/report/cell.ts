import type { Row } from '../row.ts';

/** One figure as a person reads it: `63 ns (1.7×)`, `290 B / 410 B`, `0.0 %`. */
export function cell(row: Row | undefined): string {
  if (row === undefined) return '–';
  if (row.bytesIdle !== undefined)
    return `${bytes(row.bytesIdle)} / ${bytes(row.bytesAfter100Calls ?? Number.NaN)}`;
  const figure = mainFigure(row);
  const ratio = row.ratioToBare === null || row.subject === 'bare' ? '' : ` (${times(row.ratioToBare)})`;
  return `${figure}${ratio}`;
}

function mainFigure({ nsMedian, eluPercent, bytesPerCall, cpuPercent }: Row): string {
  if (nsMedian !== null) return duration(nsMedian);
  if (eluPercent !== undefined) return `${eluPercent.toFixed(1)} %`;
  if (bytesPerCall !== undefined) return bytes(bytesPerCall);
  return cpuPercent === undefined ? '–' : `${cpuPercent.toFixed(1)} %`;
}

/** What a row says beside its main figure: how far the rounds were apart, how a live load went. */
export function aside({ nsMin, nsMax, eluPercent, cpuPercent, lateMsP99, callsPerSecond }: Row): string {
  if (eluPercent !== undefined && cpuPercent !== undefined)
    return `CPU ${cpuPercent.toFixed(1)} %, timers late by ${lateMsP99?.toFixed(1)} ms (p99), ${callsPerSecond?.toFixed(0)} calls/s`;
  return nsMin === undefined || nsMax === undefined ? '' : `${Math.round(nsMin)} to ${Math.round(nsMax)}`;
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
