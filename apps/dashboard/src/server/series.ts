import { BUCKETS, percentile, type Series } from '@cb/protocol';
import { eachBucket } from './packed-histogram.ts';
import { FILLED } from './series-filling.ts';
import {
  CHUNK_STEPS,
  type Chunk,
  COLUMNS,
  chunkOf,
  RATIO,
  type Sample,
  type SeriesMemory,
  TIERS,
} from './series-memory.ts';

/** Most steps one answer may have. */
const MOST_STEPS = 1_500;
const NONE: readonly Chunk[][] = [];
type Tier = (typeof TIERS)[number];

/** Rollups in three grains. Memory is shared with all other series through `SeriesMemory`. */
export class LaneSeries {
  readonly #memory: SeriesMemory;
  /** By grain. Most series are of breakers that nobody calls, and have none. */
  #tiers: readonly Chunk[][] = NONE;
  /** First of its cells; -1 until the first rollup. */
  #cell = -1;
  /** Where nearly everything of the finest grain goes. */
  #newest: Chunk | undefined;
  /** Rollups that were added: tells who read it before whether there is more. */
  heard = 0;
  /** How many look at it: while memory is short, the finest grain is for them. */
  watchers = 0;

  constructor(memory: SeriesMemory) {
    this.#memory = memory;
  }

  /** Counts belong to every step that the interval touches, in proportion: steps stay even though rollups drift. */
  add(sample: Sample): void {
    this.heard++;
    if (this.#tiers === NONE) this.#tiers = TIERS.map(() => []);
    if (this.#cell === -1) this.#cell = this.#memory.fillings.take();
    // One that speaks of a long time, as after an outage, would touch too many fine steps.
    const tier = sample.ms > CHUNK_STEPS * (TIERS[0] as Tier).stepMs ? 1 : 0;
    this.#spread(tier, sample);
  }

  #spread(tier: number, sample: Sample): void {
    const { stepMs } = TIERS[tier] as Tier;
    const from = sample.t - sample.ms;
    const first = Math.floor(from / stepMs);
    const last = Math.ceil(sample.t / stepMs) - 1;
    const heaviest = Math.floor((from + sample.ms / 2) / stepMs);
    for (let step = Math.max(first, last - 2 * CHUNK_STEPS); step <= last; step++) {
      const overlap = Math.min(sample.t, (step + 1) * stepMs) - Math.max(from, step * stepMs);
      this.#begin(tier, step);
      this.#memory.fillings.add(this.#cell + tier, sample, overlap / sample.ms, overlap / stepMs);
      if (step === heaviest) this.#addHistogram(tier, sample.hist);
    }
  }

  /** From now on that step is being filled. */
  #begin(tier: number, step: number): void {
    const { fillings } = this.#memory;
    const cell = this.#cell + tier;
    if (fillings.stepOf(cell) !== step) this.#flush(tier);
    fillings.begin(cell, step);
  }

