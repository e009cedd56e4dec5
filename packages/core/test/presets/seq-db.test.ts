import { describe, expect, it } from 'vitest';
import { createGroup, type Group, isCircuitOpenError } from '../../src/index.ts';
import { type SeqDbOptions, seqDb } from '../../src/presets/seq-db.ts';
import { testClock } from '../support/clock.ts';
import { Scenario } from '../support/scenario.ts';

const story = (options: SeqDbOptions = {}, mode = {}): Scenario => new Scenario(seqDb(options, mode));
const opened = (options: SeqDbOptions = {}, mode = {}): Scenario =>
  story({ requestVolumeThreshold: 1, ...options }, mode)
    .fail()
    .state('open');

describe('seqDb, closed', () => {
  it('opens at 20 attempts, half of them errors', () => {
    story().ok(10).fail(9).state('closed').fail().state('open');
  });

  it('opens at the percentage, not above it', () => {
    story({ requestVolumeThreshold: 5 }).ok(3).fail(2).state('closed').fail().state('open');
    story({ requestVolumeThreshold: 5 }).ok(4).fail(3).state('closed').fail().state('open');
  });

  it('is asked by failures only', () => {
    story({ requestVolumeThreshold: 4 }).fail(2).ok(2).state('closed').ok().fail().state('open');
  });

  it('has a window of numBuckets × bucketWidth; ten seconds where one of them is left out', () => {
    const windowOf = (options: SeqDbOptions): unknown => seqDb(options).window;
    expect(windowOf({ numBuckets: 5, bucketWidth: 1_000 })).toMatchObject({ ms: 5_000, buckets: 5 });
    expect(windowOf({ numBuckets: 5 })).toMatchObject({ ms: 10_000, buckets: 5 });
    expect(windowOf({ bucketWidth: 500 })).toMatchObject({ ms: 10_000, buckets: 10 });
    expect(windowOf({})).toMatchObject({ ms: 10_000, buckets: 10 });
  });

  it('forgets a failure with its bucket', () => {
    const rolling = story({ numBuckets: 5, bucketWidth: 1_000, requestVolumeThreshold: 2 });
    rolling.at(999).fail().at(4_999).counts({ errors: 1 }).at(5_000).counts({ errors: 0 });
    rolling.fail().state('closed').fail().state('open');
  });

  it('gives a call a minute, and counts it as an error beyond; less than 0 is no limit', () => {
    const of = (timeout?: number): Scenario => story({ timeout }).begin('at').begin('above');
    for (const timeout of [undefined, 0, 60_000]) {
      of(timeout)
        .at(60_000)
        .end('at', 'ok')
        .at(60_000.001)
        .end('above', 'ok')
        .counts({ success: 1, errFailure: 0, errTimeout: 1 });
    }
    of(-1).at(1e9).end('above', 'ok').counts({ success: 1, errTimeout: 0 });
  });

  it('opens at exactly 29 of 100; faithful, the division loses it', () => {
    const of = (faithful: boolean): Scenario =>
      story({ errorThresholdPercentage: 29, requestVolumeThreshold: 100 }, { faithful }).ok(71).fail(29);
    of(false).state('open');
    of(true).state('closed').fail().state('open');
  });
});

describe('seqDb, open', () => {
  it('lets one probe through at the very end of the sleep window, then another one later', () => {
    const sleeping = opened().at(4_999.999).refused().at(5_000).begin('hung').refused().state('open');
    sleeping.at(9_999.999).refused().at(10_000).ok().state('closed');
  });

  it('a failed probe changes nothing', () => {
    opened()
      .at(5_000)
      .begin('probe')
      .at(7_000)
      .end('probe', 'fail')
      .at(9_999)
      .refused()
      .at(10_000)
      .ok()
      .state('closed');
  });

  it('a throttled probe is spent', () => {
    opened().at(5_000).ignore().state('open').refused().at(9_999).refused().at(10_000).ok().state('closed');
  });

  it('begins with an empty window after opening and after closing', () => {
    const emptied = story({ requestVolumeThreshold: 4 })
      .fail(4)
      .state('open')
      .counts({ attempts: 0, errors: 0 });
    emptied
      .at(5_000)
      .ok()
      .state('closed')
      .counts({ attempts: 0 })
      .fail(3)
      .state('closed')
      .fail()
      .state('open');
  });

  it('a success from before the opening moves nothing; faithful, it closes', () => {
    const late = (faithful: boolean): Scenario =>
      story({ requestVolumeThreshold: 1 }, { faithful }).begin('late').fail().at(50).end('late', 'ok');
    late(false).state('open').counts({ stale: 1 });
    late(true).state('closed').counts({ attempts: 0 });
  });

  it('shows what its metrics show', () => {
    const counted = story({ requestVolumeThreshold: 4 })
      .counts({ state: 0, success: 0 })
      .ok(2)
      .fail(2)
      .refused(3);
    counted.counts({ state: 1, success: 2, errFailure: 2, errShortCircuit: 3 });
    // Its time is over and nobody has come: still open, also to whoever looks.
    counted.at(60_000).counts({ state: 1 }).ok().counts({ state: 0, success: 3 });
  });
});

