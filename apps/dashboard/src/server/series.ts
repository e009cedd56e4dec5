import { BUCKETS, percentile, type Series } from '@cb/protocol';
import { FILLED } from './series-filling.ts';
import { bucketOf, callsOf, entryOf } from './series-latencies.ts';
import { CHUNK_STEPS, type Chunk, cellOf, chunkOf, isWritten, type SeriesMemory } from './series-memory.ts';
import { addSample, COLUMNS, RATIO, type Sample, TIERS } from './series-step.ts';

type Tier = (typeof TIERS)[number];
/** Most steps one answer may have. */
const MOST_STEPS = 1_500;

/**
 * Rollups of one lane in three grains. Memory is shared with all other lanes through `SeriesMemory`. The step that is
 * being filled stands apart, and goes into its own grain and the next coarser one when another begins or somebody reads:
 * a rollup then touches one place in memory instead of three.
 */
export class LaneSeries {
  readonly #memory: SeriesMemory;
  readonly #tiers: Chunk[][] = TIERS.map(() => []);
  /** Newest chunk of the finest grain: where nearly everything goes. */
  #newest: Chunk | undefined;
  /** First of its cells; -1 until the first rollup. */
  #cell = -1;

  constructor(memory: SeriesMemory) {
    this.#memory = memory;
  }

  /** Counts belong to every step that the interval touches, in proportion: steps stay even though rollups drift. */
  add(sample: Sample): void {
    const { stepMs } = TIERS[0] as Tier;
    if (sample.ms > CHUNK_STEPS * stepMs) {
      for (let tier = 0; tier < TIERS.length; tier++) this.#addLong(tier, sample);
      return;
    }
    if (this.#cell === -1) this.#cell = this.#memory.fillings.take();
    const { first, last, heaviest } = stepsOf(sample, stepMs);
    for (let step = first; step <= last; step++) {
      this.#begin(0, step);
      this.#memory.fillings.add(this.#cell, sample, shareOf(sample, step, stepMs));
      if (step !== heaviest || sample.hist === undefined) continue;
      for (let i = 0; i + 1 < sample.hist.length; i += 2) {
        this.#addCalls(0, sample.hist[i] as number, sample.hist[i + 1] as number);
      }
    }
  }

  /** A rollup over a long time, as after an outage, goes into each grain by itself: its newest steps, a chunk of them. */
  #addLong(tier: number, sample: Sample): void {
    const { stepMs } = TIERS[tier] as Tier;
    const { first, last, heaviest } = stepsOf(sample, stepMs);
    const entries = entriesOf(sample.hist ?? []);
    for (let step = Math.max(first, last - CHUNK_STEPS); step <= last; step++) {
      const chunk = this.#chunk(tier, step);
      if (chunk === undefined) continue;
      const numbers = new Float64Array(COLUMNS);
      addSample(numbers, 0, sample, shareOf(sample, step, stepMs));
      this.#memory.write(chunk, step - chunk.first, numbers, 0);
      if (step !== heaviest) continue;
      this.#memory.writeLatencies(chunk, step - chunk.first, entries, 0, entries.length);
    }
  }

