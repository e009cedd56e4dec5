import type { AlertNotice, State } from '@cb/protocol';
import type { AlertOptions } from '../../src/server/alerts/alert-options.ts';
import { AlertWatch } from '../../src/server/alerts/alert-watch.ts';
import { checkAlerts } from '../../src/server/alerts/check-alerts.ts';
import { makeNotice } from '../../src/server/alerts/make-notice.ts';
import { Fleet } from '../../src/server/fleet.ts';
import type { Instance } from '../../src/server/instance.ts';
import type { Limits } from '../../src/server/limits.ts';
import { changeOf, helloOf, registrationOf } from '../support.ts';

/** When scenes begin. */
export const START = 1_800_000_000_000;

/** A fleet and one alert on a clock that moves when told; every second the server's check. */
export class Scene {
  readonly fleet: Fleet;
  readonly watch: AlertWatch;
  /** What was told, in order. */
  readonly told: AlertNotice[] = [];
  now: number = START;
  readonly #instances: Map<
    string,
    { instance: Instance; seq: number; states: Map<number, State>; silent: boolean }
  > = new Map();

  constructor(options: Partial<AlertOptions> = {}, limits: Partial<Limits> = {}) {
    this.fleet = new Fleet(limits);
    const webhook = { url: 'http://127.0.0.1:9/' };
    const [rule] = checkAlerts([{ name: 'a rule', when: 'state', webhook, ...options }], 'alerts');
    if (rule === undefined) throw new Error('no rule');
    this.watch = new AlertWatch(rule, this.fleet, (row, telling) => {
      const gone = this.fleet.rows.get(row.row) !== row;
      const id = String(this.told.length + 1);
      this.told.push(
        makeNotice(rule, row, telling, { id, now: this.now, gone, publicUrl: 'https://b.example.com/' }),
      );
    });
  }

  /** An instance of `checkout` with breakers 1 to n, which have been closed for a minute. */
  join(name = 'a', breakers = 1, tags: Record<string, string> = {}): void {
    const hello = helloOf({ instance: name, boot: `boot-${name}`, now: this.now, tags });
    const { instance } = this.fleet.attach(hello, {}, this.now);
    const ids = Array.from({ length: breakers }, (_, i) => i + 1);
    this.fleet.register(
      instance,
      ids.map((id) => registrationOf(id, { since: this.now - 60_000 })),
      this.now,
    );
    const states = new Map<number, State>(ids.map((id) => [id, 'closed']));
    this.#instances.set(name, { instance, seq: 0, states, silent: false });
  }

  /** A breaker changes its state now. */
  become(
    to: State,
    { of = 'a', id = 1, ...more }: { of?: string; id?: number } & Parameters<typeof changeOf>[1] = {},
  ): void {
    const held = this.#held(of);
    const from = held.states.get(id) ?? 'closed';
    held.states.set(id, to);
    this.fleet.change(
      held.instance,
      [changeOf(++held.seq, { id, t: this.now, from, to, ...more })],
      this.now,
    );
  }

  /** It connects anew and says the same of its breakers, but for its tags. */
  retag(tags: Record<string, string>, name = 'a'): void {
    const { instance, states } = this.#held(name);
    const { boot } = instance;
    this.fleet.attach(helloOf({ instance: name, boot, now: this.now, tags }), {}, this.now);
    const registrations = [...states].map(([id, state]) =>
      registrationOf(id, { state, since: this.now - 60_000 }),
    );
    this.fleet.register(instance, registrations, this.now);
  }

  /** It says no more. */
  silence(name = 'a', silent = true): void {
    this.#held(name).silent = silent;
  }

  leave(name = 'a'): void {
    const { instance, states } = this.#held(name);
    this.fleet.remove(instance, [...states.keys()], this.now);
  }

  /** Time goes by, second by second. */
  pass(seconds: number): void {
    for (let i = 0; i < seconds; i++) {
      this.now += 1_000;
      for (const { instance, silent } of this.#instances.values())
        if (!silent) this.fleet.heard(instance, this.now);
      this.check();
    }
  }

  check(): void {
    this.fleet.check(this.now);
    this.watch.check(this.now);
  }

  /** What was told since the last look, shortly. */
  news(): string[] {
    return this.told.splice(0).map(({ status, from, to, repeat }) => {
      return `${status}: ${from} -> ${to}${repeat > 0 ? ` again ${repeat}` : ''}`;
    });
  }

  get firing(): number {
    return [...this.watch.firing()].length;
  }

  #held(name: string): { instance: Instance; seq: number; states: Map<number, State>; silent: boolean } {
    const held = this.#instances.get(name);
    if (held === undefined) throw new Error(`${name} has not joined`);
    return held;
  }
}
