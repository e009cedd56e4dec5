import type { DirectoryRow, Registration, StateChange } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { Fleet } from '../src/server/fleet.ts';
import type { Instance } from '../src/server/instance.ts';
import { toDirectoryRow } from '../src/server/row.ts';
import { changeOf, client, heard, helloOf, registrationOf, service, start } from './support.ts';

const T0 = 1_700_000_000_000;
const DAY_MS = 86_400_000;

class Bench {
  readonly fleet: Fleet = new Fleet();
  readonly instance: Instance;
  #seq = 0;

  /** @param skewMs What the service's clock is ahead. */
  constructor(skewMs = 0) {
    this.instance = this.fleet.attach(helloOf({ now: T0 + skewMs, caps: ['control'] }), {}, T0).instance;
    this.register({});
  }

  register(more: Partial<Registration>): void {
    this.fleet.register(this.instance, [registrationOf(1, more)], T0);
  }

  change(more: Partial<StateChange>): void {
    const change = changeOf(++this.#seq, {
      t: T0,
      from: 'closed',
      to: 'closed',
      why: { rule: 'mode' },
      ...more,
    });
    this.fleet.change(this.instance, [change], T0);
  }

  get lane(): DirectoryRow['instances'][number] | undefined {
    const [row] = this.fleet.rows.values();
    return row && toDirectoryRow(row, T0).instances[0];
  }
}

const isolated = { mode: 'forced-open', modeFrom: 'auto', by: 'ana', note: 'the bank', version: 1 } as const;
const seen = { mode: 'forced-open', modeBy: 'ana', modeNote: 'the bank', version: 1, control: true, code: 3 };

describe('what is laid over a lane', () => {
  it('is told with who, why and until when, in the time of the server', () => {
    const bench = new Bench(7_000);
    bench.change({ ...isolated, t: T0 + 7_000, modeUntil: T0 + 7_000 + 60_000 });
    expect(bench.lane).toMatchObject({ ...seen, modeUntil: T0 + 60_000 });
    const { events } = bench.fleet.events.read({ from: 0, to: T0, limit: 10 });
    expect(events[0]).toMatchObject({ modeUntil: T0 + 60_000, version: 1 });
  });

  it('never ends later than in a week, whatever a service says', () => {
    const bench = new Bench();
    bench.change({ ...isolated, modeUntil: T0 + 900 * DAY_MS });
    expect(bench.lane?.modeUntil).toBe(T0 + 7 * DAY_MS);
    bench.register({ mode: 'forced-open', modeUntil: T0 + 900 * DAY_MS });
    expect(bench.lane?.modeUntil).toBe(T0 + 7 * DAY_MS);
  });

  it('stays while the machine below goes on', () => {
    const bench = new Bench();
    bench.change({ ...isolated, modeUntil: T0 + 60_000 });
    const why = { rule: 'failure-ratio', value: 0.6 } as const;
    bench.change({
      why,
      to: 'open',
      mode: 'forced-open',
      modeFrom: 'forced-open',
      version: 1,
      modeUntil: T0 + 60_000,
    });
    expect(bench.lane).toMatchObject({ ...seen, state: 'open', modeUntil: T0 + 60_000 });
  });

  it('is another when it is laid again, and nothing once it ended', () => {
    const bench = new Bench();
    bench.change({ ...isolated, modeUntil: T0 + 60_000 });
    bench.change({ ...isolated, modeFrom: 'forced-open', by: 'ben', note: 'still', version: 2 });
    expect(bench.lane).toMatchObject({ ...seen, modeBy: 'ben', modeNote: 'still', version: 2 });
    expect(bench.lane).not.toHaveProperty('modeUntil');
    bench.change({ mode: 'auto', modeFrom: 'forced-open', note: 'its time was over', version: 3 });
    expect(bench.lane).toEqual({
      lane: 1,
      instance: 'a:1',
      state: 'closed',
      mode: 'auto',
      version: 3,
      control: true,
      code: 1,
      since: T0,
    });
  });

  it('is told by a registration too, and of one that does not say who it stays who it was', () => {
    const bench = new Bench();
    bench.register({ mode: 'forced-open', modeBy: 'ana', modeNote: 'the bank', version: 1 });
    expect(bench.lane).toMatchObject(seen);
    bench.register({ mode: 'forced-open', version: 2 });
    expect(bench.lane).toMatchObject({ ...seen, version: 2 });
    bench.register({ mode: 'observing', version: 3 });
    expect(bench.lane).toMatchObject({ mode: 'observing', version: 3 });
    expect(bench.lane).not.toHaveProperty('modeBy');
  });

  it('has no older version again when a registration overtakes a change', () => {
    const bench = new Bench();
    bench.register({ mode: 'forced-open', version: 2 });
    bench.change(isolated);
    expect(bench.lane).toMatchObject({ ...seen, version: 2 });
    bench.change({ mode: 'auto', modeFrom: 'forced-open', version: 3 });
    expect(bench.lane).toMatchObject({ mode: 'auto', version: 3 });
    // Another life of the process begins to count anew.
    bench.register({ version: 0 });
    expect(bench.lane).toMatchObject({ version: 0 });
  });

  it('can be laid by people only as long as the service says so', () => {
    const bench = new Bench();
    expect(bench.lane).toMatchObject({ control: true });
    bench.fleet.attach(helloOf({ now: T0 }), {}, T0);
    expect(bench.lane).toMatchObject({ control: false });
  });

  it('comes to browsers with the row, when a mode or the settings change and not otherwise', async () => {
    const server = await start();
    const from = await service(server, { caps: ['control'] });
    const browser = client(server, 'ui');
    await heard(browser, 'welcome');
    const rows: DirectoryRow[] = [];
    browser.on('rows', (more: DirectoryRow[]) => rows.push(...more));
    await from.emitWithAck('st', [
      changeOf(1, { to: 'closed', why: { rule: 'mode' }, ...isolated }),
      changeOf(2, { mode: 'forced-open', modeFrom: 'forced-open', version: 1 }),
    ]);
    await expect.poll(() => rows.length).toBe(1);
    expect(rows[0]?.laid?.[0]).toMatchObject({ ...seen, state: 'open' });
    const deltas = heard(browser, 's');
    await from.emitWithAck('st', [changeOf(3, { mode: 'forced-open', modeFrom: 'forced-open', version: 1 })]);
    await deltas;
    expect(rows).toHaveLength(1);
  });
});
