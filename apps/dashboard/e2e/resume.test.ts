import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Directory, Series } from '@cb/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { FileStore } from '../dist/server/store/file/file-store.js';
import { describeInBrowser, launchBrowser, rowOf, visit } from './browser.ts';
import { type Program, type ServiceProgram, startDashboardProgram, startService } from './process.ts';

/** What Chromium itself says about a server that is not there. */
const NOBODY_THERE = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket connection to .* failed/;
const HOUR = 3_600_000;

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'cb-history-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

describeInBrowser('dashboard, with a past that outlives it', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  }, 30_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

  async function dashboardOn(port: number, path: string): Promise<Program> {
    const program = await startDashboardProgram(port, '--history', 'file', '--history-path', path);
    onTestFinished(() => void program.kill());
    return program;
  }
  async function serviceAt(url: string): Promise<ServiceProgram> {
    const program = await startService(url, 'orders', 'orders-1', 'ledger');
    onTestFinished(() => void program.kill());
    return program;
  }

  it('is killed, comes back, and still shows the opening from before without a reload', {
    timeout: 60_000,
  }, async () => {
    const path = folder();
    const dashboard = await dashboardOn(0, path);
    const service = await serviceAt(dashboard.url);
    const { page, errors } = await visit(browser, `${dashboard.url}b/orders/ledger`);
    service.become('failing');
    const opening = page.locator('[data-event]').filter({ hasText: '10 of last 20 calls failed' });
    await opening.first().waitFor();
    const number = await opening.last().getAttribute('data-event');
    service.become('well');
    await page.locator('[data-page="breaker"][data-state="closed"]').waitFor();
    await page.evaluate(() => {
      document.body.dataset.mark = 'here';
    });
    // Written at least once a second: the second is the promise, so the test waits for what was promised.
    await expect.poll(() => waiting(dashboard.url)).toBe(0);
    // Charts too, long before their minute is over.
    let counted = 0;
    await expect
      .poll(async () => {
        counted = await callsIn(dashboard.url);
        return counted > 20 && counted - callsKept(join(path, 'files')) < 1;
      })
      .toBe(true);
    const killedAt = Date.now();
    await dashboard.kill('SIGKILL');
    await page.locator('[data-connection="reconnecting"]').waitFor();

    const again = await dashboardOn(Number(new URL(dashboard.url).port), path);
    await page.locator('[data-connection="live"]').waitFor();
    await page.locator('[data-page="breaker"][data-state="closed"]').waitFor();
    expect(await page.evaluate(() => document.body.dataset.mark)).toBe('here');
    await page
      .locator(`[data-event="${number}"]`)
      .filter({ hasText: '10 of last 20 calls failed' })
      .waitFor();
    expect(await page.locator('[data-why]').textContent()).toMatch(/10 of the last 20 calls failed/);

    await page.goto(again.url);
    await page.locator(rowOf('orders', 'ledger', 'closed')).waitFor();
    const [row] = ((await (await fetch(`${again.url}api/v1/directory`)).json()) as Directory).rows;
    expect(row?.opened?.to).toBe('open');
    expect(await callsIn(again.url, killedAt)).toBeGreaterThan(counted - 1);
    expect(errors.filter((error) => !NOBODY_THERE.test(error))).toEqual([]);
  });

  it('offers a week where the server keeps one, and says where it ends', async () => {
    const path = folder();
    const now = Date.now();
    fill(join(path, 'files'), now);
    const dashboard = await dashboardOn(0, path);
    const { page, errors } = await visit(browser, `${dashboard.url}?span=604800`);
    await page.locator(rowOf('orders', 'ledger', 'no-data')).waitFor();
    await page.getByRole('button', { name: '7 d', exact: true, pressed: true }).waitFor();
    await page.getByRole('button', { name: '3 d' }).waitFor();
    expect(await page.locator('.banner').count()).toBe(0);

    await page.goto(`${dashboard.url}b/orders/ledger?span=3600&at=${now - 71 * HOUR}`);
    const opening = page.locator('[data-event]').filter({ hasText: '6 of last 10 calls failed' });
    await opening.first().waitFor();
    expect(await opening.count()).toBe(1);

    // A link to a moment shows the page as it was then, also days ago.
    const moment = now - 72 * HOUR + 0.4 * HOUR;
    await page.goto(`${dashboard.url}b/orders/ledger?span=3600&at=${Math.round(moment)}`);
    await page.locator('[data-page="breaker"][data-state="open"]').waitFor();
    await expect
      .poll(() => page.locator('[data-page="breaker"] [data-why]').textContent())
      .toMatch(/6 of the last 10 calls failed/);
    await page.goto(`${dashboard.url}?span=3600&at=${Math.round(moment)}`);
    await page.locator(rowOf('orders', 'ledger', 'open')).waitFor();
    await page.goto(`${dashboard.url}?span=3600&at=${Math.round(moment + HOUR / 4)}`);
    await page.locator(rowOf('orders', 'ledger', 'closed')).waitFor();

    await page.goto(`${dashboard.url}b/orders/ledger?span=3600&at=${now - 20 * 24 * HOUR}`);
    await page.locator('.banner', { hasText: 'older than what is kept: the last 7 days' }).waitFor();
    expect(errors).toEqual([]);
  });

  it('offers a day where the server keeps nothing, and says so beyond it', async () => {
    const program = await startDashboardProgram();
    onTestFinished(() => void program.kill());
    const { page } = await visit(browser, `${program.url}?span=604800`);
    await page.getByRole('button', { name: '24 h', pressed: true }).waitFor();
    expect(await buttons(page)).not.toContain('3 d');
    await page.goto(`${program.url}?at=${Date.now() - 48 * HOUR}`);
    await page.locator('.banner', { hasText: 'older than what is kept: the last 24 hours' }).waitFor();
  });
});

