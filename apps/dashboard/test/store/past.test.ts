import type { Moment, Overview, StatsAnswer } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { Moments } from '../../src/server/moments.ts';
import { RangeReads } from '../../src/server/range-reads.ts';
import { rollupOf } from '../support.ts';
import { T0, World } from './world.ts';

const HOUR = 3_600_000;

function rowOf(world: World): { row: number } & NonNullable<ReturnType<World['fleet']['rowOf']>> {
  const row = world.fleet.rowOf('checkout', 'payments');
  if (row === undefined) throw new Error('no such row');
  return row;
}

function sumOf(column: readonly number[]): number {
  return column.reduce((sum, each) => sum + each, 0);
}

describe('the past', () => {
  it('has every event once, whether memory still holds it or not', async () => {
    const world = new World(undefined, { events: 50, eventsPerRow: 20 });
    const instance = world.instance();
    world.flap(instance, 300, 1_000);
    const { row } = rowOf(world);
    for (const of of [row, undefined]) {
      const seen: number[] = [];
      let to = world.now;
      for (;;) {
        const page = await world.past.events({ from: T0, to, limit: 37 }, of);
        seen.push(...page.events.map(({ event }) => event));
        if (!page.more) break;
        to = (page.events.at(-1)?.t ?? 0) - 1;
      }
      expect(seen).toEqual(Array.from({ length: 300 }, (_, i) => 300 - i));
    }
    expect(await world.past.event(1)).toMatchObject({
      service: 'checkout',
      name: 'payments',
      event: { event: 1, row },
    });
    expect(await world.past.event(301)).toBeUndefined();
  });

  it('answers from memory alone where that has all of it, without asking the store', async () => {
    const world = new World();
    const instance = world.instance();
    world.flap(instance, 10, 1_000);
    await world.archive.flush();
    Object.assign(world.store, { events: () => expect.unreachable(), lanes: () => expect.unreachable() });
    expect((await world.past.events({ from: T0 + 1_000, to: world.now, limit: 100 })).events).toHaveLength(
      10,
    );
    const [lane] = await world.past.lanes([rowOf(world)], { from: T0, to: world.now }, false);
    expect(lane?.segments.start).toHaveLength(11);
  });

  it('goes on with memory where the store fails', async () => {
    const world = new World();
    const instance = world.instance();
    world.flap(instance, 400, 1_000);
    await world.archive.flush();
    const broken = (): never => {
      throw new Error('the disk is gone');
    };
    Object.assign(world.store, { events: broken, lanes: broken, samples: broken });
    const range = { from: T0 - HOUR, to: world.now };
    expect((await world.past.events({ ...range, limit: 500 })).events).toHaveLength(400);
    const [lane] = await world.past.lanes([rowOf(world)], range, false);
    expect(lane?.segments.start.length).toBeGreaterThan(100);
    expect((await world.past.series(rowOf(world), { ...range, now: world.now })).row).toBe(rowOf(world).row);
    expect(world.archive.stats).toMatchObject({ failures: 3, problem: 'the disk is gone' });
    expect(world.lines).toEqual(['history: cannot read (memory): the disk is gone; it is tried again']);
  });

  it('tells lanes exactly where memory has folded them into minutes', async () => {
    const world = new World();
    const instance = world.instance();
    world.flap(instance, 400, 10_000);
    const range = { from: T0 - 1_000, to: world.now };
    const answer = await world.past.lanes([rowOf(world)], range, true);
    const moments = Array.from({ length: 401 }, (_, i) => T0 + i * 10_000);
    for (const lane of answer) {
      expect(lane.minutes).toBeUndefined();
      expect(lane.segments.start).toEqual([T0 - 1_000, ...moments]);
      expect(lane.segments.code.slice(0, 4)).toEqual([0, 1, 4, 1]);
    }
    expect(answer.map(({ lane }) => lane)).toEqual([-1, 1]);
  });

  it('tells very many changes as shares of time, and the newest of them exactly', async () => {
    const world = new World();
    const instance = world.instance();
    world.flap(instance, 3_000, 1_000);
    const [lane] = await world.past.lanes([rowOf(world)], { from: T0, to: world.now }, false);
    const { minutes, segments } = lane ?? expect.unreachable();
    expect(segments.start.length).toBeLessThan(600);
    const exactFrom = segments.start[0] ?? 0;
    expect(minutes?.from).toBe(T0);
    expect((minutes?.shares.length ?? 0) / 5).toBe(Math.ceil((exactFrom - T0) / (minutes?.stepMs ?? 1)));
    // Half of the time open, half closed.
    expect(minutes?.shares.slice(5, 10)).toEqual([0, 128, 0, 0, 128]);
    const told = (minutes?.changes ?? []).reduce((sum, each) => sum + each, 0);
    expect(told + segments.start.length).toBe(3_001);
  });

  it('joins an earlier life with this one: no moment twice, none missing', async () => {
    const first = new World();
    const instance = first.instance();
    first.flap(instance, 5, 60_000);
    await first.archive.flush();
    const second = await first.crash(first.now + HOUR);
    const again = second.instance('a:1', ['payments'], second.now);
    second.flap(again, 2, 60_000);
    const range = { from: T0 - HOUR, to: second.now };
    const [lane] = await second.past.lanes([rowOf(second)], range, false);
    const end = T0 + 5 * 60_000;
    expect(lane?.segments).toEqual({
      start: [
        T0 - HOUR,
        ...Array.from({ length: 6 }, (_, i) => T0 + i * 60_000),
        end,
        end + HOUR,
        end + HOUR + 60_000,
        end + HOUR + 120_000,
      ],
      // The crash came at the moment of the last change: that lasted no time.
      code: [0, 1, 4, 1, 4, 1, 4, 0, 1, 4, 1],
    });
  });

  it('sees an instance of long ago in the lane of its row', async () => {
    const first = new World();
    const gone = first.instance('old:1');
    first.now += 60_000;
    first.change(gone, { to: 'open' });
    first.now += 60_000;
    first.fleet.remove(gone, [1], first.now);
    first.now += HOUR;
    first.instance('new:1');
    await first.archive.flush();
    const second = await first.crash(first.now + 30 * HOUR);
    const [row] = await second.store.lanes({ from: T0, to: first.now });
    expect(row?.instance).toBe('old:1');
    second.instance('new:1');
    const [lane] = await second.past.lanes([rowOf(second)], { from: T0, to: first.now }, false);
    expect(lane?.segments).toMatchObject({
      start: [T0, T0 + 60_000, T0 + 120_000, first.now, first.now],
      code: [1, 4, 0, 1, 0],
    });
  });

  it('sums charts of an earlier life and of this one', async () => {
    const first = new World();
    const instance = first.instance();
    for (let i = 0; i < 300; i++) first.roll(instance, 4);
    for (let i = 0; i < 75; i++) first.roll(instance, 0);
    await first.archive.flush();
    const second = await first.crash(T0 + 2 * HOUR);
    const again = second.instance();
    for (let i = 0; i < 60; i++) second.roll(again, 6);
    second.now += 5_000;
    const range = { from: T0, to: second.now, now: second.now };
    const series = await second.past.series(rowOf(second), range);
    expect(series.stepMs).toBe(10_000);
    const before = series.t.flatMap((t, i) => (t < T0 + HOUR ? [series.ok[i] ?? 0] : []));
    expect(before.reduce((sum, each) => sum + each, 0)).toBeCloseTo(1_200, 0);
    // Within a minute of the store every step has its share.
    expect(new Set(before.slice(0, 24))).toEqual(new Set([40]));
    const after = series.t.flatMap((t, i) => (t >= T0 + 2 * HOUR ? [series.ok[i] ?? 0] : []));
    expect(after.reduce((sum, each) => sum + each, 0)).toBeCloseTo(360, 0);
    expect(series.p95[0]).toBe(series.p95.at(-1));
  });

  it('has charts of all but the last second before a crash', async () => {
    const first = new World();
    const instance = first.instance();
    // The crash comes in the second minute, while the first one is not handed over yet.
    for (let i = 0; i < 61; i++) first.roll(instance, 4);
    await first.archive.flush();
    first.roll(instance, 1_000);
    const second = await first.crash(T0 + HOUR);
    const range = { from: T0, to: second.now, now: second.now };
    const { ok, rejected } = await second.past.series(rowOf(second), range);
    expect(sumOf(ok)).toBeCloseTo(244, 0);
    expect(sumOf(rejected)).toBe(0);
  });

  it('tells no minute twice, whether it was cut short by a crash or not', async () => {
    const first = new World();
    const instance = first.instance();
    for (let i = 0; i < 90; i++) first.roll(instance, 4);
    await first.archive.flush();
    // Back within the same minute.
    const second = await first.crash(first.now + 1_000);
    const again = second.instance();
    for (let i = 0; i < 90; i++) second.roll(again, 6);
    await second.archive.flush();
    const third = await second.crash(second.now + HOUR);
    const range = { from: T0, to: third.now, now: third.now };
    expect(sumOf((await third.past.series(rowOf(third), range)).ok)).toBeCloseTo(90 * 4 + 90 * 6, 0);
  });

  it('tells of many breakers in turns, and of none before what waits already', async () => {
    const names = Array.from({ length: 1_500 }, (_, i) => `b${i}`);
    const world = new World();
    const instance = world.instance('a:1', names);
    const tell = async (): Promise<number> => {
      const before = world.archive.stats;
      world.now += 1_000;
      const rollup = rollupOf({ t: world.now, id: names.map((_, i) => i + 1), ok: names.map(() => 1) });
      world.fleet.rollup(instance, rollup, world.now);
      world.minutes.turn(world.now);
      return world.archive.stats.waiting - before.waiting;
    };
    await world.archive.flush();
    expect(await tell()).toBe(1_000);
    expect(world.archive.stats.waiting).toBe(1_000);
    expect(await tell()).toBe(1_000);
    expect(await tell()).toBe(0);
    await world.archive.flush();
    for (const name of names) {
      const of = { service: 'checkout', name };
      expect(await world.store.samples({ from: T0, to: world.now, of })).toHaveLength(1);
    }
  });

  it('answers a week in steps that a page can draw', async () => {
    const first = new World();
    const instance = first.instance();
    for (let hour = 0; hour < 150; hour++) {
      for (let i = 0; i < 60; i++) first.roll(instance, 1);
      first.now = T0 + (hour + 1) * HOUR;
      first.fleet.heard(instance, first.now);
      first.minutes.turn(first.now);
    }
    first.minutes.finish(first.now);
    const range = { from: T0, to: first.now, now: first.now };
    const series = await first.past.series(rowOf(first), range);
    expect(series.stepMs).toBe(600_000);
    expect(series.t.length).toBeLessThanOrEqual(1_500);
    expect(series.t.slice(1).every((t, i) => t > (series.t[i] ?? 0))).toBe(true);
  });

  it('is counted, painted and pointed at over ranges that reach into an earlier life', async () => {
    const first = new World();
    const instance = first.instance('old:1');
    first.flap(instance, 6, 600_000);
    await first.archive.flush();
    const second = await first.crash(T0 + 40 * HOUR);
    second.instance('new:1');
    second.now += 60_000;
    const { row } = rowOf(second);
    const reads = new RangeReads(second.fleet, () => second.now, second.past);
    const moments = new Moments(second.fleet, () => second.now, second.past);
    const ask = async <T>(path: string, query: Record<string, number | string>): Promise<T> => {
      const route = [...reads.routes(), ...moments.routes()].find((each) => each.path === path);
      const params = Object.entries(query).map(([key, value]) => [key, String(value)]);
      const caller = { role: 'viewer', id: 'open', address: '::1' } as const;
      const reply = await route?.answer({ query: new URLSearchParams(params), body: undefined, caller });
      return JSON.parse(String(reply?.body)) as T;
    };
    const stats = await ask<StatsAnswer>('stats', { rows: row, from: T0, to: second.now });
    expect(stats.rows).toEqual([{ row, opens: 3, ms: [39 * HOUR, 30 * 60_000 + 60_000, 0, 0, 30 * 60_000] }]);
    const overview = await ask<Overview>('overview', { from: T0, to: T0 + HOUR, px: 8 });
    expect(overview.counts[4]?.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(3);
    const moment = await ask<Moment>('moment', { row, t: T0 + 900_000 });
    expect(moment).toMatchObject({
      code: 4,
      since: T0 + 600_000,
      until: T0 + 1_200_000,
      counts: [0, 0, 0, 0, 1],
      took: 1,
      of: 1,
      event: { to: 'open' },
    });
    // The past does not change: whoever asks again is answered without the store.
    Object.assign(second.store, { lanes: () => expect.unreachable() });
    second.now += 2_000;
    expect(await ask<StatsAnswer>('stats', { rows: row, from: T0 + 1, to: T0 + HOUR })).toMatchObject({
      rows: [{ opens: 3 }],
    });
  });

  it('knows the settings and the opening of a moment', async () => {
    const world = new World();
    const instance = world.instance();
    world.change(instance, { to: 'open', note: 'first' });
    world.now += 1_000;
    const row = rowOf(world);
    row.config = { openWhen: [] };
    row.configRevision = 2;
    world.keeper.row(row, world.now);
    world.change(instance, { from: 'closed', to: 'open', note: 'second' });
    const now = { row: {} as never, config: row.config, configRevision: 2 };
    expect(await world.past.settings(row, T0 + 500, now)).toMatchObject({
      at: T0 + 500,
      config: null,
      configRevision: 1,
      opened: { note: 'first' },
    });
    expect(await world.past.settings(row, world.now, now)).toMatchObject({
      configRevision: 2,
      opened: { note: 'second' },
    });
  });
});
