import { BUCKETS, percentile, type Series } from '@cb/protocol';
import {
  CHUNK_STEPS,
  type Chunk,
  COLUMNS,
  chunkOf,
  type Sample,
  type SeriesMemory,
  TIERS,
} from './series-memory.ts';

/** Most steps one answer may have. */
const MOST_STEPS = 1_500;

/** Rollups of one lane in three grains. Memory is shared with all other lanes through `SeriesMemory`. */
export class LaneSeries {
  readonly #memory: SeriesMemory;
  readonly #tiers: Chunk[][] = TIERS.map(() => []);

  constructor(memory: SeriesMemory) {
    this.#memory = memory;
  }

  add(sample: Sample): void {
    for (let tier = 0; tier < TIERS.length; tier++) this.#spread(tier, sample);
  }

  /** Counts belong to every step that the interval touches, in proportion: steps stay even though rollups drift. */
  #spread(tier: number, sample: Sample): void {
    const { stepMs } = TIERS[tier] as (typeof TIERS)[number];
    const from = sample.t - sample.ms;
    const first = Math.floor(from / stepMs);
    const last = Math.ceil(sample.t / stepMs) - 1;
    const heaviest = Math.floor((from + sample.ms / 2) / stepMs);
    for (let step = Math.max(first, last - CHUNK_STEPS); step <= last; step++) {
      const overlap = Math.min(sample.t, (step + 1) * stepMs) - Math.max(from, step * stepMs);
      const chunk = this.#chunk(tier, step);
      if (chunk === undefined) continue;
      this.#memory.write(chunk, step - chunk.first, sample, overlap / sample.ms, step === heaviest);
    }
  }

  #chunk(tier: number, step: number): Chunk | undefined {
    const chunks = this.#tiers[tier] as Chunk[];
    const first = step - (step % CHUNK_STEPS);
    while (chunks.at(-1)?.dead) chunks.pop();
    const newest = chunks.at(-1);
    if (newest !== undefined && newest.first >= first)
      return chunks.find((c) => c.first === first && !c.dead);
    const { stepMs, keptMs } = TIERS[tier] as (typeof TIERS)[number];
    const oldest = step - keptMs / stepMs;
    while (chunks[0] && (chunks[0].dead || chunks[0].first + CHUNK_STEPS < oldest)) {
      this.#memory.release(chunks.shift() as Chunk);
    }
    const chunk = chunkOf(first);
    chunks.push(chunk);
    this.#memory.keep(tier, chunk);
    return chunk;
  }

  /** Calls `visit` for every written step of a grain in [from, to). */
  visit(
    tier: number,
    from: number,
    to: number,
    visit: (step: number, chunk: Chunk, slot: number) => void,
  ): void {
    const { stepMs } = TIERS[tier] as (typeof TIERS)[number];
    for (const chunk of this.#tiers[tier] as Chunk[]) {
      if (chunk.dead || (chunk.first + CHUNK_STEPS) * stepMs <= from || chunk.first * stepMs >= to) continue;
      for (let slot = 0; slot < CHUNK_STEPS; slot++) {
        const step = chunk.first + slot;
        if (chunk.written[slot] === 1 && step * stepMs >= from && step * stepMs < to)
          visit(step, chunk, slot);
      }
    }
  }

  /** Adds the latencies of [from, to) in the finest grain to a dense array of `BUCKETS` counts. */
  addLatencies(counts: Float64Array, from: number, to: number): void {
    this.visit(0, from, to, (_step, chunk, slot) => addHistogram(counts, chunk.hist[slot]));
  }

  /** Gives the memory back. */
  release(): void {
    for (const chunks of this.#tiers) for (const chunk of chunks.splice(0)) this.#memory.release(chunk);
  }
}

function addHistogram(counts: Float64Array, pairs: readonly number[] | undefined): void {
  if (pairs === undefined) return;
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const bucket = pairs[i] as number;
    counts[bucket] = (counts[bucket] as number) + (pairs[i + 1] as number);
  }
}

