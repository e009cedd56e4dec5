import { describe, expect, it } from 'vitest';
import type { HistoryStore, LaneRuns, Page } from '../../src/server/store/history-store.ts';
import { type BreakerKey, keyOf } from '../../src/server/store/records.ts';
import { Oracle } from './oracle.ts';
import { RandomPast, T0 } from './random-past.ts';

export interface StoreUnderTest {
  /** Opens the store of this test: again, with what it held, where it was closed before. */
  open(): Promise<HistoryStore>;
  /** Whether it still knows everything after being closed. */
  readonly lasting: boolean;
}

/** What every store has to do, held against a plain list of all records. */
export function describeStore(name: string, make: () => StoreUnderTest, seeds = 4): void {
  // Thousands of answers are compared: on a busy machine that takes its time.
  describe(`the store ${name}`, { timeout: 60_000 }, () => {
    it('answers as a plain list of all records would, whatever the order they come in', async () => {
      for (let seed = 1; seed <= seeds; seed++) {
        const past = new RandomPast(seed);
        const oracle = new Oracle();
        const store = await make().open();
        for (let i = 0; i < 40; i++) {
          const batch = past.batch();
          oracle.records.push(...batch);
          await store.append(batch);
          if (i % 8 === 7) await compare(store, oracle, past, `seed ${seed}, batch ${i}`);
        }
        await store.close();
      }
    });

    it('forgets what ended before a moment, and nothing of what was in force at it', async () => {
      for (let seed = 101; seed <= 100 + seeds; seed++) {
        const past = new RandomPast(seed);
        const oracle = new Oracle();
        const store = await make().open();
        for (let i = 0; i < 60; i++) {
          const batch = past.batch();
          oracle.records.push(...batch);
          await store.append(batch);
          if (i % 20 !== 19) continue;
          const before = T0 + Math.floor((past.now - T0) * 0.6);
          await store.prune({ before, maxBytes: Number.MAX_SAFE_INTEGER });
          await compare(store, oracle, past, `seed ${seed}, pruned after batch ${i}`, before);
        }
        await store.close();
      }
    });

    it('says how far it reaches and the number of its last event', async () => {
      const store = await make().open();
      expect(await store.summary()).toMatchObject({ lastEvent: 0 });
      const past = new RandomPast(7);
      const oracle = new Oracle();
      while (oracle.all('event').length < 20) oracle.records.push(...past.batch());
      await store.append(oracle.records);
      await store.append([{ kind: 'beat', t: past.now + 5_000 }]);
      const summary = await store.summary();
      expect(summary).toMatchObject({
        newest: past.now + 5_000,
        lastEvent: oracle.all('event').at(-1)?.event,
      });
      expect(summary.oldest).toBeLessThanOrEqual(past.now);
      await store.close();
    });

    it('takes an empty batch, and kinds that came later', async () => {
      const store = await make().open();
      await store.append([]);
      await store.append([{ kind: 'weather', t: T0 } as never]);
      expect(await store.events({ from: 0, to: T0, limit: 10 })).toEqual({ entries: [], more: false });
      expect(await store.event(1)).toBeUndefined();
      await store.close();
    });

    if (!make().lasting) return;
    it('knows the same after it was closed and opened again', async () => {
      for (let seed = 201; seed <= 200 + seeds; seed++) {
        const past = new RandomPast(seed);
        const oracle = new Oracle();
        const under = make();
        let store = await under.open();
        for (let i = 0; i < 40; i++) {
          const batch = past.batch();
          oracle.records.push(...batch);
          await store.append(batch);
          if (past.int(8) !== 0) continue;
          const { newest, lastEvent } = await store.summary();
          await store.close();
          store = await under.open();
          expect(await store.summary()).toMatchObject({ newest, lastEvent });
          await compare(store, oracle, past, `seed ${seed}, opened after batch ${i}`);
        }
        await store.close();
      }
    });
  });
}

async function compare(
  store: HistoryStore,
  oracle: Oracle,
  past: RandomPast,
  where: string,
  least?: number,
): Promise<void> {
  for (let i = 0; i < 3; i++) {
    const moments = [past.moment(oracle.records, least), past.moment(oracle.records, least)];
    const [from, to] = moments.sort((a, b) => a - b) as [number, number];
    const of = past.int(2) === 0 ? undefined : [past.breaker(), past.breaker()];
    const limit = past.pick([1, 3, 1_000]);
    const say = `${where}: ${from} to ${to} of ${JSON.stringify(of)}`;
    expect(byName(await store.lanes({ from, to, of })), `lanes, ${say}`).toEqual(
      byName(oracle.lanes(from, to, of)),
    );
    expect(byName(await store.rows({ at: to, of })), `rows, ${say}`).toEqual(byName(oracle.rows(to, of)));
    expect(await store.events({ from, to, limit, of }), `events, ${say}`).toEqual(
      oracle.events(from, to, limit, of),
    );
    const kept = <T extends { last: { t: number } }>(all: readonly T[]): T[] =>
      all.filter(({ last }) => last.t >= (least ?? 0));
    const strip = least === undefined ? <T>(all: T): T => all : onlyLast;
    expect(strip(byName(kept(await store.latest({ at: to, of })))), `latest, ${say}`).toEqual(
      strip(byName(kept(oracle.latest(to, of)))),
    );
    const key = past.breaker();
    expect(await store.samples({ from, to, of: key }), `samples, ${say}`).toEqual(
      oracle.samples(from, to, key),
    );
    const markers: Page<unknown> = await store.markers({ from, to, limit });
    expect(markers, `markers, ${say}`).toEqual(oracle.notes('marker', from, to, limit));
    expect(await store.audit({ from, to, limit }), `audit, ${say}`).toEqual(
      oracle.notes('audit', from, to, limit),
    );
  }
  const known = oracle.all('event').filter(({ t }) => t >= (least ?? 0));
  if (known.length > 0) {
    const event = past.pick(known);
    expect(await store.event(event.event), `event ${event.event}, ${where}`).toEqual(event);
  }
}

/** After pruning, older openings may be gone: only the newest change has to be right. */
function onlyLast(all: readonly object[]): object[] {
  return all.map(({ ...latest }) => ({ ...latest, opened: undefined, outset: undefined }));
}

function byName<T extends BreakerKey>(all: readonly T[]): T[] {
  const nameOf = (each: T): string => keyOf(each, (each as Partial<LaneRuns>).instance);
  return [...all].sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}
