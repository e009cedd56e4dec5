import { BUCKETS, type Frame, LANE, percentile, type Rollup, type Totals } from '@cb/protocol';
import type { Instance } from './instance.ts';
import { type FleetLane, type FleetRow, IDLE, type Live } from './row.ts';
import type { Sample } from './series-memory.ts';

/** Latencies of the last ten seconds make the p95 of a frame. */
const P95_OVER_MS = 10_000;

/** When a rollup came, which one it is, and whether lanes have charts of their own. */
export interface Arrival {
  tick: number;
  now: number;
  laneCharts: boolean;
}

/** Takes one rollup into the lanes of an instance; answers how many ids nobody registered. */
export function takeRollup(instance: Instance, rollup: Rollup, { tick, now, laneCharts }: Arrival): number {
  const active = new Set<FleetLane>();
  const t = instance.clock.past(rollup.t, now);
  let strangers = 0;
  for (let i = 0; i < rollup.id.length; i++) {
    const lane = instance.breakers.get(rollup.id[i] as number);
    if (lane === undefined) {
      strangers++;
      continue;
    }
    const sample = sampleAt(rollup, i, t, lane.live.failureRatio);
    lane.row.series.add(sample);
    if (laneCharts) lane.series.add(sample);
    lane.live = liveOf(sample);
    touch(lane, tick, now);
    active.add(lane);
  }
  // Nothing to say means nothing happened.
  for (const lane of instance.active) {
    if (active.has(lane)) continue;
    lane.live = { ...IDLE, failureRatio: lane.live.failureRatio };
    touch(lane, tick, now);
  }
  instance.active = active;
  return strangers;
}

function touch(lane: FleetLane, tick: number, now: number): void {
  lane.row.tick = tick;
  lane.row.heardAt = now;
}

function sampleAt(rollup: Rollup, i: number, t: number, ratioBefore: number): Sample {
  const sample: Sample = {
    t,
    ms: rollup.ms,
    ok: rollup.ok?.[i] ?? 0,
    fail: rollup.fail?.[i] ?? 0,
    slow: rollup.slow?.[i] ?? 0,
    ignored: rollup.ignored?.[i] ?? 0,
    rejected: rollup.rejected?.[i] ?? 0,
    stale: rollup.stale?.[i] ?? 0,
    inFlight: rollup.inFlight?.[i] ?? 0,
    failureRatio: rollup.failureRatio?.[i] ?? Math.max(0, ratioBefore),
  };
  const hist = rollup.hist?.[i];
  if (hist !== undefined) sample.hist = hist;
  return sample;
}

function liveOf(sample: Sample): Live {
  const perSecond = 1_000 / sample.ms;
  return {
    callsPerSecond: (sample.ok + sample.fail + sample.ignored) * perSecond,
    failuresPerSecond: sample.fail * perSecond,
    rejectedPerSecond: sample.rejected * perSecond,
    inFlight: sample.inFlight,
    failureRatio: sample.failureRatio,
  };
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

/** Adds the row's newest numbers: sums over its instances, the worst window, the merged p95. */
export function addToFrame(frame: Frame, row: FleetRow, now: number): void {
  let calls = 0;
  let rejected = 0;
  let ratio = -1;
  let inFlight = 0;
  const latencies = new Float64Array(BUCKETS);
  row.series.addLatencies(latencies, now - P95_OVER_MS, now);
  for (const { live, code } of row.lanes.values()) {
    if (code === LANE.noData) continue;
    calls += live.callsPerSecond;
    rejected += live.rejectedPerSecond;
    inFlight += live.inFlight;
    ratio = Math.max(ratio, live.failureRatio);
  }
  frame.row.push(row.row);
  frame.callsPerSecond.push(round(calls, 10));
  frame.rejectedPerSecond.push(round(rejected, 10));
  frame.failureRatio.push(round(ratio, 10_000));
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
      calls += live.callsPerSecond;
      failures += live.failuresPerSecond;
      rejected += live.rejectedPerSecond;
    }
  }
  return {
    t,
    callsPerSecond: round(calls, 10),
    rejectedPerSecond: round(rejected, 10),
    failureRatio: round(calls === 0 ? 0 : failures / calls, 10_000),
  };
}

function round(value: number, parts: number): number {
  return Math.round(value * parts) / parts;
}
