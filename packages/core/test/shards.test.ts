/** One breaker per shard, as in an ingest path: an open shard is skipped and the next one takes the batch. */
import { describe, expect, it } from 'vitest';
import { type Breaker, createGroup, failureRatio, fixed, type Group } from '../src/index.ts';
import { type TestClock, testClock } from './support/clock.ts';

const SHARDS = ['hot-0', 'hot-1', 'hot-2', 'hot-3'] as const;
type Shard = (typeof SHARDS)[number];

class Ingest {
  readonly clock: TestClock = testClock();
  readonly shards: Group<Shard>;
  readonly asked = new Map<Shard, number>(SHARDS.map((shard) => [shard, 0]));
  readonly broken = new Set<Shard>();
  #seed = 11;

  constructor() {
    this.shards = createGroup<Shard>({
      max: SHARDS.length,
      configure: (shard) => ({
        name: `bulk_${shard}`,
        clock: this.clock,
        openWhen: failureRatio(0.5, { minimumCalls: 5 }),
        stayOpen: fixed(5_000),
        probing: { probes: 1 },
      }),
    });
  }

  /** Tries the shards in random order; an open one costs nothing. The shard that took the batch, or undefined. */
  write(): Shard | undefined {
    for (const shard of this.#tour()) {
      const permit = this.shards.get(shard).tryAcquire();
      if (permit === null) continue;
      this.asked.set(shard, (this.asked.get(shard) as number) + 1);
      if (!this.broken.has(shard)) {
        permit.succeed();
        return shard;
      }
      permit.fail(new Error(`${shard} is down`));
    }
    return undefined;
  }

  writes(times: number): (Shard | undefined)[] {
    return Array.from({ length: times }, () => {
      this.clock.advance(10);
      return this.write();
    });
  }

  breaker(shard: Shard): Breaker {
    return this.shards.get(shard);
  }

  #tour(): Shard[] {
    return SHARDS.map((shard) => ({ shard, at: this.#draw() }))
      .sort((a, b) => a.at - b.at)
      .map(({ shard }) => shard);
  }

  #draw(): number {
    this.#seed = (this.#seed * 48_271) % 2_147_483_647;
    return this.#seed;
  }
}

describe('one breaker per shard', () => {
  it('spreads the batches while all is well', () => {
    const ingest = new Ingest();
    const taken = ingest.writes(400);
    for (const shard of SHARDS) expect(taken.filter((one) => one === shard).length).toBeGreaterThan(50);
  });

  it('skips an open shard and loses no batch; the others stay closed', () => {
    const ingest = new Ingest();
    ingest.broken.add('hot-2');
    expect(ingest.writes(100)).not.toContain(undefined);
    expect(ingest.breaker('hot-2').state).toBe('open');
    const before = ingest.asked.get('hot-2');
    expect(ingest.writes(100)).not.toContain(undefined);
    expect(ingest.asked.get('hot-2')).toBe(before);
    for (const shard of ['hot-0', 'hot-1', 'hot-3'] as const)
      expect(ingest.breaker(shard).snapshot()).toMatchObject({ state: 'closed', window: { failures: 0 } });
  });

  it('takes the shard back after one good probe', () => {
    const ingest = new Ingest();
    ingest.broken.add('hot-2');
    ingest.writes(100);
    ingest.broken.clear();
    ingest.clock.advance(5_000);
    expect(ingest.writes(100)).toContain('hot-2');
    expect(ingest.breaker('hot-2').state).toBe('closed');
  });

  it('says so where no shard takes the batch', () => {
    const ingest = new Ingest();
    for (const shard of SHARDS) ingest.broken.add(shard);
    ingest.writes(20);
    expect([...ingest.shards].map(({ state }) => state)).toEqual(['open', 'open', 'open', 'open']);
    const asked = new Map(ingest.asked);
    expect(ingest.write()).toBeUndefined();
    expect(ingest.asked).toEqual(asked);
  });
});