/** The finest grain that still reaches back to `from` and needs no more steps than one answer may have. */
export function tierFor(from: number, to: number, now: number): number {
  const tier = TIERS.findIndex(
    ({ stepMs, keptMs }) => now - from <= keptMs && (to - from) / stepMs <= MOST_STEPS,
  );
  return tier === -1 ? TIERS.length - 1 : tier;
}

interface Sum {
  columns: Float64Array;
  ratio: number;
  hist: Float64Array | undefined;
}

/**
 * The charts of one row: sums over the lanes given. A step is answered once it is over, so that no line dips at its end.
 *
 * @param options.settleMs How long after its end a step waits for the last rollups, default 1,000 ms.
 * @param options.detail With neutral calls and latency histograms: what a replay asks for.
 */
export function readSeries(
  row: number,
  lanes: Iterable<LaneSeries>,
  range: { from: number; to: number; now: number },
  { settleMs = 1_000, detail = false }: { settleMs?: number; detail?: boolean } = {},
): Series {
  const tier = tierFor(range.from, range.to, range.now);
  const { stepMs, keptMs } = TIERS[tier] as (typeof TIERS)[number];
  const from = Math.max(range.from, range.now - keptMs);
  const to = Math.min(range.to, range.now - settleMs - stepMs + 1);
  const sums = new Map<number, Sum>();
  for (const lane of lanes) {
    lane.visit(tier, Math.floor(from / stepMs) * stepMs, to, (step, chunk, slot) => {
      let sum = sums.get(step);
      if (sum === undefined) {
        sum = { columns: new Float64Array(COLUMNS), ratio: 0, hist: undefined };
        sums.set(step, sum);
      }
      addStep(sum, chunk, slot);
    });
  }
  return toSeries(row, stepMs, sums, detail);
}

function addStep(sum: Sum, chunk: Chunk, slot: number): void {
  for (let column = 0; column < COLUMNS; column++) {
    const at = slot * COLUMNS + column;
    sum.columns[column] = (sum.columns[column] as number) + (chunk.values[at] as number);
  }
  sum.ratio = Math.max(sum.ratio, chunk.ratio[slot] as number);
  if (chunk.hist[slot]) {
    sum.hist ??= new Float64Array(BUCKETS);
    addHistogram(sum.hist, chunk.hist[slot]);
  }
}

function toSeries(row: number, stepMs: number, sums: ReadonlyMap<number, Sum>, detail: boolean): Series {
  const series: Series = {
    row,
    stepMs,
    t: [],
    ok: [],
    fail: [],
    slow: [],
    rejected: [],
    inFlight: [],
    failureRatio: [],
    p50: [],
    p95: [],
    p99: [],
    ...(detail && { ignored: [], hist: [] }),
  };
  for (const step of [...sums.keys()].sort((a, b) => a - b)) {
    const { columns, ratio, hist } = sums.get(step) as Sum;
    const [ok = 0, fail = 0, slow = 0, ignored = 0, rejected = 0, , inFlight = 0] = columns;
    series.t.push(step * stepMs);
    series.ok.push(round(ok));
    series.fail.push(round(fail));
    series.slow.push(round(slow));
    series.rejected.push(round(rejected));
    series.inFlight.push(round(inFlight));
    series.ignored?.push(round(ignored));
    series.hist?.push(pairsOf(hist));
    series.failureRatio.push(ok + fail + ignored > 0 ? Math.round(ratio * 10_000) / 10_000 : null);
    for (const [name, share] of PERCENTILES) {
      const ms = hist === undefined ? null : percentile(hist, share);
      series[name].push(ms === null ? null : Math.round(ms * 100) / 100);
    }
  }
  return series;
}

function pairsOf(hist: Float64Array | undefined): number[] {
  const pairs: number[] = [];
  hist?.forEach((count, bucket) => {
    if (count > 0) pairs.push(bucket, count);
  });
  return pairs;
}

const PERCENTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
