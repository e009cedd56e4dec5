import { TICKS_PER_MS, type TraceAnswer, type TracePart } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { TraceStore } from '../src/server/trace-store.ts';
import { client, heard, helloOf, read, registrationOf, service, start, until } from './support.ts';

const ZERO = 1_700_000_000_000;
const START = { v: 1, state: 'closed', window: { kind: 'last-calls', calls: [] } };

/** A part of a second, of so many calls that took 100 ms each. */
function partOf(second: number, more: Partial<TracePart> = {}, calls = 10): TracePart {
  const tick = 1_000 * TICKS_PER_MS;
  return {
    id: 1,
    part: second + 1,
    from: second * tick,
    to: (second + 1) * tick,
    zeroAt: ZERO,
    calls: 'o'.repeat(calls),
    at: new Array<number>(calls).fill(Math.floor(tick / (calls + 1))),
    took: new Array<number>(calls).fill(100 * TICKS_PER_MS),
    inFlight: 0,
    ...more,
  };
}
const at = (second: number): number => ZERO + second * 1_000;

function filled(seconds: readonly number[], starts: readonly number[] = [0]): TraceStore {
  const store = new TraceStore(1e9);
  for (const second of seconds)
    store.add(1, partOf(second, starts.includes(second) ? { start: START } : {}), 0);
  return store;
}

describe('a store of traces', () => {
  it('answers a range from the last start before it, in columns as they came', () => {
    const store = filled([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], [0, 3, 6]);
    const found = store.read(1, at(4.5), at(8), 1e9);
    expect(found).toMatchObject({ complete: [[at(0), at(10)]], zeroAt: ZERO, more: false });
    expect(found.parts.map(({ part }) => part)).toEqual([4, 5, 6, 7, 8, 9]);
    const { id: _, zeroAt: __, ...answered } = partOf(3, { start: START });
    expect(found.parts[0]).toEqual(answered);
    expect(store.read(1, at(-5), at(1), 1e9).parts.map(({ part }) => part)).toEqual([1, 2]);
    expect(store.read(2, at(0), at(1), 1e9)).toEqual({ complete: [], parts: [], zeroAt: 0, more: false });
  });

  it('adds what ends later of the calls that had begun in the range', () => {
    const store = filled([0, 1, 2, 3]);
    const late = partOf(4, { took: [...new Array<number>(9).fill(1), 3_500 * TICKS_PER_MS] });
    store.add(1, late, 0);
    expect(store.read(1, at(0), at(2), 1e9).parts.map(({ part }) => part)).toEqual([1, 2, 3, 5]);
  });

  it('shows gaps: a number that is missing, lost calls, another time', () => {
    const store = new TraceStore(1e9);
    const add = (second: number, more: Partial<TracePart> = {}): void =>
      store.add(1, partOf(second, more), 0);
    add(0, { start: START });
    add(1);
    add(3, { start: START });
    add(4, { lost: 5 });
    add(5);
    add(6, { start: START });
    add(7, { from: 7_500 * TICKS_PER_MS });
    add(8, { start: START, part: 1 });
    expect(store.read(1, at(0), at(100), 1e9).complete).toEqual([
      [at(0), at(2)],
      [at(3), at(5)],
      [at(6), at(7)],
      [at(8), at(9)],
    ]);
    // The stretch that covers most of what is asked for; of two, the newer.
    expect(store.read(1, at(0), at(5), 1e9).parts.map(({ part }) => part)).toEqual([4, 5]);
    expect(store.read(1, at(0), at(3.5), 1e9).parts.map(({ part }) => part)).toEqual([1, 2]);
  });

  it('has nothing to say before a start, since nobody knows what the window held', () => {
    const store = filled([0, 1, 2, 3], [2]);
    expect(store.read(1, at(0), at(4), 1e9)).toMatchObject({ complete: [[at(2), at(4)]] });
    expect(filled([0, 1], []).read(1, at(0), at(4), 1e9)).toMatchObject({ complete: [], parts: [] });
  });

  it('says when there are more calls than one answer may have', () => {
    const store = filled([0, 1, 2, 3]);
    expect(store.read(1, at(0), at(4), 25)).toMatchObject({ parts: [{ part: 1 }, { part: 2 }], more: true });
    expect(store.read(1, at(0), at(4), 5)).toMatchObject({ parts: [{ part: 1 }], more: true });
    expect(store.read(1, at(0), at(4), 40).more).toBe(false);
  });

  it('translates a producer’s clock into the server’s', () => {
    const store = new TraceStore(1e9);
    store.add(1, partOf(0, { start: START }), 5_000);
    expect(store.read(1, at(0), at(20), 1e9)).toMatchObject({ complete: [[at(5), at(6)]], zeroAt: at(5) });
  });

  it('tells the same moment alike in every answer, however precisely a clock was read, until it is set', () => {
    const store = new TraceStore(1e9);
    store.add(1, partOf(0, { start: START }), 0);
    store.add(1, partOf(1, { zeroAt: ZERO + 1.3 }), 2);
    expect(store.read(1, at(0), at(9), 1e9)).toMatchObject({ zeroAt: ZERO, complete: [[at(0), at(2)]] });
    store.add(1, partOf(2, { zeroAt: ZERO + 60_000 }), 0);
    expect(store.read(1, at(0), at(99), 1e9)).toMatchObject({ zeroAt: at(60), complete: [[at(60), at(63)]] });
  });

  it('forgets the oldest parts of all lanes first, and gives their memory back', () => {
    const store = new TraceStore(100_000);
    for (let second = 0; second < 3_000; second++)
      for (const lane of [1, 2])
        store.add(lane, partOf(second, second % 10 === 0 ? { start: START } : {}, 100), 0);
    expect(store.bytes).toBeLessThanOrEqual(100_000);
    expect(store.bytes).toBeGreaterThan(90_000);
    const [stretch] = store.read(1, 0, at(9_999), 1e9).complete;
    expect(stretch?.[1]).toBe(at(3_000));
    expect(stretch?.[0]).toBeGreaterThan(at(2_950));
    const bytes = store.bytes;
    store.forget(1);
    store.forget(9);
    expect(store.bytes).toBeLessThan(bytes * 0.6);
    expect(store.read(1, 0, at(9_999), 1e9).complete).toEqual([]);
    // What is still in line to be dropped was forgotten with its lane.
    for (let second = 3_000; second < 3_200; second++) store.add(2, partOf(second, {}, 100), 0);
    expect(store.bytes).toBeGreaterThan(90_000);
    store.forget(2);
    expect(store.bytes).toBe(0);
  });
});

