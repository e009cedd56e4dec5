import { consecutiveFailures, createBreaker } from '@cb/core';
import {
  type BreakerDetail,
  type Delta,
  type Directory,
  type DirectoryColumns,
  type DirectoryRow,
  type EventPage,
  type Frame,
  type RowSummary,
  type Series,
  type Timeline,
  type Totals,
  unpackDirectory,
} from '@cb/protocol';
import { connectDashboard } from '@cb/reporter';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  changeOf,
  client,
  heard,
  helloOf,
  read,
  registrationOf,
  rollupOf,
  service,
  start,
  until,
} from './support.ts';

describe('a dashboard server', () => {
  it('tells a browser what a service says: rows, deltas, frames, totals', async () => {
    const server = await start();
    const browser = client(server, 'ui');
    const welcome = await heard<{ epoch: string; seq: number }>(browser, 'welcome');
    const deltas: Delta[] = [];
    browser.on('s', (more: Delta[]) => deltas.push(...more));
    const rows = heard<DirectoryRow[]>(browser, 'rows');
    const from = await service(server);
    expect(await rows).toMatchObject([{ service: 'checkout', name: 'breaker-1', code: 1 }]);
    const [row] = await rows;
    browser.on('f', (frame: Frame) => browser.emit('ok', frame.frame));
    expect(await browser.emitWithAck('watch', { rows: [row?.row], hz: 10 })).toMatchObject({ ok: true });
    expect(await from.emitWithAck('st', [changeOf(1, { outcomes: 'ooee' })])).toEqual({ seq: 1 });
    await until(() => deltas.at(-1)?.code === 4, 'open');
    expect(deltas.at(-1)).toMatchObject({
      row: row?.row,
      rowCode: 4,
      event: { to: 'open', outcomes: 'ooee' },
    });
    expect(deltas.map(({ seq }) => seq)).toEqual(deltas.map((_, i) => welcome.seq + 1 + i));
    const frame = new Promise<Frame>((resolve) => {
      browser.on('f', (each: Frame) => each.callsPerSecond[0] === 15 && resolve(each));
    });
    const totals = new Promise<Totals>((resolve) => {
      browser.on('totals', (each: Totals) => each.callsPerSecond > 0 && resolve(each));
    });
    from.emit('ro', rollupOf({ fail: [5], failureRatio: [0.33], hist: [[60, 15]] }));
    expect(await frame).toMatchObject({ epoch: welcome.epoch, row: [row?.row], failureRatio: [0.33] });
    expect(await totals).toMatchObject({ callsPerSecond: 15, failureRatio: 0.3333 });
  });

  it('answers the same over HTTP, compressed and with a tag', async () => {
    const server = await start();
    const from = await service(server);
    await from.emitWithAck('st', [changeOf(1), changeOf(2, { from: 'open', to: 'half-open' })]);
    from.emit('ro', rollupOf({ t: Date.now() - 5_000 }));
    await from.emitWithAck('rm', []);
    const directory = await read<Directory>(server, 'directory');
    expect(directory).toMatchObject({ seq: 3, rows: [{ name: 'breaker-1', code: 2, opens: 1 }] });
    const row = directory.rows[0]?.row ?? 0;
    const timeline = await read<Timeline>(server, `timeline?rows=${row},999&lanes=1`);
    expect(timeline.lanes.map(({ lane }) => lane)).toEqual([-1, 1]);
    expect(timeline.lanes[1]?.segments.code).toEqual([0, 1, 4, 2]);
    const page = await read<EventPage>(server, `events?row=${row}&limit=1`);
    expect(page).toMatchObject({ more: true, events: [{ to: 'half-open' }] });
    expect((await read<Series>(server, `series?row=${row}`)).ok.reduce((a, b) => a + b, 0)).toBeCloseTo(
      10,
      1,
    );
    expect(await read<BreakerDetail>(server, `breaker?row=${row}`)).toMatchObject({ opened: { to: 'open' } });
    const first = await fetch(`${server.url}api/v1/directory`);
    const headers = { 'if-none-match': first.headers.get('etag') ?? '' };
    expect((await fetch(`${server.url}api/v1/directory`, { headers })).status).toBe(304);
    expect((await fetch(`${server.url}api/v1/series?row=12345`)).status).toBe(404);
    expect((await fetch(`${server.url}api/v1/timeline?rows=x`)).status).toBe(400);
  });

  it('answers a lean directory that says the same with counts instead of instances', async () => {
    const server = await start();
    const from = await service(server, { tags: { region: 'eu' } });
    await service(server, { instance: 'b:1' });
    const register = [registrationOf(2, { config: { openWhen: [{ kind: 'failure-ratio', ratio: 0.4 }] } })];
    await from.emitWithAck('reg', register);
    await from.emitWithAck('st', [changeOf(1, { outcomes: 'oe', by: 'maria' })]);
    const whole = await read<Directory>(server, 'directory');
    const lean = await read<DirectoryColumns>(server, 'directory?instances=0');
    expect([lean.epoch, lean.seq]).toEqual([whole.epoch, whole.seq]);
    const expected = whole.rows.map(({ instances, since: _since, last: _last, opened: _opened, ...row }) => {
      expect(row.counts).toEqual(
        [0, 1, 2, 3, 4].map((code) => instances.filter((i) => i.code === code).length),
      );
      return row;
    });
    const rows = unpackDirectory(lean);
    expect(rows).toMatchObject(expected);
    expect(rows.map(({ counts, instance }) => [counts, instance])).toEqual([
      [[0, 1, 0, 0, 1], undefined],
      [[0, 1, 0, 0, 0], 'a:1'],
    ]);
    expect(rows[0]?.last).toMatchObject({ to: 'open', by: 'maria' });
    expect(rows[0]?.last).not.toHaveProperty('outcomes');
    expect(rows.every(({ since }, i) => Math.abs(since - (whole.rows[i]?.since ?? 0)) <= 1_000)).toBe(true);
  });

  it('answers who asks while it writes with what had happened when they asked', async () => {
    const server = await start();
    const from = await service(server);
    const asked: Promise<Directory>[] = [];
    for (let seq = 1; seq <= 20; seq++) {
      await from.emitWithAck('st', [changeOf(seq, { to: seq % 2 === 1 ? 'open' : 'closed' })]);
      asked.push(read<Directory>(server, 'directory?instances=0'));
    }
    const seqs = (await Promise.all(asked)).map(({ seq }) => seq);
    for (const [i, seq] of seqs.entries()) expect(seq).toBeGreaterThanOrEqual(i + 2);
  });

  it('tells what came after a delta again to who asks to follow from it, and says where it cannot', async () => {
    const server = await start({ limits: { backlog: 20 } });
    const from = await service(server);
    const { epoch, seq } = await read<Directory>(server, 'directory');
    let told = 0;
    const flap = (): Promise<unknown> =>
      from.emitWithAck('st', [changeOf(++told, { to: told % 2 === 1 ? 'open' : 'closed' })]);
    for (let i = 0; i < 5; i++) await flap();
    const browser = client(server, 'ui');
    await heard(browser, 'welcome');
    const seqs: number[] = [];
    browser.on('s', (deltas: Delta[]) => seqs.push(...deltas.map((delta) => delta.seq)));
    browser.on('f', (frame: Frame) => browser.emit('ok', frame.frame));
    expect(await browser.emitWithAck('follow', { epoch, seq })).toEqual({ ok: true });
    await until(() => seqs.length === 5, 'told again');
    expect(seqs).toEqual([1, 2, 3, 4, 5].map((i) => seq + i));
    const refused = [{ epoch: 'another life', seq }, { epoch, seq: seq + 99 }, { epoch }, { seq }, null];
    for (const wrong of refused.slice(0, 2)) {
      expect(await browser.emitWithAck('follow', wrong)).toEqual({ ok: false });
    }
    for (let i = 0; i < 60; i++) await flap();
    expect(await browser.emitWithAck('follow', { epoch, seq })).toEqual({ ok: false });
    expect(await browser.emitWithAck('follow', { epoch, seq: seq + told })).toEqual({ ok: true });
    for (const wrong of refused.slice(2))
      expect(await browser.emitWithAck('follow', wrong)).toEqual({ ok: false });
    expect(server.stats().refused.badMessage).toBe(3);
  });

  it('tells the instances of a row to the browser that asks for them, and counts to all', async () => {
    const server = await start();
    const from = await service(server);
    const [list, page] = [client(server, 'ui'), client(server, 'ui')];
    await Promise.all([heard(list, 'welcome'), heard(page, 'welcome')]);
    const told = heard<DirectoryRow[]>(page, 'rows');
    await page.emitWithAck('watch', { rows: [1], hz: 10, instances: true });
    expect((await told)[0]?.instances).toMatchObject([{ instance: 'a:1', code: 1 }]);
    await list.emitWithAck('watch', { rows: [2], hz: 10 });
    const rows: RowSummary[] = [];
    const lean: Delta[] = [];
    const full: Delta[] = [];
    list.on('rows', (more: RowSummary[]) => rows.push(...more));
    list.on('s', (more: Delta[]) => lean.push(...more));
    page.on('s', (more: Delta[]) => full.push(...more));
    for (const browser of [list, page]) browser.on('f', (frame: Frame) => browser.emit('ok', frame.frame));
    const again = heard<DirectoryRow[]>(page, 'rows');
    await service(server, { instance: 'b:1' });
    expect((await again)[0]?.instances.map(({ instance }) => instance)).toEqual(['a:1', 'b:1']);
    await from.emitWithAck('st', [changeOf(1, { outcomes: 'oe' })]);
    await until(() => lean.at(-1)?.code === 4 && full.at(-1)?.code === 4, 'open');
    expect(lean.at(-1)).toMatchObject({ counts: [0, 1, 0, 0, 1], opens: 1, event: { to: 'open' } });
    expect(lean.at(-1)?.event).not.toHaveProperty('outcomes');
    expect(full.at(-1)?.event).toHaveProperty('outcomes', 'oe');
    // Two instances do not have one name; what else came of the second is in the deltas.
    expect(rows).toMatchObject([{ row: 1, counts: [0, 2, 0, 0, 0] }]);
    expect(rows[0]).not.toHaveProperty('instances');
  });

  it('holds frames back from a browser that does not return them, and then tells it to read again', async () => {
    const server = await start({ limits: { backlog: 50 } });
    const from = await service(server);
    const browser = client(server, 'ui');
    await heard(browser, 'welcome');
    const frames: Frame[] = [];
    let deltas = 0;
    browser.on('f', (frame: Frame) => frames.push(frame));
    browser.on('s', (more: Delta[]) => (deltas += more.length));
    await browser.emitWithAck('watch', { rows: [1], hz: 10 });
    let seq = 0;
    const flap = (): Promise<unknown> => {
      const to = seq % 2 === 0 ? 'open' : 'closed';
      return from.emitWithAck('st', [changeOf(++seq, { to })]);
    };
    await flap();
    await until(() => frames.length === 1, 'first frame');
    await flap();
    await until(() => frames.length === 2, 'second frame');
    const resync = heard(browser, 'resync');
    for (let i = 0; i < 30; i++) await flap();
    await until(() => server.stats().held > 0, 'held');
    expect(frames).toHaveLength(2);
    expect(deltas).toBe(2);
    for (let i = 0; i < 60; i++) await flap();
    await resync;
    expect(frames).toHaveLength(2);
    browser.emit('ok', 2);
    await flap();
    await until(() => frames.length === 3, 'goes on');
    // What the backlog still had, not what was missed before.
    expect(deltas).toBeLessThanOrEqual(2 + 50);
  });

  it('says goodbye at once, and takes back a service that comes again', async () => {
    const server = await start();
    const codes = async (): Promise<unknown> =>
      (await read<Directory>(server, 'directory')).rows.map(({ code }) => code);
    const from = await service(server);
    from.disconnect();
    await until(async () => JSON.stringify(await codes()) === '[0]', 'no data');
    await service(server, { boot: 'b2' });
    expect(await codes()).toEqual([1]);
    expect(server.stats()).toMatchObject({ services: 1, instances: 1, rows: 1, lanes: 1 });
  });

  it('lets a newer connection of the same boot take over', async () => {
    const server = await start();
    const first = await service(server);
    const gone = heard(first, 'disconnect');
    const second = await service(server);
    await gone;
    expect(await second.emitWithAck('st', [changeOf(1)])).toEqual({ seq: 1 });
  });

  it('shows a real breaker from its reporter: why it opened, in a lane, over HTTP', async () => {
    const server = await start();
    const breaker = createBreaker({ name: 'payments', openWhen: consecutiveFailures(2) });
    const reporter = connectDashboard({ url: server.url, service: 'checkout', breakers: [breaker] });
    onTestFinished(() => reporter.close());
    await until(() => server.stats().rows === 1, 'registered');
    for (let i = 0; i < 3; i++) {
      await breaker.execute(() => Promise.reject(new Error('upstream is down'))).catch(() => {});
    }
    await until(() => server.stats().events === 1, 'opened');
    const directory = await read<Directory>(server, 'directory');
    expect(directory.rows[0]).toMatchObject({
      name: 'payments',
      code: 4,
      last: {
        why: { rule: 'consecutive-failures', value: 2 },
        errors: [{ message: 'upstream is down', count: 2 }],
      },
    });
    expect(server.stats().refused).toMatchObject({ badMessage: 0, badEntry: 0, unknownMessage: 0 });
  });

  it('shows a hundred instances and two thousand breakers of one service', async () => {
    const server = await start();
    const from = client(server, 'ingest');
    await from.emitWithAck('hello', helloOf());
    for (let i = 0; i < 2_000; i += 200) {
      const batch = Array.from({ length: 200 }, (_, k) => registrationOf(i + k, { since: Date.now() }));
      expect(await from.emitWithAck('reg', batch)).toEqual({ ok: true });
    }
    for (let i = 0; i < 100; i++) await service(server, { instance: `i-${i}` });
    const directory = await read<Directory>(server, 'directory');
    expect(directory.rows).toHaveLength(2_000);
    expect(directory.rows.find(({ name }) => name === 'breaker-1')?.instances).toHaveLength(101);
  });

  it('closes twice without harm', async () => {
    const server = await start();
    await service(server);
    await Promise.all([server.close(), server.close()]);
    await expect(fetch(server.url)).rejects.toThrow();
  });
});
