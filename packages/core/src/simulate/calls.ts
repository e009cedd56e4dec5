/** Drives a real circuit through recorded calls, on a clock of its own. */
import { Circuit } from '../circuit.ts';
import { steady } from '../clock.ts';
import type { BreakerExport } from '../export.ts';
import { stallMeterOf } from '../stall.ts';
import type { BreakerOptions, Permit } from '../types.ts';
import { type Assumption, answers } from './assume.ts';
import { Recording, type Tallied, type Timeline } from './timeline.ts';
import { type CallTrace, checkCalls, type TracedCall } from './trace.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What a failure of a trace looks like to `openMs` and to the timeouts' count. */
export const RECORDED: object = Object.freeze({ name: 'Error', message: 'recorded failure' });
export const TIMED_OUT: object = Object.freeze({ name: 'TimeoutError', message: 'recorded timeout' });

export function simulateCalls(
  options: Omit<BreakerOptions, 'clock'>,
  trace: CallTrace,
  assume: Assumption,
  tellFrom: number = Number.NEGATIVE_INFINITY,
): Timeline {
  const { from, to } = checkCalls(trace);
  const clock = new VirtualClock(from);
  const stall = stallMeterOf(steady(clock));
  const circuit = new Circuit({ ...options, ...restored(trace, from), clock });
  const recording = new Recording(from, (trace.restore?.state ?? 'closed') === 'closed' ? 'closed' : 'open');
  circuit.on('state-changed', (event) => recording.move(clock.traced(event.at), event.to, event.why));

  const answered = answers(trace.calls, assume);
  const permits = new Map<number, Permit>();
  const arrive = (i: number): void => {
    const permit = circuit.tryAcquire();
    if (permit !== null) permits.set(i, permit);
    count(
      recording.tally,
      permit,
      answered[i] as TracedCall,
      (trace.calls[i] as TracedCall).outcome === 'unknown',
    );
  };
  const end = (i: number): void => {
    const permit = permits.get(i);
    if (permit === undefined) return;
    permits.delete(i);
    const answer = answered[i] as TracedCall;
    const { durationMs, countedMs = durationMs } = answer;
    // What the recorded process stood still is, for this call, what this one has stood still.
    const stalledMs = (durationMs ?? 0) - (countedMs ?? 0);
    stall.stalledMs += stalledMs;
    settle(permit, answer);
    stall.stalledMs -= stalledMs;
  };

  const results = inOrderOfResults(trace.calls, answered);
  let next = 0;
  // At one moment results come before arrivals, in the order in which their calls arrived.
  const playUntil = (moment: number, arrived: number): void => {
    for (; next < results.length; next++) {
      const { at, call } = results[next] as Result;
      if (at > moment || call >= arrived) break;
      clock.advance(at);
      end(call);
    }
    clock.advance(moment);
  };
  const begin = Math.min(tellFrom, to);
  let told = begin <= from;
  const tellBy = (moment: number, arrived: number): void => {
    if (told || begin > moment) return;
    told = true;
    playUntil(begin, arrived);
    recording.beginAt(begin);
  };
  for (const [i, { at }] of trace.calls.entries()) {
    tellBy(at, i);
    playUntil(at, i);
    arrive(i);
  }
  tellBy(to, trace.calls.length);
  playUntil(to, trace.calls.length);
  return recording.finish(to, circuit.config);
}

/** What was exported at `from` is not older than the replay. */
function restored({ restore }: CallTrace, from: number): { restore?: BreakerExport } {
  if (restore === undefined) return {};
  return { restore: typeof restore === 'object' ? { ...restore, wallAt: Math.max(0, from) } : restore };
}

interface Result {
  readonly at: number;
  readonly call: number;
}

function inOrderOfResults(calls: readonly TracedCall[], answered: readonly TracedCall[]): Result[] {
  const results: Result[] = [];
  for (const [call, { at }] of calls.entries()) {
    const { durationMs } = answered[call] as TracedCall;
    if (durationMs !== null) results.push({ at: at + durationMs, call });
  }
  return results.sort((a, b) => a.at - b.at);
}

function count(tally: Tallied, permit: Permit | null, answer: TracedCall, assumed: boolean): void {
  const hung = answer.durationMs === null;
  const failed = answer.outcome === 'failed' || hung;
  tally.calls++;
  if (assumed) tally.assumed++;
  if (permit === null) {
    tally.refused++;
    if (failed) tally.failuresAvoided++;
    else if (answer.outcome === 'ok') tally.goodRefused++;
    return;
  }
  tally.letThrough++;
  if (permit.probe) tally.probes++;
  if (failed && !hung) tally.failed++;
}

function settle(permit: Permit, { outcome, timeout, retryAfterMs }: TracedCall): void {
  if (outcome === 'ok') permit.succeed();
  else if (outcome === 'ignored') permit.ignore();
  else permit.fail(timeout ? TIMED_OUT : RECORDED, { retryAfterMs });
}
