import { createHash } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  asSample,
  type BreakerKey,
  type ChartRecord,
  keyOf,
  type SampleRecord,
  takesPlaceOf,
} from '../records.ts';

/** One file a breaker: a chart is read without looking at those of others. Its name says nothing; its first line does. */
function fileOf(dir: string, of: BreakerKey): string {
  return join(dir, `${createHash('sha256').update(keyOf(of)).digest('hex').slice(0, 24)}.ndjson`);
}

/** Appends samples, each on a line of its own that begins where the last one ended, torn or not. Answers the bytes. */
export function appendCharts(dir: string, samples: readonly ChartRecord[]): number {
  if (!existsSync(dir)) mkdirSync(dir);
  const texts = new Map<string, string>();
  for (const sample of samples) {
    const file = fileOf(dir, sample);
    const before = texts.get(file) ?? (existsSync(file) ? '' : toHeader(sample));
    texts.set(file, `${before}\n${toNumbers(sample)}`);
  }
  let bytes = 0;
  for (const [file, text] of texts) {
    appendFileSync(file, text);
    bytes += Buffer.byteLength(text);
  }
  return bytes;
}

function toHeader({ service, name }: BreakerKey): string {
  return JSON.stringify({ service, name });
}

/** Ends the line of what was never told to be over. */
const UNDER_WAY = 1;

export function toNumbers(chart: ChartRecord): string {
  const { t, ms, ok, fail, slow, ignored, rejected, stale, inFlight, failureRatio, hist } = chart;
  const numbers = [t, ms, ok, fail, slow, ignored, rejected, stale, inFlight, failureRatio, hist];
  return JSON.stringify(chart.kind === 'sample' ? numbers : [...numbers, UNDER_WAY]);
}

/** Everything in a breaker's file; nothing where there is none. Lines that were torn are left out. */
export function readChart(dir: string, of: BreakerKey): ChartRecord[] {
  const file = fileOf(dir, of);
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .flatMap((line) => fromNumbers(line, of) ?? []);
}

export function fromNumbers(line: string, { service, name }: BreakerKey): ChartRecord | undefined {
  if (!line.startsWith('[')) return undefined;
  try {
    const numbers = JSON.parse(line) as number[];
    const [t = 0, ms = 0, ok = 0, fail = 0, slow = 0, ignored = 0, rejected = 0, stale = 0] = numbers;
    const [inFlight = 0, failureRatio = 0] = numbers.slice(8);
    const hist = numbers[10] as unknown;
    if (!Array.isArray(hist) || !Number.isFinite(t)) return undefined;
    const kind = numbers[11] === UNDER_WAY ? 'under-way' : 'sample';
    const counts = { ok, fail, slow, ignored, rejected, stale };
    return { kind, t, ms, service, name, ...counts, inFlight, failureRatio, hist };
  } catch {
    return undefined;
  }
}

/** One for each moment, in order of time. */
export function samplesOf(charts: readonly ChartRecord[]): SampleRecord[] {
  const byMoment = new Map<number, ChartRecord>();
  for (const chart of charts) {
    if (takesPlaceOf(chart, byMoment.get(chart.t))) byMoment.set(chart.t, chart);
  }
  return [...byMoment.values()].sort((a, b) => a.t - b.t).map(asSample);
}
