import { type Delta, LANE } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { Fleet } from '../src/server/fleet.ts';
import type { Instance } from '../src/server/instance.ts';
import { addToFrame, emptyFrame, totalsOf } from '../src/server/numbers.ts';
import type { FleetRow } from '../src/server/row.ts';
import { changeOf, helloOf, registrationOf, rollupOf } from './support.ts';

const T0 = 1_700_000_000_000;

function join(fleet: Fleet, instance: string, now = T0, boot = 'b1'): Instance {
  const owner: object = { instance };
  const { instance: joined } = fleet.attach(helloOf({ instance, boot, now }), owner, now);
  fleet.register(joined, [registrationOf(1, { since: now })], now);
  return joined;
}

function rowOf(fleet: Fleet): FleetRow {
  return [...fleet.rows.values()][0] as FleetRow;
}

function deltas(fleet: Fleet): Delta[] {
  return fleet.changes.read(0, 10_000).flatMap((change) => (change.kind === 'delta' ? [change.delta] : []));
}

/** Moves time second by second, as the server does. */
function pass(fleet: Fleet, from: number, to: number): void {
  for (let t = from; t <= to; t += 1_000) fleet.check(t);
}

describe('a fleet', () => {
  it('shows no data from the last heartbeat on once three are missed, and what it is when heard again', () => {
    const fleet = new Fleet();
    const a = join(fleet, 'a');
    fleet.heard(a, T0 + 5_000);
    pass(fleet, T0 + 5_000, T0 + 20_000);
    expect(rowOf(fleet).code).toBe(LANE.closed);
    pass(fleet, T0 + 21_000, T0 + 21_000);
    expect(rowOf(fleet).code).toBe(LANE.noData);
    expect(rowOf(fleet).history.since).toBe(T0 + 5_000);
    fleet.heard(a, T0 + 30_000);
    expect(rowOf(fleet).history.segments(T0, T0 + 40_000)).toEqual({
      start: [T0, T0 + 5_000, T0 + 30_000],
      code: [1, 0, 1],
    });
    expect(deltas(fleet).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  });

  it('does not take its own standstill for silence of the services', () => {
    const fleet = new Fleet();
    join(fleet, 'a');
    fleet.check(T0);
    fleet.check(T0 + 60_000);
    expect(rowOf(fleet).code).toBe(LANE.closed);
  });

  it('shows the worst of the instances that have data', () => {
    const fleet = new Fleet();
    const a = join(fleet, 'a');
    const b = join(fleet, 'b');
    const now = T0 + 1_000;
    fleet.change(a, [changeOf(1, { t: now })], now);
    fleet.change(b, [changeOf(1, { t: now, to: 'half-open' })], now);
    expect(rowOf(fleet).code).toBe(LANE.open);
    fleet.detach(a, a.owner as object, now + 500, true);
    expect(rowOf(fleet).code).toBe(LANE.halfOpen);
    fleet.detach(b, b.owner as object, now + 600, true);
    expect(rowOf(fleet).code).toBe(LANE.noData);
    expect(rowOf(fleet).history.segments(T0, now + 700).code).toEqual([1, 4, 2, 0]);
  });

  it('tells the worst lane right when a loss is found after newer changes of others', () => {
    const fleet = new Fleet();
    const a = join(fleet, 'a');
    const b = join(fleet, 'b');
    fleet.change(a, [changeOf(1, { t: T0 + 1_000 })], T0 + 1_000);
    fleet.change(b, [changeOf(1, { t: T0 + 10_000, to: 'half-open' })], T0 + 10_000);
    fleet.heard(b, T0 + 17_000);
    pass(fleet, T0 + 12_000, T0 + 17_000);
    expect(rowOf(fleet).history.segments(T0, T0 + 17_000)).toEqual({
      start: [T0, T0 + 1_000, T0 + 1_000, T0 + 10_000],
      code: [1, 4, 1, 2],
    });
  });

  it('takes a change once, in order of seq, and answers the largest it has', () => {
    const fleet = new Fleet();
    const a = join(fleet, 'a');
    const two = [changeOf(1, { t: T0 + 10 }), changeOf(2, { t: T0 + 20, from: 'open', to: 'half-open' })];
    expect(fleet.change(a, two, T0 + 30)).toBe(2);
    expect(fleet.change(a, two, T0 + 40)).toBe(2);
    expect(fleet.duplicates).toBe(2);
    expect(fleet.events.size).toBe(2);
    const { instance } = fleet.attach(helloOf({ instance: 'a', now: T0 + 50 }), {}, T0 + 50);
    expect(fleet.change(instance, two, T0 + 60)).toBe(2);
    expect(fleet.events.size).toBe(2);
  });

  it('puts changes that were kept during an outage where they belong', () => {
    const fleet = new Fleet();
    const a = join(fleet, 'a');
    fleet.heard(a, T0 + 2_000);
    pass(fleet, T0 + 2_000, T0 + 20_000);
    const now = T0 + 60_000;
    const { instance } = fleet.attach(helloOf({ instance: 'a', now }), {}, now);
    fleet.register(instance, [registrationOf(1, { since: T0 + 40_000 })], now);
    fleet.change(
      instance,
      [changeOf(1, { t: T0 + 30_000 }), changeOf(2, { t: T0 + 40_000, from: 'half-open', to: 'closed' })],
      now,
    );
    expect(a.breakers.get(1)?.history.segments(T0, now)).toEqual({
      start: [T0, T0 + 2_000, T0 + 30_000, T0 + 40_000],
      code: [1, 0, 4, 1],
    });
    expect(fleet.changes.read(0, 99).some(({ kind }) => kind === 'rewritten')).toBe(true);
  });

  it('keeps the past of an earlier boot, with no data in between', () => {
    const fleet = new Fleet();
    const a = join(fleet, 'a');
    fleet.change(a, [changeOf(1, { t: T0 + 1_000 })], T0 + 1_000);
    fleet.detach(a, a.owner as object, T0 + 2_000, false);
    const next = join(fleet, 'a', T0 + 5_000, 'b2');
    expect(next).toBe(a);
    expect(fleet.change(next, [changeOf(1, { t: T0 + 6_000 })], T0 + 6_000)).toBe(1);
    expect(fleet.events.size).toBe(2);
    expect(rowOf(fleet).history.segments(T0, T0 + 7_000)).toEqual({
      start: [T0, T0 + 1_000, T0 + 1_000, T0 + 5_000, T0 + 6_000],
      code: [1, 4, 0, 1, 4],
    });
  });

  it('keeps two living processes apart that use one name', () => {
    const fleet = new Fleet();
    join(fleet, 'a');
    const other = join(fleet, 'a', T0, 'boot-two');
    expect(other.name).toBe('a~boot-two');
    expect(rowOf(fleet).lanes.size).toBe(2);
  });

  it('moves times by the offset of the clocks, and never into the future or back in a lane', () => {
    const fleet = new Fleet();
    const skewMs = 3_600_000;
    const { instance } = fleet.attach(helloOf({ now: T0 + skewMs }), {}, T0);
    fleet.register(instance, [registrationOf(1, { since: T0 + skewMs - 1_000 })], T0);
    const far = changeOf(1, { t: T0 + skewMs + 10 * 365 * 86_400_000, retryAt: Number.MAX_SAFE_INTEGER });
    fleet.change(instance, [far], T0 + 100);
    fleet.change(instance, [changeOf(2, { t: 0, from: 'open', to: 'closed' })], T0 + 200);
    expect(rowOf(fleet).history.segments(0, T0 + 1_000)).toEqual({
      start: [0, T0 - 1_000, T0 + 100, T0 + 100],
      code: [0, 1, 4, 1],
    });
    expect(rowOf(fleet).opened?.retryAt).toBeLessThanOrEqual(T0 + 100 + 86_400_000);
  });

  it('forgets instances that are gone, but not the last lane of a row; then rows; then makes room', () => {
    const fleet = new Fleet({ rows: 40, rowsPerService: 20 });
    const a = join(fleet, 'a');
    const b = join(fleet, 'b');
    fleet.detach(a, a.owner as object, T0, true);
    const later = T0 + 3_700_000;
    fleet.heard(b, later);
    pass(fleet, later - 1_000, later);
    expect([...rowOf(fleet).lanes.keys()]).toEqual(['b']);
    fleet.detach(b, b.owner as object, later, true);
    pass(fleet, later + 4_000_000, later + 4_001_000);
    expect(fleet.rows.size).toBe(1);
    pass(fleet, later + 90_000_000, later + 90_001_000);
    expect([fleet.rows.size, fleet.lanes, fleet.instances.size]).toEqual([0, 0, 0]);
    const c = join(fleet, 'c');
    const many = Array.from({ length: 500 }, (_, i) => registrationOf(i + 10, { since: T0 }));
    fleet.register(c, many, T0);
    expect(fleet.rows.size).toBeLessThanOrEqual(20);
    expect(fleet.lanes).toBe(fleet.rows.size);
  });

  it('never lets go of a row in trouble to make room', () => {
    const fleet = new Fleet({ rowsPerService: 3 });
    const a = join(fleet, 'a');
    fleet.register(
      a,
      [2, 3].map((id) => registrationOf(id, { state: 'open', since: T0 })),
      T0,
    );
    fleet.change(a, [changeOf(1, { t: T0 })], T0);
    expect(fleet.register(a, [registrationOf(9)], T0)).toBe(1);
    expect(fleet.rows.size).toBe(3);
  });

  it('sums numbers over instances, takes the worst window, and falls to zero when nothing is said', () => {
    const fleet = new Fleet();
    const [a, b] = [join(fleet, 'a'), join(fleet, 'b')];
    const now = T0 + 1_000;
    fleet.rollup(a, rollupOf({ t: now, fail: [10], failureRatio: [0.5], hist: [[40, 19, 90, 1]] }), now);
    fleet.rollup(b, rollupOf({ t: now, rejected: [4], inFlight: [2], failureRatio: [0.1] }), now);
    const frame = emptyFrame(fleet.epoch, 1, now);
    addToFrame(frame, rowOf(fleet), now);
    expect(frame).toMatchObject({
      callsPerSecond: [30],
      rejectedPerSecond: [4],
      failureRatio: [0.5],
      inFlight: [2],
    });
    expect(totalsOf(fleet.instances.values(), now)).toMatchObject({
      callsPerSecond: 30,
      failureRatio: 0.3333,
    });
    for (const later of [now + 1_000, now + 2_000])
      fleet.rollup(a, rollupOf({ t: later, id: [], ok: [] }), later);
    addToFrame(frame, rowOf(fleet), now + 2_000);
    expect(frame.callsPerSecond).toEqual([30, 10]);
  });

  it('takes the rollups of one moment as one, however many messages they came in', () => {
    const fleet = new Fleet();
    const { instance } = fleet.attach(helloOf({ now: T0 }), {}, T0);
    fleet.register(instance, [registrationOf(1), registrationOf(2)], T0);
    const callsPerSecond = (): number => totalsOf(fleet.instances.values(), T0).callsPerSecond;
    for (const t of [T0 + 1_000, T0 + 2_000]) {
      fleet.rollup(instance, rollupOf({ t, id: [1], ok: [10] }), t);
      fleet.rollup(instance, rollupOf({ t, id: [2], ok: [5] }), t);
      expect(callsPerSecond()).toBe(15);
    }
    for (const t of [T0 + 3_000, T0 + 4_000]) fleet.rollup(instance, rollupOf({ t, id: [1], ok: [10] }), t);
    expect(callsPerSecond()).toBe(10);
  });

  it('keeps names that objects know as names', () => {
    const fleet = new Fleet();
    const { instance } = fleet.attach(
      helloOf({ service: '__proto__', instance: 'constructor', now: T0 }),
      {},
      T0,
    );
    const names = ['__proto__', 'constructor', 'toString'];
    fleet.register(
      instance,
      names.map((name, id) => registrationOf(id, { name })),
      T0,
    );
    expect([...fleet.rows.values()].map(({ name }) => name)).toEqual(names);
  });
});
