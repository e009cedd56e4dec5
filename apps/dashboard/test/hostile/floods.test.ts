import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Hello, readRegistrations, readStateChanges, scrub } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { Fleet } from '../../src/server/fleet.ts';
import type { Instance, Owner } from '../../src/server/instance.ts';
import { changeOf, client, heard, helloOf, registrationOf, rollupOf, until } from '../support.ts';
import { arena, frame, line } from './arena.ts';

const field = arena();
const T0 = 1_750_000_000_000;
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

function join(fleet: Fleet, more: Partial<Hello> = {}, owner: Owner = {}): Instance {
  return fleet.attach(helloOf({ now: T0, ...more }), owner, T0).instance;
}

/** Bytes of the heap that making `count` things and keeping them costs. */
function heldBy(count: number, make: (i: number) => unknown): number {
  const kept: unknown[] = [];
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < count; i++) kept.push(make(i));
  collect();
  return kept.length === count ? process.memoryUsage().heapUsed - before : Number.NaN;
}

describe('names without end', () => {
  it('two hundred thousand distinct breakers of one service are at most its share', () => {
    const fleet = new Fleet();
    const instance = join(fleet);
    for (let i = 0; i < 200; i++) {
      const batch = Array.from({ length: 1_000 }, (_, k) => registrationOf(k, { name: `b-${i}-${k}` }));
      fleet.register(instance, batch, T0 + i);
    }
    expect(fleet.rows.size).toBeLessThanOrEqual(2_000);
    expect(fleet.lanes).toBe(fleet.rows.size);
    expect(instance.breakers.size).toBeLessThanOrEqual(2_000);
  }, 60_000);

  it('one breaker under ever new ids is one lane, and as many ids as there may be breakers', () => {
    const fleet = new Fleet();
    const instance = join(fleet);
    const batch = Array.from({ length: 5_000 }, (_, id) => registrationOf(id, { name: 'same' }));
    expect(fleet.register(instance, batch, T0)).toBe(3_000);
    expect(instance.breakers.size).toBe(2_000);
    expect([fleet.rows.size, fleet.lanes]).toEqual([1, 1]);
  });

  it('instances that come and go are forgotten, those that run are not', () => {
    const fleet = new Fleet({ instances: 100 });
    const living = join(fleet, { instance: 'living' });
    fleet.register(living, [registrationOf(1)], T0);
    for (let i = 0; i < 10_000; i++) {
      const owner: Owner = {};
      fleet.detach(join(fleet, { instance: `i-${i}` }, owner), owner, T0 + i, true);
    }
    expect(fleet.instances.size).toBeLessThanOrEqual(100);
    expect([...fleet.instances.values()]).toContain(living);
  });

  it('lanes of instances that are gone make room for those that run', () => {
    const fleet = new Fleet({ lanes: 100, instances: 1_000 });
    for (let i = 0; i < 300; i++) {
      const owner: Owner = {};
      const instance = join(fleet, { instance: `i-${i}` }, owner);
      expect(fleet.register(instance, [registrationOf(1)], T0 + i)).toBe(0);
      fleet.detach(instance, owner, T0 + i, true);
    }
    expect(fleet.lanes).toBeLessThanOrEqual(100);
    const fresh = new Fleet({ lanes: 2 });
    // A row that got no lane would never go.
    expect(
      fresh.register(
        join(fresh),
        [1, 2, 3].map((id) => registrationOf(id)),
        T0,
      ),
    ).toBe(1);
    expect(fresh.rows.size).toBe(2);
  });

  it('rows that are silent make room before those that are only calm', () => {
    const fleet = new Fleet({ rowsPerService: 20 });
    const living = join(fleet, { instance: 'living' });
    fleet.register(living, [registrationOf(1, { name: 'calm' })], T0);
    const owner: Owner = {};
    const leaving = join(fleet, { instance: 'leaving' }, owner);
    fleet.register(
      leaving,
      Array.from({ length: 19 }, (_, id) => registrationOf(id, { name: `gone-${id}` })),
      T0 + 1,
    );
    fleet.detach(leaving, owner, T0 + 2, true);
    fleet.register(living, [registrationOf(2, { name: 'new' })], T0 + 3);
    expect([...fleet.rows.values()].map(({ name }) => name)).toContain('calm');
  });

  it('a process that boots without end is one instance', () => {
    const fleet = new Fleet();
    for (let i = 0; i < 5_000; i++) {
      const owner: Owner = {};
      const instance = join(fleet, { boot: `boot-${i}` }, owner);
      fleet.register(instance, [registrationOf(i, { name: 'x' })], T0 + i);
      fleet.change(instance, [changeOf(1, { id: i, t: T0 })], T0 + i);
      fleet.detach(instance, owner, T0 + i, false);
    }
    expect([fleet.instances.size, fleet.rows.size, fleet.lanes]).toEqual([1, 1, 1]);
    expect(fleet.instances.values().next().value?.breakers.size).toBe(1);
    expect(fleet.events.size).toBeLessThanOrEqual(22_000);
  });
});

