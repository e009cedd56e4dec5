import {
  type Breaker,
  type BreakerOptions,
  consecutiveFailures,
  createBreaker,
  failureRatio,
  fixed,
  lastCalls,
  slowRatio,
} from '@cb/core';
import { readTraces, TICKS_PER_MS, type TracePart } from '@cb/protocol';
import { type ManualClock, manualClock } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import { CallTraces } from '../src/call-traces.ts';

/** A breaker that is traced, on a clock that moves when told. */
class Traced {
  readonly clock: ManualClock = manualClock();
  readonly breaker: Breaker;
  readonly traces: CallTraces;
  heard: TracePart[] = [];

  constructor(
    options: Partial<BreakerOptions> = {},
    maxPerSecond = 100_000,
    before?: (breaker: Breaker) => void,
  ) {
    const { clock } = this;
    this.breaker = createBreaker({
      name: 'payments',
      openWhen: consecutiveFailures(2),
      stayOpen: fixed(1_000),
      probing: { probes: 1 },
      clock,
      ...options,
    });
    before?.(this.breaker);
    this.breaker.measureLatency();
    this.traces = new CallTraces({
      maxPerSecond,
      clock: () => clock.wallNow(),
      monotonic: () => clock.now(),
    });
    this.traces.add(7, this.breaker);
  }

  /** What the server makes of the messages. */
  flush(afterMs = 0): TracePart[] {
    this.clock.advance(afterMs);
    const parts = [...this.traces.flush()].flatMap((message) => {
      expect(JSON.stringify(message).length).toBeLessThan(60_000);
      const batch = readTraces(JSON.parse(JSON.stringify(message)));
      if (typeof batch === 'string') throw new Error(batch);
      expect(batch.skipped).toBe(0);
      return batch.items;
    });
    this.heard.push(...parts);
    return parts;
  }

  call(outcome: 'ok' | 'failed' | 'ignored', tookMs = 0): void {
    const permit = this.breaker.tryAcquire();
    this.clock.advance(tookMs);
    if (outcome === 'ok') permit?.succeed();
    else if (outcome === 'failed') permit?.fail();
    else permit?.ignore();
  }
}

/** When each call came, in milliseconds after the part began, and how long it took. */
function told({ calls, at, took }: TracePart): [letter: string, cameMs: number, tookMs: number][] {
  let came = 0;
  return calls.split('').map((letter, i) => {
    came += at[i] as number;
    return [letter, came / TICKS_PER_MS, (took[i] as number) / TICKS_PER_MS];
  });
}