describe('seqDb, options', () => {
  it('takes 0 as the default', () => {
    const zeros = { timeout: 0, maxConcurrent: 0, numBuckets: 0, bucketWidth: 0, sleepWindow: 0 };
    const zero = seqDb({ ...zeros, requestVolumeThreshold: 0, errorThresholdPercentage: 0 });
    expect(JSON.stringify(zero)).toBe(JSON.stringify(seqDb()));
    expect(zero).toMatchObject({
      openWhen: { ratio: 0.5, minimumCalls: 20 },
      stayOpen: { firstMs: 5_000 },
      failAfterMs: 60_000,
    });
  });

  it.each([
    [{ maxConcurrentRequests: 5 }, 'did you mean maxConcurrent?'],
    [{ rollingDuration: 5_000 }, '"numBuckets" and "bucketWidth"'],
    [{ errorThresholdPercentage: 120 }, 'seqDb errorThresholdPercentage'],
    [{ requestVolumeThreshold: -5 }, 'seqDb requestVolumeThreshold'],
    [{ numBuckets: 1.5 }, 'seqDb numBuckets'],
    [{ bucketWidth: -1 }, 'seqDb bucketWidth'],
    [{ sleepWindow: '5s' }, 'seqDb sleepWindow'],
    [{ timeout: Number.NaN }, 'seqDb timeout'],
    [{ maxConcurrent: 'many' }, 'seqDb maxConcurrent'],
  ])('refuses %j', (options, message) => {
    expect(() => seqDb(options as never)).toThrow(message);
  });
});

describe('seqDb, one breaker per shard', () => {
  const SHARDS = ['bulk_hot-shard-0', 'bulk_hot-shard-1', 'bulk_hot-shard-2'];
  const down = new Set<string>();
  let asked: string[] = [];

  const shardsOf = (clock = testClock()): Group =>
    createGroup({
      configure: () => ({ ...seqDb({ requestVolumeThreshold: 2, sleepWindow: 1_000 }), clock }),
    });

  async function write(shard: string): Promise<string> {
    asked.push(shard);
    if (down.has(shard)) throw new Error(`${shard} is down`);
    return shard;
  }

  /** Shard after shard, the next one on any error, the whole tour three times; an open one costs nothing. */
  async function tour(shards: Group): Promise<{ by: string; errors: number }> {
    let errors = 0;
    for (let round = 0; round < 3; round++) {
      for (const shard of SHARDS) {
        try {
          return { by: await shards.get(shard).execute(() => write(shard)), errors };
        } catch (error) {
          if (!isCircuitOpenError(error)) errors++;
        }
      }
    }
    throw new Error('no shard took it');
  }

  function begin(...shards: string[]): void {
    asked = [];
    down.clear();
    for (const shard of shards) down.add(shard);
  }

  it('an open shard is passed over without being asked, and the next one takes the call', async () => {
    begin('bulk_hot-shard-0');
    const shards = shardsOf();
    expect(await tour(shards)).toEqual({ by: 'bulk_hot-shard-1', errors: 1 });
    expect(await tour(shards)).toEqual({ by: 'bulk_hot-shard-1', errors: 1 });
    expect(shards.get('bulk_hot-shard-0').state).toBe('open');
    expect(shards.get('bulk_hot-shard-1').state).toBe('closed');

    asked = [];
    expect(await tour(shards)).toEqual({ by: 'bulk_hot-shard-1', errors: 0 });
    expect(asked).toEqual(['bulk_hot-shard-1']);
    expect(shards.get('bulk_hot-shard-0').snapshot().counts).toMatchObject({ state: 1, errShortCircuit: 1 });
  });

  it('a shard that is back takes calls again after its sleep window', async () => {
    begin('bulk_hot-shard-0');
    const clock = testClock();
    const shards = shardsOf(clock);
    await tour(shards);
    await tour(shards);
    down.clear();
    clock.advance(999);
    expect((await tour(shards)).by).toBe('bulk_hot-shard-1');
    clock.advance(1);
    expect((await tour(shards)).by).toBe('bulk_hot-shard-0');
    expect(shards.get('bulk_hot-shard-0').state).toBe('closed');
  });

  it('where every shard is down, three rounds ask each one only until it opens', async () => {
    begin(...SHARDS);
    const shards = shardsOf();
    await expect(tour(shards)).rejects.toThrow('no shard took it');
    expect(asked).toEqual([...SHARDS, ...SHARDS]);
    expect([...shards].map(({ name, state }) => [name, state])).toEqual(SHARDS.map((name) => [name, 'open']));
  });

  it('writes and reads of one shard have breakers of their own; the first configuration of a name stays', () => {
    const shards = shardsOf();
    const hot = shards.get('bulk_hot-shard-0');
    expect(shards.get('bulk_hot-shard-0')).toBe(hot);
    expect(shards.get('bulk_write-shard-0')).not.toBe(hot);
  });
});

describe('seqDb, what it takes', () => {
  it('no limit of time and of calls, as numbers below 0', () => {
    expect(seqDb({ timeout: -1, maxConcurrent: -1 }).failAfterMs).toBeUndefined();
  });
});
