import { EventEmitter } from 'node:events';
import type { Frame } from '@cb/protocol';
import type { Namespace } from 'socket.io';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Fleet } from '../src/server/fleet.ts';
import type { Instance } from '../src/server/instance.ts';
import { Refusals } from '../src/server/refusals.ts';
import type { ServerContext } from '../src/server/server-context.ts';
import { Viewers } from '../src/server/viewers.ts';
import { changeOf, helloOf, registrationOf, rollupOf } from './support.ts';

const T0 = 1_700_000_000_000;
const BREAKERS = 500;

/** A browser that returns its credit at once and writes down what it is sent. */
class FakeBrowser extends EventEmitter {
  readonly sent: { event: string; value: unknown }[] = [];
  readonly data = { role: 'viewer', id: 'open', address: '' };
  readonly handshake = { address: '' };
  readonly conn = { close: (): void => {} };
  readonly connected = true;
  readonly volatile = this;
  #say: (message: unknown[], next: () => void) => void = () => {};

  use(take: (message: unknown[], next: () => void) => void): this {
    this.#say = take;
    return this;
  }

  say(...message: unknown[]): void {
    this.#say(message, () => {});
  }

  override emit(event: string, value?: unknown): boolean {
    this.sent.push({ event, value });
    if (event === 'f') this.say('ok', (value as Frame).frame);
    return true;
  }

  count(event: string): number {
    return this.sent.filter((each) => each.event === event).length;
  }
}

/** Work is counted, not timed: how much is sent must follow what a browser looks at, not what comes in. */
describe('what a browser is sent', () => {
  let fleet: Fleet;
  let instance: Instance;
  let browser: FakeBrowser;
  let viewers: Viewers;
  beforeEach(() => {
    vi.useFakeTimers({ now: T0 });
    fleet = new Fleet();
    ({ instance } = fleet.attach(helloOf({ now: T0 }), {}, T0));
    const ids = Array.from({ length: BREAKERS }, (_, i) => i + 1);
    fleet.register(
      instance,
      ids.map((id) => registrationOf(id, { since: T0 })),
      T0,
    );
    const namespace = new EventEmitter();
    const now = (): number => Date.now();
    const context = { fleet, refusals: new Refusals(), now, monotonic: now, log: () => {} };
    viewers = new Viewers(namespace as unknown as Namespace, context as unknown as ServerContext);
    browser = new FakeBrowser();
    namespace.emit('connection', browser);
    const answered = vi.fn();
    browser.say('watch', { rows: [...fleet.rows.keys()].slice(0, 20), hz: 4 }, answered);
    expect(answered).toHaveBeenCalledWith(expect.objectContaining({ ok: true }));
    vi.advanceTimersByTime(1_000);
    browser.sent.length = 0;
  });
  afterEach(() => {
    viewers.close();
    vi.useRealTimers();
  });

  /** For one second: a rollup of these breakers every 50 ms. */
  function busySecond(first: number, last: number): void {
    const id = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    for (let i = 0; i < 20; i++) {
      vi.advanceTimersByTime(50);
      fleet.rollup(instance, rollupOf({ t: Date.now(), ms: 50, id, ok: id.map(() => 3) }), Date.now());
    }
  }

  it('is four frames a second of the rows in sight, however many numbers come in', () => {
    busySecond(1, BREAKERS);
    const frames = browser.sent.flatMap(({ event, value }) => (event === 'f' ? [value as Frame] : []));
    expect(frames).toHaveLength(4);
    for (const frame of frames) expect(frame.row).toHaveLength(20);
    expect(browser.sent).toHaveLength(4 + browser.count('totals'));
    expect(browser.count('totals')).toBe(1);
  });

  it('is no frame at all while only rows out of sight are busy', () => {
    busySecond(21, BREAKERS);
    expect(browser.count('f')).toBe(0);
  });

  it('is one message for all state changes of a frame, and none of them twice', () => {
    for (let i = 0; i < 200; i++) {
      const change = changeOf(i + 1, { id: (i % BREAKERS) + 1, t: Date.now() });
      fleet.change(instance, [change], Date.now());
    }
    vi.advanceTimersByTime(250);
    expect(browser.count('s')).toBe(1);
    expect(browser.sent.find(({ event }) => event === 's')?.value).toHaveLength(200);
    browser.sent.length = 0;
    vi.advanceTimersByTime(1_000);
    expect(browser.count('s')).toBe(0);
  });
});
