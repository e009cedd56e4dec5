import type { Fleet } from '../fleet.ts';
import type { FleetRow } from '../row.ts';
import { type Sum, sumSteps } from '../series.ts';
import { TIERS } from '../series-memory.ts';
import type { Archive } from './archive.ts';
import type { ChartRecord } from './records.ts';

const MINUTE_MS = 60_000;
/** The grain of minutes. */
const TIER: number = TIERS.findIndex(({ stepMs }) => stepMs === MINUTE_MS);
/** How long the last rollups of a minute are waited for. */
const SETTLE_MS = 2_000;
/** Rows are spread over so many seconds, so that a minute's end is no burst. */
const SLICES = 10;

/** Rows that are told of in one second: what they cost is bounded, and where there are more it takes some seconds. */
const MOST_TOLD = 1_000;
/** Of what is under way, what may wait before something else. */
const MOST_WAITING = 1_000;

/**
 * Once a minute, hands the charts of every row to the archive: the minute that is over, in slices of rows. Until then it
 * tells every second of those that were called, so that a crash costs them that second.
 */
export class MinuteKeeper {
  readonly #fleet: Fleet;
  readonly #archive: Archive;
  readonly #startedAt: number;
  #minute: number;
  #slice = 0;
  /** Where it goes on telling, and how much each row had heard when it was told of. */
  #rows: Iterator<FleetRow>;
  readonly #told: WeakMap<FleetRow, number> = new WeakMap();

  constructor(fleet: Fleet, archive: Archive, now: number) {
    this.#fleet = fleet;
    this.#archive = archive;
    this.#startedAt = now;
    this.#minute = floor(now);
    this.#rows = fleet.rows.values();
  }

  /** To be called every second. */
  turn(now: number): void {
    const newest = floor(now - SETTLE_MS) - MINUTE_MS;
    // This process slept, or its clock was set: what lies between is gone from memory too.
    if (Math.abs(newest - this.#minute) > 10 * MINUTE_MS) this.#begin(newest);
    while (now >= this.#minute + MINUTE_MS + SETTLE_MS + this.#slice * 1_000) {
      for (const row of this.#fleet.rows.values()) {
        if (row.row % SLICES === this.#slice) this.#keep('sample', row, this.#minute, MINUTE_MS);
      }
      if (++this.#slice === SLICES) this.#begin(this.#minute + MINUTE_MS);
    }
    this.#tell(now);
  }

  #begin(minute: number): void {
    this.#minute = minute;
    this.#slice = 0;
  }

  /** Hands over what is left, the minute under way included. */
  finish(now: number): void {
    for (const row of this.#fleet.rows.values()) this.#keepOpen('sample', row, now);
  }

  #tell(now: number): void {
    if (this.#archive.stats.waiting > MOST_WAITING) return;
    let told = 0;
    for (let seen = 0; seen < this.#fleet.rows.size && told < MOST_TOLD; seen++) {
      const row = this.#next();
      if (this.#told.get(row) === row.series.heard) continue;
      this.#told.set(row, row.series.heard);
      this.#keepOpen('under-way', row, now);
      told++;
    }
  }

  /** Row after row, and from the first one again: there has to be one. */
  #next(): FleetRow {
    const next = this.#rows.next();
    if (next.done !== true) return next.value;
    this.#rows = this.#fleet.rows.values();
    return this.#rows.next().value as FleetRow;
  }

  /** The minutes of a row that were not handed over when they were over, and the one under way. */
  #keepOpen(kind: ChartRecord['kind'], row: FleetRow, now: number): void {
    const first = row.row % SLICES < this.#slice ? this.#minute + MINUTE_MS : this.#minute;
    for (let minute = first; minute < now; minute += MINUTE_MS) {
      this.#keep(kind, row, minute, Math.min(MINUTE_MS, now - minute));
    }
  }

  #keep(kind: ChartRecord['kind'], row: FleetRow, minute: number, ms: number): void {
    const sum = sumSteps([row.series], TIER, minute, minute + 1).get(minute / MINUTE_MS);
    if (sum === undefined) return;
    // The first minute began before this server: it says nothing about the time before.
    const t = Math.max(minute, this.#startedAt);
    if (t < minute + ms) this.#archive.keep(toRecord(kind, row, t, minute + ms - t, sum));
  }
}

function floor(t: number): number {
  return Math.floor(t / MINUTE_MS) * MINUTE_MS;
}

function toRecord(
  kind: ChartRecord['kind'],
  { service, name }: FleetRow,
  t: number,
  ms: number,
  sum: Sum,
): ChartRecord {
  const [ok = 0, fail = 0, slow = 0, ignored = 0, rejected = 0, stale = 0, gauge = 0, ratio = 0] = Array.from(
    sum.columns,
    round,
  );
  // The gauge is the mean over the whole minute, of which this may be a part.
  const inFlight = round((gauge * MINUTE_MS) / ms);
  const hist: number[] = [];
  sum.hist?.forEach((count, bucket) => {
    if (count > 0) hist.push(bucket, count);
  });
  const counts = { ok, fail, slow, ignored, rejected, stale, inFlight };
  return { kind, t, ms, service, name, ...counts, failureRatio: ratio, hist };
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
