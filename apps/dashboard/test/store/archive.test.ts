import { describe, expect, it } from 'vitest';
import { Archive } from '../../src/server/store/archive.ts';
import { MemoryStore } from '../../src/server/store/memory-store.ts';
import type { HistoryRecord } from '../../src/server/store/records.ts';
import { World } from './world.ts';

/** A store on a disk that is full whenever the test says so. */
class FullDisk extends MemoryStore {
  full = false;
  batches: number[] = [];

  override append(batch: readonly HistoryRecord[]): void {
    if (this.full) throw new Error('ENOSPC: no space left on device');
    this.batches.push(batch.length);
    super.append(batch);
  }
}

function marker(t: number): HistoryRecord {
  return { kind: 'marker', t, data: t };
}

function archiveOver(store: MemoryStore): { archive: Archive; lines: string[]; clock: { now: number } } {
  const lines: string[] = [];
  const clock = { now: 1_000_000 };
  const archive = new Archive({
    keeps: true,
    retentionMs: 3_600_000,
    maxBytes: 2 ** 30,
    now: () => clock.now,
    monotonic: () => clock.now,
    log: (line) => void lines.push(line),
  });
  archive.open(store);
  return { archive, lines, clock };
}

describe('an archive', () => {
  it('writes what waits in batches, in order', async () => {
    const store = new FullDisk(100_000);
    const { archive } = archiveOver(store);
    for (let t = 1; t <= 12_000; t++) archive.keep(marker(t));
    await archive.flush();
    expect(store.batches).toEqual([5_000, 5_000, 2_000]);
    expect(store.markers({ from: 0, to: 20_000, limit: 3 }).entries).toEqual([12_000, 11_999, 11_998]);
    expect(archive.stats).toMatchObject({ written: 12_000, waiting: 0, dropped: 0, failures: 0 });
  });

  it('says one line when the disk is full and one when it works again, and loses nothing that could wait', async () => {
    const store = new FullDisk();
    const { archive, lines, clock } = archiveOver(store);
    store.full = true;
    for (let t = 1; t <= 20; t++) {
      archive.keep(marker(t));
      clock.now += 10_000;
      await archive.flush();
    }
    expect(archive.stats).toMatchObject({
      waiting: 20,
      failures: 20,
      problem: 'ENOSPC: no space left on device',
    });
    store.full = false;
    clock.now += 10_000;
    await archive.flush();
    expect(archive.stats).toMatchObject({ waiting: 0, written: 20, dropped: 0 });
    expect(archive.stats.problem).toBeUndefined();
    expect(lines).toEqual([
      'history: cannot write (memory): ENOSPC: no space left on device; it is tried again',
      'history: can write again (memory)',
    ]);
    expect(store.markers({ from: 0, to: 99, limit: 99 }).entries).toHaveLength(20);
  });

  it('waits between two tries', async () => {
    const store = new FullDisk();
    const { archive, clock } = archiveOver(store);
    store.full = true;
    archive.keep(marker(1));
    await archive.flush();
    await archive.flush();
    expect(archive.stats.failures).toBe(1);
    clock.now += 2_000;
    await archive.flush();
    expect(archive.stats.failures).toBe(2);
  });

  it('drops what is too much, counts it, and tells everything in force afterwards', {
    timeout: 30_000,
  }, async () => {
    const store = new FullDisk(1_000_000);
    const world = new World(store);
    const instance = world.instance('a:1', ['payments', 'stock']);
    await world.archive.flush();
    store.full = true;
    world.flap(instance, 30_001, 10);
    expect(world.archive.stats).toMatchObject({ waiting: 50_000, dropped: 10_002 });
    store.full = false;
    world.now += 60_000;
    await world.archive.flush();
    expect(world.archive.stats).toMatchObject({ waiting: 0, dropped: 10_002 });
    expect(world.lines.at(-1)).toBe(
      'history: can write again (memory); 10002 records were dropped meanwhile',
    );
    const lanes = store.lanes({ from: world.now, to: world.now });
    expect(lanes.map(({ name, code }) => [name, code])).toEqual([
      ['payments', [4]],
      ['stock', [1]],
    ]);
    const since = world.fleet.rowOf('checkout', 'payments')?.history.since;
    expect(lanes[0]?.start).toEqual([since]);
  });

  it('answers a read with everything that was kept before, and not at all where the store is stuck', async () => {
    const store = new FullDisk();
    const { archive } = archiveOver(store);
    archive.appendAudit(5, { who: 'ann' });
    expect(await archive.readAudit({ from: 0, to: 9, limit: 9 })).toEqual({
      entries: [{ who: 'ann' }],
      more: false,
    });
    store.full = true;
    archive.appendAudit(6, { who: 'bob' });
    expect(await archive.readAudit({ from: 0, to: 9, limit: 9 })).toEqual({
      entries: [{ who: 'ann' }],
      more: false,
    });
  });

  it('lets go of what is older than the retention', async () => {
    const store = new FullDisk();
    const { archive, clock } = archiveOver(store);
    archive.keep(marker(clock.now));
    clock.now += 3_600_000;
    archive.keep(marker(clock.now));
    clock.now += 60_000;
    await archive.flush();
    expect(store.markers({ from: 0, to: clock.now, limit: 9 }).entries).toEqual([clock.now - 60_000]);
  });

  it('keeps nothing where nothing is to be kept, and waits for its store where something is', async () => {
    const store = new FullDisk();
    const [none, late] = [false, true].map((keeps) => {
      const now = (): number => 0;
      return new Archive({ keeps, retentionMs: 1, maxBytes: 1, now, monotonic: now, log: () => {} });
    }) as [Archive, Archive];
    for (const archive of [none, late]) {
      archive.appendAudit(2, 'x');
      await archive.flush();
    }
    expect([none.stats.waiting, late.stats.waiting]).toEqual([0, 1]);
    late.open(store);
    await late.flush();
    expect(late.stats).toMatchObject({ written: 1, waiting: 0 });
  });
});
