import { BUCKETS, type Frame, LANE, percentile, type Rollup, type Totals } from '@cb/protocol';
import type { Instance } from './instance.ts';
import { type FleetLane, type FleetRow, IDLE } from './row.ts';
import type { Sample } from './series-memory.ts';

/** Latencies of the last ten seconds make the p95 of a frame. */
const P95_OVER_MS = 10_000;
/** Which rows were heard last is asked when room is made for others: this is fine enough. */
const NOTED_EVERY_MS = 10_000;
/** Parts of a whole in which shares are kept and sent. */
const SHARES = 10_000;

/** When a rollup came, which one it is, and whether lanes have charts of their own. */
export interface Arrival {
  tick: number;
  now: number;
  laneCharts: boolean;
}

/**
 * Takes one rollup into the lanes of an instance; answers how many ids nobody registered. Rollups of one moment belong
 * together: what does not fit into one message comes in several. A lane that had nothing to say in a whole round of them
 * falls to zero when the next begins.
 */
export function takeRollup(instance: Instance, rollup: Rollup, { tick, now, laneCharts }: Arrival): number {
  if (rollup.t !== instance.roundAt) {
    for (const lane of instance.active) if (lane.roundAt !== instance.roundAt) rest(lane, tick, now);
    instance.roundAt = rollup.t;
  }
  const sample = sampleOf(rollup.ms, instance.clock.past(rollup.t, now));
  const note = Math.abs(now - instance.notedAt) >= NOTED_EVERY_MS || rollup.t === instance.notedRoundAt;
  if (note) {
    instance.notedAt = now;
    instance.notedRoundAt = rollup.t;
  }
  let strangers = 0;
  for (let i = 0; i < rollup.id.length; i++) {
    const lane = instance.breakers.get(rollup.id[i] as number);
    if (lane === undefined) {
      strangers++;
      continue;
    }
    readRow(sample, rollup, i, lane.live.failureShare / SHARES);
    lane.row.series.add(sample);
    if (laneCharts) lane.series.add(sample);
    keepLive(lane, sample);
    lane.row.tick = tick;
    if (note) lane.row.heardAt = now;
    lane.roundAt = rollup.t;
  }
  return strangers;
}

/** Nothing to say means nothing happened. */
function rest(lane: FleetLane, tick: number, now: number): void {
  lane.instance.active.delete(lane);
  lane.active = false;
  lane.live = { ...IDLE, failureShare: lane.live.failureShare };
  lane.row.tick = tick;
  lane.row.heardAt = now;
}

function sampleOf(ms: number, t: number): Sample {
  const zero = { ok: 0, fail: 0, slow: 0, ignored: 0, rejected: 0, stale: 0, inFlight: 0, failureRatio: 0 };
  return { t, ms, ...zero, hist: undefined };
}

/** One sample serves all rows of a rollup, as one of them after the other: nobody keeps it. */
function readRow(sample: Sample, rollup: Rollup, i: number, ratioBefore: number): void {
  sample.ok = rollup.ok?.[i] ?? 0;
  sample.fail = rollup.fail?.[i] ?? 0;
  sample.slow = rollup.slow?.[i] ?? 0;
  sample.ignored = rollup.ignored?.[i] ?? 0;
  sample.rejected = rollup.rejected?.[i] ?? 0;
  sample.stale = rollup.stale?.[i] ?? 0;
  sample.inFlight = rollup.inFlight?.[i] ?? 0;
  sample.failureRatio = rollup.failureRatio?.[i] ?? Math.max(0, ratioBefore);
  sample.hist = rollup.hist?.[i];
}

function keepLive(lane: FleetLane, sample: Sample): void {
  // Its own from now on: all idle lanes share one.
  if (lane.live === IDLE) lane.live = { ...IDLE };
  if (!lane.active) {
    lane.active = true;
    lane.instance.active.add(lane);
  }
  const { live } = lane;
  live.calls = sample.ok + sample.fail + sample.ignored;
  live.failures = sample.fail;
  live.rejected = sample.rejected;
  live.ms = sample.ms;
  live.inFlight = sample.inFlight;
  live.failureShare = Math.round(sample.failureRatio * SHARES);
}

/** A frame of these rows, without any. */
export function emptyFrame(epoch: string, frame: number, t: number): Frame {
  return {
    epoch,
    frame,
    t,
    row: [],
    callsPerSecond: [],
    rejectedPerSecond: [],
    failureRatio: [],
    p95: [],
    inFlight: [],
  };
}

/** Latencies of one row after the other. */
const latencies = new Float64Array(BUCKETS);

/** Adds the row's newest numbers: sums over its instances, the worst window, the merged p95. */
export function addToFrame(frame: Frame, row: FleetRow, now: number): void {
  let calls = 0;
  let rejected = 0;
  let share = -1;
  let inFlight = 0;
  latencies.fill(0);
  row.series.addLatencies(latencies, now - P95_OVER_MS, now);
  for (const { live, code } of row.lanes.values()) {
    if (code === LANE.noData) continue;
    calls += (1_000 * live.calls) / live.ms;
    rejected += (1_000 * live.rejected) / live.ms;
    inFlight += live.inFlight;
    share = Math.max(share, live.failureShare);
  }
  frame.row.push(row.row);
  frame.callsPerSecond.push(round(calls, 10));
  frame.rejectedPerSecond.push(round(rejected, 10));
  frame.failureRatio.push(share < 0 ? -1 : share / SHARES);
  frame.p95.push(round(percentile(latencies, 0.95) ?? -1, 100));
  frame.inFlight.push(inFlight);
}

/** Sums over the whole fleet. `failureRatio` is the share of failed calls in the newest rollups, 0 when nothing ran. */
export function totalsOf(instances: Iterable<Instance>, t: number): Totals {
  let calls = 0;
  let failures = 0;
  let rejected = 0;
  for (const instance of instances) {
    for (const { live } of instance.active) {
      calls += (1_000 * live.calls) / live.ms;
      failures += (1_000 * live.failures) / live.ms;
      rejected += (1_000 * live.rejected) / live.ms;
    }
  }
  return {
    t,
    callsPerSecond: round(calls, 10),
    rejectedPerSecond: round(rejected, 10),
    failureRatio: round(calls === 0 ? 0 : failures / calls, SHARES),
  };
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