  /** From now on that step is being filled. */
  #begin(tier: number, step: number): void {
    const { fillings } = this.#memory;
    const cell = this.#cell + tier;
    if (fillings.stepOf(cell) !== step) this.#flush(tier);
    fillings.begin(cell, step);
  }

  /** Adds calls to a bucket of the step being filled. One that has no room for it is emptied, and goes on. */
  #addCalls(tier: number, bucket: number, calls: number): void {
    const { fillings } = this.#memory;
    const cell = this.#cell + tier;
    if (fillings.addCalls(cell, bucket, calls)) return;
    const step = fillings.stepOf(cell);
    this.#flush(tier);
    fillings.begin(cell, step);
    fillings.addCalls(cell, bucket, calls);
  }

  /** Puts the step that is being filled where it belongs, and into the next coarser grain. */
  #flush(tier: number): void {
    const { fillings } = this.#memory;
    const cell = this.#cell + tier;
    const filled = fillings.stepOf(cell);
    if (filled === -1) return;
    const coarser = tier + 1;
    const step = Math.floor((filled * (TIERS[tier] as Tier).stepMs) / (TIERS[coarser] as Tier).stepMs);
    if (coarser < FILLED) this.#pour(cell, coarser, step);
    else this.#keep(cell, coarser, step);
    this.#keep(cell, tier, filled);
    fillings.clear(cell);
  }

  /** Adds a cell to the step that is being filled in a coarser grain. */
  #pour(cell: number, tier: number, step: number): void {
    const { fillings } = this.#memory;
    this.#begin(tier, step);
    fillings.addCell(this.#cell + tier, cell);
    const from = fillings.bucketsAt(cell);
    for (let i = from; i < from + fillings.bucketsOf(cell); i++) {
      const entry = fillings.memory[i] as number;
      this.#addCalls(tier, bucketOf(entry), callsOf(entry));
    }
  }

  /** Adds a cell to a step of the past. */
  #keep(cell: number, tier: number, step: number): void {
    const chunk = this.#chunk(tier, step);
    if (chunk === undefined) return;
    const { fillings } = this.#memory;
    const slot = step - chunk.first;
    this.#memory.write(chunk, slot, fillings.memory, fillings.numbersAt(cell));
    const from = fillings.bucketsAt(cell);
    this.#memory.writeLatencies(chunk, slot, fillings.memory, from, fillings.bucketsOf(cell));
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
    const chunk = chunkOf(first);
    if (tier === 0) this.#newest = chunk;
    chunks.push(chunk);
    this.#memory.keep(tier, chunk);
    return chunk;
  }

  /** Chunks of a grain that reach into [from, to), with everything that was said so far. */
  #chunksIn(tier: number, from: number, to: number): Chunk[] {
    const { stepMs } = TIERS[tier] as Tier;
    if (this.#cell !== -1) for (let finer = 0; finer <= tier && finer < FILLED; finer++) this.#flush(finer);
    return (this.#tiers[tier] as Chunk[]).filter(
      ({ dead, first }) => !dead && (first + CHUNK_STEPS) * stepMs > from && first * stepMs < to,
    );
  }

  /** Calls `visit` for every written step of a grain in [from, to). */
  visit(
    tier: number,
    from: number,
    to: number,
    visit: (step: number, chunk: Chunk, slot: number) => void,
  ): void {
    const { stepMs } = TIERS[tier] as Tier;
    for (const chunk of this.#chunksIn(tier, from, to)) {
      const first = Math.max(0, Math.ceil(from / stepMs) - chunk.first);
      const end = Math.min(CHUNK_STEPS, Math.ceil(to / stepMs) - chunk.first);
      for (let slot = first; slot < end; slot++) {
        if (isWritten(chunk, slot)) visit(chunk.first + slot, chunk, slot);
      }
    }
  }

  /** Calls `visit` for every bucket of every step of a grain in [from, to); one bucket may come in parts. */
  visitLatencies(
    tier: number,
    from: number,
    to: number,
    visit: (step: number, bucket: number, count: number) => void,
  ): void {
    const { stepMs } = TIERS[tier] as Tier;
    for (const chunk of this.#chunksIn(tier, from, to)) {
      chunk.latencies.visit((slot, bucket, count) => {
        const step = chunk.first + slot;
        if (step * stepMs >= from && step * stepMs < to) visit(step, bucket, count);
      });
    }
  }

  /** Adds the latencies of [from, to) in the finest grain to a dense array of `BUCKETS` counts. */
  addLatencies(counts: Float64Array, from: number, to: number): void {
    this.visitLatencies(0, from, to, (_step, bucket, count) => {
      counts[bucket] = (counts[bucket] as number) + count;
    });
  }

  /** Gives the memory back. */
  release(): void {
    if (this.#cell !== -1) this.#memory.fillings.giveBack(this.#cell);
    this.#cell = -1;
    for (const chunks of this.#tiers) for (const chunk of chunks.splice(0)) this.#memory.release(chunk);
  }
}

/** The first and the last step that the interval touches, and the one that its middle is in. */
function stepsOf({ t, ms }: Sample, stepMs: number): { first: number; last: number; heaviest: number } {
  const from = t - ms;
  return {
    first: Math.floor(from / stepMs),
    last: Math.ceil(t / stepMs) - 1,
    heaviest: Math.floor((from + ms / 2) / stepMs),
  };
}

/** Pairs of bucket and calls, as they are kept. */
function entriesOf(pairs: readonly number[]): Float64Array {
  const entries = new Float64Array(pairs.length >> 1);
  for (let i = 0; i < entries.length; i++)
    entries[i] = entryOf(pairs[2 * i] as number, pairs[2 * i + 1] as number);
  return entries;
}

/** Share of the interval that lies in the step. */
function shareOf({ t, ms }: Sample, step: number, stepMs: number): number {
  return (Math.min(t, (step + 1) * stepMs) - Math.max(t - ms, step * stepMs)) / ms;
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
  hist: Float64Array;
}

/**
 * The charts of one row: sums over the lanes given. A step is answered once it is over, so that no line dips at its end.
 *
 * @param settleMs How long after its end a step waits for the last rollups, default 1,000 ms.
 */
export function readSeries(
  row: number,
  lanes: Iterable<LaneSeries>,
  range: { from: number; to: number; now: number },
  settleMs = 1_000,
): Series {
  const tier = tierFor(range.from, range.to, range.now);
  const { stepMs, keptMs } = TIERS[tier] as Tier;
  const from = Math.max(range.from, range.now - keptMs);
  const to = Math.min(range.to, range.now - settleMs - stepMs + 1);
  const sums = new Map<number, Sum>();
  for (const lane of lanes) {
    lane.visit(tier, Math.floor(from / stepMs) * stepMs, to, (step, chunk, slot) => {
      let sum = sums.get(step);
      if (sum === undefined) {
        sum = { columns: new Float64Array(COLUMNS), hist: new Float64Array(BUCKETS) };
        sums.set(step, sum);
      }
      addStep(sum, chunk, slot);
    });
    lane.visitLatencies(tier, Math.floor(from / stepMs) * stepMs, to, (step, bucket, count) => {
      const hist = sums.get(step)?.hist;
      if (hist) hist[bucket] = (hist[bucket] as number) + count;
    });
  }
  return toSeries(row, stepMs, sums);
}

function addStep(sum: Sum, chunk: Chunk, slot: number): void {
  for (let column = 0; column < RATIO; column++) {
    sum.columns[column] = (sum.columns[column] as number) + cellOf(chunk, slot, column);
  }
  sum.columns[RATIO] = Math.max(sum.columns[RATIO] as number, cellOf(chunk, slot, RATIO));
}

function toSeries(row: number, stepMs: number, sums: ReadonlyMap<number, Sum>): Series {
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
    series.failureRatio.push(ok + fail + ignored > 0 ? Math.round(ratio * 10_000) / 10_000 : null);
    for (const [name, share] of PERCENTILES) {
      const ms = percentile(hist, share);
      series[name].push(ms === null ? null : Math.round(ms * 100) / 100);
    }
  }
  return series;
}

const PERCENTILES = [
  ['p50', 0.5],
  ['p95', 0.95],
  ['p99', 0.99],
] as const;

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