describe('a trace of calls', () => {
  it('tells of every result and refusal when it came and how long it took', () => {
    const traced = new Traced();
    expect(traced.flush()).toEqual([]);
    traced.call('ok', 12.5);
    traced.call('ignored', 1);
    traced.call('failed', 2);
    traced.clock.advance(10);
    traced.call('failed');
    traced.call('ok');
    const [part, ...others] = traced.flush(1_000);
    expect(others).toEqual([]);
    expect(part).toMatchObject({ id: 7, part: 1, inFlight: 0, start: { state: 'closed', at: 1_000 } });
    expect(told(part as TracePart)).toEqual([
      ['o', 12.5, 12.5],
      ['x', 13.5, 1],
      ['e', 15.5, 2],
      ['e', 25.5, 0],
      ['r', 25.5, 0],
    ]);
    expect(part?.from).toBe(1_000 * TICKS_PER_MS);
    expect(part?.zeroAt).toBe(traced.clock.wallNow() - traced.clock.now());
    expect(part?.changes).toMatchObject([
      {
        at: 25.5 * TICKS_PER_MS,
        from: 'closed',
        to: 'open',
        openMs: 1_000,
        why: { rule: 'consecutive-failures' },
      },
      { at: 1_025.5 * TICKS_PER_MS, from: 'open', to: 'half-open', why: { rule: 'open-time-over' } },
    ]);
    expect(Object.keys(part ?? {})).not.toContain('counted');
  });

  it('goes on where it ended, and marks results that came too late', () => {
    const traced = new Traced();
    traced.flush();
    const late = traced.breaker.acquire();
    traced.call('failed');
    traced.call('failed');
    const [first] = traced.flush(500);
    expect(first?.inFlight).toBe(1);
    late.succeed();
    const [second] = traced.flush(500);
    expect(second).toMatchObject({ part: 2, from: first?.to, calls: 'O', inFlight: 0 });
    expect(second?.start).toBeUndefined();
    expect(told(second as TracePart)).toEqual([['O', 0, 500]]);
  });

  it('says nothing while nothing happens, but that it is there', () => {
    const traced = new Traced();
    traced.flush();
    expect(traced.flush(1_000)).toMatchObject([{ part: 1, calls: '', start: {} }]);
    expect(traced.flush(1_000)).toEqual([]);
    expect(traced.flush(9_000)).toMatchObject([{ part: 2, calls: '', from: 2_000 * TICKS_PER_MS }]);
    traced.call('ok');
    const [part] = traced.flush(3_000);
    expect(part).toMatchObject({ part: 3, from: 12_000 * TICKS_PER_MS, to: 15_000 * TICKS_PER_MS });
  });

  it('says every ten seconds where a replay may begin, while the circuit is closed and nobody interferes', () => {
    const traced = new Traced();
    traced.flush();
    const starts: number[] = [];
    for (let second = 1; second <= 40; second++) {
      traced.call(second === 12 || second === 13 ? 'failed' : 'ok');
      for (const part of traced.flush(1_000)) {
        if (part.start !== undefined) starts.push(part.from / TICKS_PER_MS / 1_000);
      }
    }
    expect(starts).toEqual([1, 11, 21, 31]);
    expect(traced.heard.map(({ part }) => part)).toEqual(traced.heard.map((_, i) => i + 1));
    traced.breaker.setMode('observing');
    traced.call('ok');
    expect(traced.flush(20_000)[0]?.changes).toMatchObject([{ kind: 'mode', mode: 'observing' }]);
    traced.call('ok');
    expect(traced.flush(1_000)[0]?.start).toBeUndefined();
    traced.breaker.setMode('auto');
    traced.flush(1_000);
    traced.call('ok');
    expect(traced.flush(1_000)[0]?.start).toMatchObject({ state: 'closed', mode: 'auto' });
  });

  it('begins anew behind what people did, which no traffic explains', () => {
    const traced = new Traced();
    traced.flush();
    traced.call('ok');
    traced.flush(1_000);
    traced.breaker.reset({ by: 'ana' });
    expect(traced.flush(1_000)).toMatchObject([{ changes: [{ kind: 'state', why: { rule: 'reset' } }] }]);
    traced.call('ok');
    expect(traced.flush(1_000)[0]?.start).toMatchObject({ window: {}, openings: 0 });
    traced.breaker.configure({ openWhen: failureRatio(0.5) });
    expect(traced.flush(1_000)[0]?.changes).toMatchObject([{ kind: 'configured', to: 'closed' }]);
    traced.call('ok');
    expect(traced.flush(1_000)[0]?.start).toBeDefined();
  });

  it('has no call that an observing breaker let through twice', () => {
    const traced = new Traced();
    traced.flush();
    traced.breaker.setMode('observing');
    for (let i = 0; i < 4; i++) traced.call('failed');
    expect(traced.flush(100)[0]?.calls).toBe('eeee');
  });

  it('dates a result that opened the circuit by the opening, however long its listeners took', () => {
    const traced = new Traced();
    traced.breaker.on('state-changed', () => traced.clock.advance(7));
    traced.flush();
    traced.call('failed', 1);
    traced.call('failed', 2);
    const [part] = traced.flush(100);
    expect(told(part as TracePart)).toEqual([
      ['e', 1, 1],
      ['e', 3, 2],
    ]);
    expect(part?.changes?.[0]?.at).toBe(3 * TICKS_PER_MS);
  });

  it('says how long a call took as the breaker counts it, where the process stood still', () => {
    const traced = new Traced({ openWhen: slowRatio(1, { slowMs: 500, minimumCalls: 1 }) });
    traced.flush();
    const permit = traced.breaker.acquire();
    traced.clock.advance(100);
    traced.clock.stall(2_000);
    permit.succeed();
    expect(traced.breaker.state).toBe('closed');
    const [part] = traced.flush(0);
    expect(told(part as TracePart)).toEqual([['o', 2_100, 2_100]]);
    const [index, ticks] = part?.counted ?? [];
    expect(index).toBe(0);
    expect((ticks as number) / TICKS_PER_MS).toBeLessThan(500);
  });

  it('takes a call that began before anybody measured for one that arrived when it began itself', () => {
    let under: ReturnType<Breaker['acquire']> | undefined;
    const traced = new Traced({}, 1_000, (breaker) => {
      under = breaker.acquire();
    });
    traced.flush();
    traced.clock.advance(30);
    under?.fail();
    const [part] = traced.flush(0);
    expect(told(part as TracePart)).toEqual([['e', 30, 30]]);
    expect(part?.counted).toEqual([0, 0]);
  });

  it('shows a gap where there were more calls than it may tell', () => {
    const traced = new Traced({}, 10);
    traced.flush();
    for (let i = 0; i < 25; i++) traced.call('ok', 1);
    const [first] = traced.flush(0);
    expect(first).toMatchObject({ part: 1, calls: 'oooooooooo', lost: 15 });
    expect(first?.to).toBe(1_010 * TICKS_PER_MS);
    traced.call('ok', 1);
    const [second] = traced.flush(0);
    // A number is missing, and a replay begins with what the breaker has become.
    expect(second).toMatchObject({ part: 3, calls: 'o', start: { window: {} } });
    expect(second?.lost).toBeUndefined();
  });

  it('has room for two seconds after a pause, and no more', () => {
    const traced = new Traced({}, 10);
    traced.flush(60_000);
    for (let i = 0; i < 25; i++) traced.call('ok');
    expect(traced.flush(0)[0]?.calls).toHaveLength(20);
  });

  it('cuts many calls into parts that messages have room for', () => {
    const traced = new Traced();
    traced.flush();
    for (let i = 0; i < 5_000; i++) traced.call(i === 2_100 || i === 2_101 ? 'failed' : 'ok', 0.25);
    const parts = traced.flush(0);
    expect(parts.map(({ part, calls }) => [part, calls.length])).toEqual([
      [1, 2_000],
      [2, 2_000],
      [3, 96],
    ]);
    expect(parts[2]?.lost).toBe(904);
    expect(parts.map(({ start }) => start !== undefined)).toEqual([true, false, false]);
    expect(parts[1]?.from).toBe(parts[0]?.to);
    expect(parts[1]?.changes?.[0]).toMatchObject({ to: 'open' });
    expect(parts[0]?.changes).toBeUndefined();
  });

  it('does not begin amid probes, nor with a window that is too large to tell', () => {
    const traced = new Traced({}, 1_000, (breaker) => {
      breaker.acquire().fail();
      breaker.acquire().fail();
    });
    traced.clock.advance(1_000);
    traced.breaker.acquire();
    expect(traced.breaker.state).toBe('half-open');
    traced.flush();
    expect(traced.flush(1_000)).toEqual([]);

    const large = new Traced({ window: lastCalls(100_000) }, 1_000_000, (breaker) => {
      for (let i = 0; i < 1_001; i++) breaker.acquire().succeed();
    });
    large.flush();
    expect(large.flush(1_000)).toEqual([]);
  });

  it('writes nothing down while nobody hears, and after it was stopped', () => {
    const traced = new Traced();
    traced.call('ok');
    expect(traced.flush()).toEqual([]);
    traced.traces.pause();
    traced.call('ok');
    traced.flush();
    traced.call('failed');
    expect(traced.flush()).toMatchObject([{ calls: 'e' }]);
    traced.traces.remove(traced.breaker);
    traced.call('ok');
    expect(traced.flush(20_000)).toEqual([]);
    traced.traces.close();
  });
});
