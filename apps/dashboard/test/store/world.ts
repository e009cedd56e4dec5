import type { StateChange } from '@cb/protocol';
import { Fleet } from '../../src/server/fleet.ts';
import type { Instance } from '../../src/server/instance.ts';
import type { Limits } from '../../src/server/limits.ts';
import { Archive } from '../../src/server/store/archive.ts';
import { HistoryKeeper, recordsInForce } from '../../src/server/store/history-keeper.ts';
import type { HistoryStore } from '../../src/server/store/history-store.ts';
import { MemoryStore } from '../../src/server/store/memory-store.ts';
import { MinuteKeeper } from '../../src/server/store/minute-keeper.ts';
import { Past } from '../../src/server/store/past.ts';
import { resume } from '../../src/server/store/resume.ts';
import { changeOf, helloOf, registrationOf, rollupOf } from '../support.ts';

export const T0: number = Date.UTC(2030, 0, 15, 12);

/** A fleet that keeps its past, without sockets, and with time that the test moves. */
export class World {
  now: number;
  readonly store: HistoryStore;
  readonly archive: Archive;
  readonly fleet: Fleet;
  readonly keeper: HistoryKeeper;
  readonly minutes: MinuteKeeper;
  readonly past: Past;
  readonly lines: string[] = [];
  #seq = 0;

  constructor(
    store: HistoryStore = new MemoryStore(1_000_000),
    limits: Partial<Limits> = {},
    now: number = T0,
  ) {
    this.now = now;
    this.store = store;
    this.archive = new Archive({
      keeps: true,
      retentionMs: 7 * 86_400_000,
      maxBytes: 2 ** 40,
      now: () => this.now,
      monotonic: () => this.now,
      log: (line) => void this.lines.push(line),
    });
    this.archive.open(store);
    this.keeper = new HistoryKeeper(this.archive);
    this.fleet = new Fleet(limits, this.keeper);
    this.archive.inForce = () => recordsInForce(this.fleet, this.now);
    this.minutes = new MinuteKeeper(this.fleet, this.archive, now);
    this.past = new Past(this.fleet, this.archive, now);
  }

  /** Another life over the same store, as after a crash: what was not flushed is gone. */
  async crash(now: number, limits: Partial<Limits> = {}): Promise<World> {
    const next = new World(this.store, limits, now);
    next.#seq = this.#seq;
    await resume({ store: this.store, fleet: next.fleet, keeper: next.keeper, archive: next.archive }, now);
    return next;
  }

  instance(name = 'a:1', names: readonly string[] = ['payments'], since: number = this.now): Instance {
    const hello = helloOf({ instance: name, boot: `boot-${name}`, now: this.now });
    const { instance } = this.fleet.attach(hello, {}, this.now);
    const said = names.map((each, i) => registrationOf(i + 1, { name: each, since }));
    this.fleet.register(instance, said, this.now);
    return instance;
  }

  change(instance: Instance, more: Partial<StateChange>): void {
    this.fleet.change(instance, [changeOf(++this.#seq, { t: this.now, ...more })], this.now);
  }

  /** Opens where it is closed and the other way round, every `everyMs`. */
  flap(instance: Instance, times: number, everyMs: number): void {
    for (let i = 0; i < times; i++) {
      this.now += everyMs;
      const [from, to] = i % 2 === 0 ? (['closed', 'open'] as const) : (['open', 'closed'] as const);
      this.change(instance, { from, to });
    }
  }

  /** A second of calls. */
  roll(instance: Instance, ok: number): void {
    this.now += 1_000;
    const t = this.now;
    this.fleet.rollup(instance, rollupOf({ t, ok: [ok], failureRatio: [0.1], hist: [[50, ok]] }), t);
    this.minutes.turn(t);
  }
}