describe('long texts', () => {
  const long = (i: number): string => `${'x'.repeat(60_000)}${i}`;
  const sent = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
  it.each<[string, (i: number) => unknown]>([
    ['names', (i) => readRegistrations(sent([registrationOf(1, { name: long(i) })]))],
    ['tags', (i) => readRegistrations(sent([registrationOf(1, { tags: { a: long(i) } })]))],
    ['settings', (i) => readRegistrations(sent([registrationOf(1, { config: { a: long(i) } })]))],
    ['notes', (i) => readStateChanges(sent([changeOf(1, { note: long(i), by: long(i) })]))],
    ['outcomes', (i) => readStateChanges(sent([changeOf(1, { outcomes: `${'o'.repeat(60_000)}${i}` })]))],
    [
      'errors',
      (i) =>
        readStateChanges(
          sent([changeOf(1, { errors: [{ name: long(i), code: long(i), message: long(i), count: 1 }] })]),
        ),
    ],
    [
      'spaces around a name',
      (i) => readRegistrations(sent([registrationOf(1, { name: `${' '.repeat(60_000)}n${i}` })])),
    ],
  ])('%s hold what is kept of them, not what they came in', (_what, make) => {
    expect(heldBy(500, make) / 500).toBeLessThan(6_000);
  });

  it.each(['a-', 'a.', 'a://', 'token-', '"pwd=', 'eyJaaaaaaaa.', 'sk-a', ' ', 'bearer ', '://'])(
    'made of "%s" are scrubbed in time that grows with their length only',
    (part) => {
      const texts = Array.from({ length: 200 }, (_, i) => part.repeat(1_000) + i);
      const began = process.cpuUsage();
      for (const text of texts) scrub(text);
      // It was a second where every word was a beginning.
      expect(process.cpuUsage(began).user / 1_000).toBeLessThan(250);
    },
  );
});

