import type { EventRecord, Lane } from '@cb/protocol';
import type { BreakerKey, HistoryRecord } from '../../src/server/store/records.ts';
import { randomFrom } from '../support.ts';

const STATES = ['closed', 'open', 'half-open'] as const;
export const T0: number = Date.UTC(2030, 0, 15, 5, 30);

/** Records in the order of a server that learns of some things late. */
export class RandomPast {
  readonly random: () => number;
  now: number = T0;
  #event = 0;

  constructor(seed: number) {
    this.random = randomFrom(seed);
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)] as T;
  }

  int(below: number): number {
    return Math.floor(this.random() * below);
  }

  breaker(): BreakerKey {
    // Names that meet each other's edges: one is the beginning of the other, one is hostile.
    return {
      service: this.pick(['a', 'ab', "'; DROP TABLE events; --"]),
      name: this.pick(['b', 'bc', '../../etc', '__proto__', '"\n{"']),
    };
  }

  batch(): HistoryRecord[] {
    this.now += this.pick([0, 1, 50, 1_000, 60_000, 3_600_000]);
    return Array.from({ length: 1 + this.int(12) }, () => this.#record());
  }

  #record(): HistoryRecord {
    // Some are told late, within the ten minutes that a store has to bear.
    const t = this.now - (this.int(3) === 0 ? this.int(300_000) : 0);
    const key = this.breaker();
    switch (this.int(8)) {
      case 0:
      case 1:
      case 2: {
        const instance = this.pick(['i1', 'i2', 'i\u00e4']);
        return { kind: 'lane', t, ...key, instance, code: this.int(5) as Lane };
      }
      case 3:
      case 4:
        return this.#kept(t, key);
      case 5: {
        const config = this.pick<unknown>([null, { openWhen: [{ kind: 'failure-ratio', ratio: 0.5 }] }, [1]]);
        return {
          kind: 'row',
          t: this.now,
          ...key,
          tags: { n: String(this.int(9)) },
          config,
          configRevision: this.int(5),
        };
      }
      case 6: {
        const minute = Math.floor(t / 60_000) * 60_000;
        const counts = { ok: this.int(900), fail: this.int(90), slow: this.int(9), ignored: 0, rejected: 2 };
        const gauges = { stale: 0, inFlight: this.int(50), failureRatio: this.int(100) / 100 };
        return {
          kind: this.pick(['sample', 'under-way'] as const),
          t: minute,
          ms: 60_000,
          ...key,
          ...counts,
          ...gauges,
          hist: [3, this.int(50), 9, 1],
        };
      }
      default:
        return {
          kind: this.pick(['marker', 'audit'] as const),
          t,
          data: { text: `v${this.int(99)}`, list: [1] },
        };
    }
  }

  #kept(t: number, key: BreakerKey): HistoryRecord {
    const more: Partial<EventRecord> =
      this.int(2) === 0
        ? { outcomes: 'ooexts', errors: [{ name: 'E', code: 'X', message: 'no\nroute', count: 3 }] }
        : { retryAt: t + 5, by: 'ann', note: 'why?' };
    return {
      kind: 'event',
      event: ++this.#event,
      t,
      ...key,
      instance: this.pick(['i1', 'i2']),
      boot: this.pick(['b1', 'b2']),
      seq: this.#event,
      from: this.pick(STATES),
      to: this.pick(STATES),
      mode: 'auto',
      modeFrom: 'auto',
      why: { rule: 'failure-ratio', value: 0.6, limit: 0.5 },
      configRevision: 1,
      ...more,
    };
  }

  /** A moment between the beginning and a little after now, often one at which something happened. */
  moment(records: readonly HistoryRecord[], least: number = T0 - 400_000): number {
    const t =
      records.length > 0 && this.int(2) === 0
        ? this.pick(records).t
        : least + Math.floor(this.random() * (this.now - least + 1_000));
    return Math.max(least, t);
  }
}