  /** Adds calls to the step being filled. Where there is no room for another bucket, that is emptied and goes on. */
  #addHistogram(tier: number, pairs: ArrayLike<number> | undefined): void {
    if (pairs === undefined) return;
    const { fillings } = this.#memory;
    const cell = this.#cell + tier;
    for (let i = 0; i + 1 < pairs.length; i += 2) {
      const [bucket, calls] = [pairs[i] as number, pairs[i + 1] as number];
      if (fillings.addCalls(cell, bucket, calls)) continue;
      const step = fillings.stepOf(cell);
      this.#flush(tier);
      fillings.begin(cell, step);
      fillings.addCalls(cell, bucket, calls);
    }
  }

  /** Puts the step that is being filled where it belongs, and into the next coarser grain. */
  #flush(tier: number): void {
    const { fillings } = this.#memory;
    const cell = this.#cell + tier;
    const filled = fillings.stepOf(cell);
    if (filled === -1) return;
    const coarser = tier + 1;
    const cover = (TIERS[tier] as Tier).stepMs / (TIERS[coarser] as Tier).stepMs;
    const step = Math.floor(filled * cover);
    if (coarser < FILLED) {
      this.#begin(coarser, step);
      fillings.addCell(this.#cell + coarser, cell, cover);
      this.#addHistogram(coarser, fillings.pairsOf(cell));
    } else this.#write(coarser, step, cell, cover);
    // While memory is short, the finest grain is for what somebody looks at.
    if (tier > 0 || this.watchers > 0 || !this.#memory.short) this.#write(tier, filled, cell, 1);
    fillings.clear(cell);
  }

  #write(tier: number, step: number, cell: number, cover: number): void {
    const chunk = this.#chunk(tier, step);
    if (chunk !== undefined) this.#memory.write(chunk, step - chunk.first, cell, cover);
  }

  #chunk(tier: number, step: number): Chunk | undefined {
    const first = step - (step % CHUNK_STEPS);
    if (tier === 0 && this.#newest?.first === first && !this.#newest.dead) return this.#newest;
    const chunks = this.#tiers[tier] as Chunk[];
    while (chunks.at(-1)?.dead) chunks.pop();
    const newest = chunks.at(-1);
    if (newest !== undefined && newest.first >= first)
      return chunks.find((c) => c.first === first && !c.dead);
    const { stepMs, keptMs } = TIERS[tier] as Tier;
    const oldest = step - keptMs / stepMs;
    while (chunks[0] && (chunks[0].dead || chunks[0].first + CHUNK_STEPS < oldest)) {
      this.#memory.release(chunks.shift() as Chunk);
    }
    const chunk = chunkOf(tier, first);
    if (tier === 0) this.#newest = chunk;
    chunks.push(chunk);
    this.#memory.keep(chunk);
    return chunk;
  }

  /** Puts everything that was said so far where a reader of that grain finds it. */
  #settle(tier: number): void {
    if (this.#cell !== -1) for (let finer = 0; finer <= tier && finer < FILLED; finer++) this.#flush(finer);
  }

  /** Calls `visit` for every written step of a grain in [from, to). */
  visit(
    tier: number,
    from: number,
    to: number,
    visit: (step: number, chunk: Chunk, slot: number) => void,
  ): void {
    const { stepMs } = TIERS[tier] as Tier;
    this.#settle(tier);
    for (const chunk of this.#tiers[tier] ?? []) {
      if (chunk.dead || (chunk.first + CHUNK_STEPS) * stepMs <= from || chunk.first * stepMs >= to) continue;
      for (let slot = 0; slot < CHUNK_STEPS; slot++) {
        const step = chunk.first + slot;
        if (((chunk.written >> slot) & 1) === 1 && step * stepMs >= from && step * stepMs < to)
          visit(step, chunk, slot);
      }
    }
  }

  /** Adds the latencies of [from, to) in the finest grain to a dense array of `BUCKETS` counts. */
  addLatencies(counts: Float64Array, from: number, to: number): void {
    this.visit(0, from, to, (_step, chunk, slot) => addHistogram(counts, chunk.hist[slot]));
  }

  /** When the oldest that a grain still has begins; infinite where it has nothing. */
  reach(tier: number): number {
    this.#settle(tier);
    const oldest = (this.#tiers[tier] ?? []).find((chunk) => !chunk.dead);
    if (oldest === undefined) return Number.POSITIVE_INFINITY;
    // Its lowest bit: the first step that was written.
    const slot = 31 - Math.clz32(oldest.written & -oldest.written);
    return (oldest.first + slot) * (TIERS[tier] as Tier).stepMs;
  }

  /** Gives the memory back. */
  release(): void {
    if (this.#cell !== -1) this.#memory.fillings.giveBack(this.#cell);
    this.#cell = -1;
    for (const chunks of this.#tiers) for (const chunk of chunks.splice(0)) this.#memory.release(chunk);
  }
}

function addHistogram(counts: Float64Array, packed: string | undefined): void {
  if (packed === undefined) return;
  eachBucket(packed, (bucket, count) => {
    counts[bucket] = (counts[bucket] as number) + count;
  });
}

/** The finest grain that still reaches back to `from` and needs no more steps than one answer may have. */
export function tierFor(from: number, to: number, now: number): number {
  const tier = TIERS.findIndex(
    ({ stepMs, keptMs }) => now - from <= keptMs && (to - from) / stepMs <= MOST_STEPS,
  );
  return tier === -1 ? TIERS.length - 1 : tier;
}

/** `tierFor`, or a coarser one where that has lost, or was never told, much of what the coarser one still has. */
export function tierHeld(
  lanes: readonly LaneSeries[],
  range: { from: number; to: number; now: number },
): number {
  const reaches = TIERS.map((_, tier) => Math.min(...lanes.map((lane) => lane.reach(tier))));
  const wanted = Math.max(range.from, Math.min(...reaches));
  const { stepMs } = TIERS.at(-1) as Tier;
  const finest = tierFor(range.from, range.to, range.now);
  const held = reaches.findIndex((reach, tier) => tier >= finest && reach <= wanted + stepMs);
  return held === -1 ? finest : held;
}

/** What happened in one step, over series. */
export interface Sum {
  /** In the order of `Chunk`. */
  columns: Float64Array;
  hist: Float64Array | undefined;
}

export function emptySum(): Sum {
  return { columns: new Float64Array(COLUMNS), hist: undefined };
}

/** Sums over the series given of the steps of one grain in [from, to), by number of the step. */
export function sumSteps(
  lanes: readonly LaneSeries[],
  tier: number,
  from: number,
  to: number,
): Map<number, Sum> {
  const sums = new Map<number, Sum>();
  for (const lane of lanes) {
    lane.visit(tier, from, to, (step, chunk, slot) => {
      const sum = sums.get(step) ?? emptySum();
      sums.set(step, sum);
      addStep(sum, chunk, slot);
    });
  }
  return sums;
}

/**
 * The charts of one row: sums over the lanes given. A step is answered once it is over, so that no line dips at its end.
 *
 * @param options.settleMs How long after its end a step waits for the last rollups, default 1,000 ms.
 * @param options.detail With neutral calls and latency histograms: what a replay asks for.
 */
export function readSeries(
  row: number,
  lanes: readonly LaneSeries[],
  range: { from: number; to: number; now: number },
  { settleMs = 1_000, detail = false }: { settleMs?: number; detail?: boolean } = {},
): Series {
  const tier = tierHeld(lanes, range);
  const { stepMs, keptMs } = TIERS[tier] as Tier;
  const from = Math.max(range.from, range.now - keptMs);
  const to = Math.min(range.to, range.now - settleMs - stepMs + 1);
  const sums = sumSteps(lanes, tier, Math.floor(from / stepMs) * stepMs, to);
  return toSeries(row, stepMs, sums, detail);
}

function addStep(sum: Sum, chunk: Chunk, slot: number): void {
  for (let column = 0; column < COLUMNS; column++) {
    const before = sum.columns[column] as number;
    const value = chunk.values[slot * COLUMNS + column] as number;
    sum.columns[column] = column === RATIO ? Math.max(before, value) : before + value;
  }
  if (chunk.hist[slot]) {
    sum.hist ??= new Float64Array(BUCKETS);
    addHistogram(sum.hist, chunk.hist[slot]);
  }
}

/** Steps in order of time; those without a sum are left out. */
export function toSeries(
  row: number,
  stepMs: number,
  sums: ReadonlyMap<number, Sum>,
  detail: boolean,
): Series {
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
    const { columns, hist } = sums.get(step) as Sum;
    const [ok = 0, fail = 0, slow = 0, ignored = 0, rejected = 0, , inFlight = 0, ratio = 0] = columns;
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