describe('times and numbers from nowhere', () => {
  it.each([0, 1, -1, 1e15, 8.64e15, Number.MAX_SAFE_INTEGER])(
    'a change at %d is put within a day before now',
    (t) => {
      const fleet = new Fleet();
      const instance = join(fleet);
      fleet.register(instance, [registrationOf(1, { since: t })], T0);
      fleet.change(instance, [changeOf(1, { t, retryAt: t, firstFailureAt: t })], T0);
      const [row] = fleet.rows.values();
      const { start } = row?.history.segments(0, Number.MAX_SAFE_INTEGER) ?? { start: [] };
      expect(Math.max(...start)).toBeLessThanOrEqual(T0);
      expect(row?.last?.t).toBeGreaterThanOrEqual(T0 - 86_400_000);
      expect(row?.last?.retryAt).toBeLessThanOrEqual(T0 + 86_400_000);
    },
  );

  it('a seq of 2^53 ends what its own boot can say, and nobody else', () => {
    const fleet = new Fleet();
    const bad = join(fleet, { instance: 'bad' });
    const good = join(fleet, { instance: 'good' });
    for (const instance of [bad, good]) fleet.register(instance, [registrationOf(1)], T0);
    fleet.change(bad, [changeOf(Number.MAX_SAFE_INTEGER, { t: T0 })], T0);
    expect(fleet.change(bad, [changeOf(2, { t: T0 })], T0)).toBe(Number.MAX_SAFE_INTEGER);
    expect(fleet.change(good, [changeOf(1, { t: T0 })], T0)).toBe(1);
    expect(fleet.duplicates).toBe(1);
  });

  it('what is told again or out of order is told once', () => {
    const fleet = new Fleet();
    const instance = join(fleet);
    fleet.register(instance, [registrationOf(1)], T0);
    for (const seq of [3, 1, 2, 3, 3, 0]) fleet.change(instance, [changeOf(seq, { t: T0 })], T0);
    expect([fleet.events.size, fleet.duplicates]).toEqual([1, 5]);
  });

  it('a change that is told a day late is not compared with every change since', () => {
    const fleet = new Fleet();
    const looks: number[] = [];
    for (let i = 0; i < 40; i++) {
      const instance = join(fleet, { instance: `i-${i}` });
      fleet.register(instance, [registrationOf(1, { name: 'x', since: T0 - 86_400_000 })], T0);
      const changes = Array.from({ length: 120 }, (_, k) =>
        changeOf(k + 1, { t: T0 - 3_600_000 + k * 1_000, to: k % 2 ? 'closed' : 'half-open' }),
      );
      fleet.change(instance, changes, T0);
    }
    const [row] = fleet.rows.values();
    for (const lane of row?.lanes.values() ?? []) {
      const at = lane.history.at.bind(lane.history);
      lane.history.at = (t) => {
        looks.push(t);
        return at(t);
      };
    }
    const late = join(fleet, { instance: 'late' });
    fleet.register(late, [registrationOf(1, { name: 'x', since: T0 - 86_400_000 })], T0);
    looks.length = 0;
    fleet.change(late, [changeOf(1, { t: T0 - 86_000_000 })], T0);
    expect(looks.length).toBeLessThanOrEqual(10_000);
    expect(row?.code).toBe(4);
  });
});

describe('messages without end', () => {
  it.each<[string, string, unknown]>([
    [
      'watching rows that nobody knows',
      'watch',
      { rows: Array.from({ length: 500 }, (_, i) => i + 10_000), hz: 10 },
    ],
    ['credit for frames that were sent', 'ok', 0],
  ])('a browser %s is dropped above its rate, and closed', async (_what, event, payload) => {
    const browser = client(field.server, 'ui');
    await heard(browser, 'welcome');
    const gone = heard(browser, 'disconnect');
    for (let i = 0; i < 2_600; i++) browser.emit(event, payload);
    await gone;
    expect(field.server.stats().refused.rate).toBeGreaterThan(0);
  });

  it('a browser that claims frames it was never sent is closed', async () => {
    const browser = client(field.server, 'ui');
    await heard(browser, 'welcome');
    const gone = heard(browser, 'disconnect');
    for (let i = 1; i < 10; i++) browser.emit('ok', Number.MAX_SAFE_INTEGER - i);
    await gone;
  });

  it('tags, columns and caps beyond their number are left out', async () => {
    const from = client(field.server, 'ingest');
    const many = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`k${i}`, 'v']));
    const caps = Array.from({ length: 5_000 }, (_, i) => `c${i}`);
    expect(await from.emitWithAck('hello', helloOf({ service: 'tags', tags: many, caps }))).toMatchObject({
      ok: true,
    });
    await from.emitWithAck('reg', [registrationOf(1, { name: 'tagged', tags: many })]);
    from.emit('ro', rollupOf({ hist: [Array.from({ length: 10_000 }, (_, i) => i)] }));
    await from.emitWithAck(
      'rm',
      Array.from({ length: 5_000 }, (_, i) => i + 2),
    );
    const answer = await fetch(`${field.server.url}api/v1/directory`);
    const { rows } = (await answer.json()) as { rows: { name: string; tags: object }[] };
    expect(Object.keys(rows.find(({ name }) => name === 'tagged')?.tags ?? {})).toHaveLength(16);
  });

  it('pings that nobody reads the answers of cost no more than their connection', async () => {
    const { socket } = await line(field.server);
    socket.pause();
    const pings = Buffer.concat(Array.from({ length: 5_000 }, () => frame('x'.repeat(125), 0x89)));
    for (let i = 0; i < 4; i++) socket.write(pings);
    await until(async () => (await fetch(`${field.server.url}healthz`)).ok, 'alive');
  });
});

field.standsAtTheEnd();