async function waiting(url: string): Promise<number> {
  const health = (await (await fetch(`${url}healthz`)).json()) as { history: { waiting: number } };
  return health.history.waiting;
}

/** Calls of the only breaker, as its charts count them. */
async function callsIn(url: string, to = Date.now()): Promise<number> {
  const read = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${url}api/v1/${path}`)).json()) as T;
  const [row] = (await read<Directory>('directory')).rows;
  const { ok, fail } = await read<Series>(`series?row=${row?.row}&from=${to - HOUR / 6}&to=${to}`);
  return sumOf(ok) + sumOf(fail);
}

/** The same as it would be read after a crash now: from a copy, since whoever opens a folder writes to it. */
function callsKept(dir: string): number {
  const copy = folder();
  cpSync(dir, copy, { recursive: true });
  const store = new FileStore(copy);
  const of = { service: 'orders', name: 'ledger' };
  const samples = store.samples({ from: 0, to: Number.MAX_SAFE_INTEGER, of });
  store.close();
  return sumOf(samples.map(({ ok, fail }) => ok + fail));
}

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function buttons(page: Page): Promise<string[]> {
  return page.getByRole('group', { name: 'Time range' }).getByRole('button').allInnerTexts();
}

/** Six days of a breaker that opens once a day. */
function fill(dir: string, now: number): void {
  const store = new FileStore(dir);
  const of = { service: 'orders', name: 'ledger', instance: 'orders-1' };
  const row = { kind: 'row', t: now - 144 * HOUR, tags: {}, config: null, configRevision: 1, ...of } as const;
  store.append([row, { kind: 'lane', t: row.t, code: 1, ...of }]);
  for (let day = 5; day >= 1; day--) {
    const t = now - day * 24 * HOUR + HOUR / 4;
    const event = { boot: 'b', configRevision: 1, mode: 'auto', modeFrom: 'auto', ...of } as const;
    const why = { rule: 'failure-ratio', value: 0.6, limit: 0.5, calls: 10, bad: 6 } as const;
    store.append([
      { kind: 'event', event: 12 - 2 * day, seq: 12 - 2 * day, t, from: 'closed', to: 'open', why, ...event },
      { kind: 'lane', t, code: 4, ...of },
      { kind: 'lane', t: t + HOUR / 4, code: 1, ...of },
    ]);
  }
  store.append([{ kind: 'beat', t: now - HOUR }]);
  store.close();
}