describe('a server with traces', () => {
  it('keeps them by instance and answers for one, gaps and all', async () => {
    const server = await start();
    const socket = await service(server);
    const now = Date.now();
    const zeroAt = now - 10_000;
    socket.emit('tr', [
      partOf(0, { zeroAt, start: START }),
      partOf(1, { zeroAt }),
      5,
      partOf(2, { zeroAt, id: 99 }),
    ]);
    await until(() => server.stats().traceBytes > 0, 'the trace is kept');
    const answer = await read<TraceAnswer>(server, `trace?row=1&lane=1&from=${now - 60_000}&to=${now}`);
    expect(answer).toMatchObject({ row: 1, lane: 1, instance: 'a:1', more: false });
    expect(answer.parts).toHaveLength(2);
    expect(Math.abs((answer.complete[0]?.[0] ?? 0) - zeroAt)).toBeLessThan(1_000);
    expect(server.stats()).toMatchObject({ strangers: 1, refused: { badEntry: 1, badMessage: 0 } });

    for (const [path, status] of [
      ['trace?row=1', 400],
      ['trace?row=1&lane=x', 400],
      ['trace?row=1&lane=2', 404],
      ['trace?row=9&lane=1', 404],
      ['trace?row=1&lane=1&from=5&to=4', 400],
    ] as const)
      expect((await fetch(`${server.url}api/v1/${path}`)).status).toBe(status);

    await socket.emitWithAck('rm', [1]);
    expect(server.stats().traceBytes).toBe(0);
  });

  it('takes no trace before it knows who speaks, and none that is no list', async () => {
    const server = await start();
    const socket = client(server, 'ingest');
    await heard(socket, 'connect');
    socket.emit('tr', []);
    await until(() => server.stats().refused.badMessage === 1, 'refused before hello');
    await socket.emitWithAck('hello', helloOf());
    await socket.emitWithAck('reg', [registrationOf(1)]);
    socket.emit('tr', { id: 1 });
    await until(() => server.stats().refused.badMessage === 2, 'refused as no list');
    expect(server.stats().traceBytes).toBe(0);
  });

  it('adds neutral calls and histograms to a series where they are asked for', async () => {
    const server = await start();
    const socket = await service(server);
    const now = Date.now();
    for (let second = 9; second > 3; second--)
      socket.emit('ro', {
        t: now - second * 1_000,
        ms: 1_000,
        id: [1],
        ok: [6],
        ignored: [2],
        hist: [[10, 4, 12, 2]],
      });
    const path = `series?row=1&lane=1&from=${now - 20_000}&to=${now}`;
    await until(async () => (await read<{ t: number[] }>(server, path)).t.length > 5, 'the series');
    const plain = await read<object>(server, path);
    expect(plain).not.toHaveProperty('ignored');
    expect(plain).not.toHaveProperty('hist');
    const detail = await read<{ ok: number[]; ignored: number[]; hist: number[][] }>(
      server,
      `${path}&detail=1`,
    );
    const sum = (all: readonly number[]): number => Math.round(all.reduce((a, b) => a + b, 0));
    expect(sum(detail.ok)).toBe(36);
    expect(sum(detail.ignored)).toBe(12);
    expect(sum(detail.hist.flatMap((pairs) => pairs.filter((_, i) => i % 2 === 1)))).toBe(36);
    expect(detail).toMatchObject(plain);
  });
});
