import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DashboardOptions } from '@cb/dashboard';
import type { Browser } from 'playwright-core';
import { afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeInBrowser, goTo, launchBrowser, rowOf, type Visit, visit } from './browser.ts';
import { openShop } from './fake-shop.ts';
import { startDashboardProgram } from './process.ts';
import { WireService } from './wire-service.ts';

const MINUTE = 60_000;
const ADMIN = 'a-token-of-admins';
/** What a table program takes for a formula, what ends a cell, and what opens one. */
const NAME = '=1+"a",\'b';

/** How far a replay at 60 times may go between two readings: the longest step that a frame may have passed, and a readable one. */
const FURTHEST_MS = 60 * 750 + 2 * 6_000;

declare global {
  interface Window {
    moments: number[];
    away: boolean;
  }
}

describeInBrowser('the past, at its edges', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  }, 30_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

  /** Open from nine to five minutes ago, and from three to two. */
  async function incident(options: DashboardOptions = {}, name = 'payments') {
    const shop = await openShop(options);
    onTestFinished(() => shop.close());
    const service = await WireService.start(shop.url, 'checkout', 'checkout-1', [{ id: 1, name }]);
    onTestFinished(() => service.stop());
    const openedAt = await service.change(1, 'closed', 'open', 9 * MINUTE);
    await service.change(1, 'open', 'closed', 5 * MINUTE);
    await service.change(1, 'closed', 'open', 3 * MINUTE);
    const closedAt = await service.change(1, 'open', 'closed', 2 * MINUTE);
    return { shop, service, openedAt, closedAt, page: `b/checkout/${encodeURIComponent(name)}` };
  }

  /** An address that shows the quarter of an hour up to then. */
  const at = (url: string, t: number, path = '', seconds = 900) =>
    `${url}${path}?span=${seconds}&at=${Math.round(t)}`;

  const open = (url: string, token?: string): Promise<Visit> =>
    goTo(browser, url, {}, async (page) => {
      if (token) await page.addInitScript((held) => sessionStorage.setItem('cb-token', held), token);
    });

  it('ends at the end of what was on screen, stops there, and begins anew when it is told to', {
    timeout: 60_000,
  }, async () => {
    const { shop, openedAt } = await incident();
    const end = openedAt + MINUTE;
    const { page, errors } = await open(at(shop.url, end, '', 120));
    await page.locator(rowOf('checkout', 'payments', 'open')).waitFor();
    await page.keyboard.press('p');
    await page.getByRole('button', { name: '60×' }).click();
    await page.locator(rowOf('checkout', 'payments', 'closed')).waitFor();
    await page.locator('.replay[data-replay="stopped"]').waitFor();
    const clock = page.locator('[data-replay-at]');
    expect(Number(await clock.getAttribute('data-replay-at'))).toBe(Math.round(end));
    await page.locator(rowOf('checkout', 'payments', 'open')).waitFor();
    // Also from the slider, where a hand just was: it needs the arrows only.
    await page.getByLabel('Moment').press('p');
    await page.locator('.replay[data-replay="playing"]').waitFor();
    expect(Number(await clock.getAttribute('data-replay-at'))).toBeLessThan(end);
    // First from the button back to the page, then out of the replay.
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.locator('[data-connection="live"]').waitFor();
    expect(errors).toEqual([]);
  });

  it('goes on where it was when its tab was away for a while', { timeout: 60_000 }, async () => {
    const { shop, closedAt } = await incident();
    const { page } = await open(at(shop.url, closedAt, '', 3_600));
    await page.locator(rowOf('checkout', 'payments')).waitFor();
    // So a browser treats a tab that nobody sees: it paints no frames, and paints the waiting ones once it is seen.
    await page.evaluate(() => {
      const paint = window.requestAnimationFrame.bind(window);
      const waiting: FrameRequestCallback[] = [];
      window.away = false;
      window.requestAnimationFrame = (frame) => paint((t) => (window.away ? waiting.push(frame) : frame(t)));
      const look = (): void => {
        if (!window.away) for (const frame of waiting.splice(0)) frame(performance.now());
        paint(look);
      };
      look();
      window.moments = [];
      const read = (): void => {
        const moment = document.querySelector<HTMLElement>('[data-replay-at]')?.dataset.replayAt;
        if (moment !== undefined) window.moments.push(Number(moment));
      };
      new MutationObserver(read).observe(document.body, {
        subtree: true,
        childList: true,
        attributeFilter: ['data-replay-at'],
      });
    });
    await page.keyboard.press('p');
    await page.getByRole('button', { name: '60×' }).click();
    const moments = () => page.evaluate(() => window.moments);
    await expect.poll(async () => (await moments()).length).toBeGreaterThan(5);
    await page.evaluate(() => {
      window.away = true;
      window.moments = window.moments.slice(-1);
    });
    const left = performance.now();
    await expect.poll(() => performance.now() - left, { timeout: 10_000 }).toBeGreaterThan(2_500);
    await page.evaluate(() => {
      window.away = false;
    });
    await expect.poll(async () => (await moments()).length).toBeGreaterThan(5);
    const steps = (await moments()).map((moment, i, all) => moment - (all[i - 1] ?? moment));
    expect(Math.max(...steps)).toBeLessThan(FURTHEST_MS);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0);
  });

  it('knows the lane of a time whose changes are not kept any more, and says that it does not know why', async () => {
    const { shop, openedAt, page: path } = await incident({ limits: { events: 3 } });
    const fleet = await open(at(shop.url, openedAt + MINUTE));
    const row = rowOf('checkout', 'payments', 'open');
    await fleet.page.locator(row).waitFor();
    await expect
      .poll(() => fleet.page.locator(`${row} [data-why]`).textContent())
      .toBe('What opened it is not known');
    const breaker = await open(at(shop.url, openedAt + MINUTE, path));
    await breaker.page.locator('[data-page="breaker"][data-state="open"]').waitFor();
    await expect
      .poll(() => breaker.page.locator('[data-page="breaker"] [data-why]').textContent())
      .toMatch(/What opened it is not known/);
    expect([...fleet.errors, ...breaker.errors]).toEqual([]);
  });

  it('has no data, and no beginning of it, of a time before anybody told of it', async () => {
    const { shop } = await incident();
    const { page } = await open(at(shop.url, Date.now() - 22 * 60 * MINUTE));
    const row = page.locator(rowOf('checkout', 'payments', 'no-data'));
    await expect.poll(() => row.locator('[data-why]').textContent()).toBe('Nothing is known of this time');
    expect(await page.locator('[data-count="no-data"] .count-note').textContent()).toBe('nothing known');
  });

  it.each(['1e300', '99999999999999', 'yesterday', '-5'])(
    'follows the present where a link names no moment: at=%s',
    async (moment) => {
      const { shop, page: path } = await incident();
      const { page, errors } = await open(`${shop.url}${path}?at=${moment}`);
      await page.locator('[data-connection="live"]').waitFor();
      await page.locator('[data-page="breaker"][data-state="closed"]').waitFor();
      expect(errors).toEqual([]);
    },
  );

  it('replays the longest range that there is from its beginning', async () => {
    const { shop } = await incident();
    const { page } = await visit(browser, `${shop.url}?span=86400`);
    await page.locator(rowOf('checkout', 'payments', 'closed')).waitFor();
    await page.keyboard.press('p');
    await page.locator('.replay[data-replay="playing"]').waitFor();
    const moment = Number(await page.locator('[data-replay-at]').getAttribute('data-replay-at'));
    expect(Date.now() - moment).toBeGreaterThan(19 * 60 * MINUTE);
  });

  it('says so where a range is chosen that is older than what is kept', async () => {
    const { shop } = await incident();
    const { page } = await visit(browser, shop.url);
    await page.getByRole('button', { name: 'From one moment to another' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('From').fill('2020-01-01T12:00:00');
    await dialog.getByLabel('To').fill('2020-01-01T13:00:00');
    await dialog.getByRole('button', { name: 'Show' }).click();
    await expect.poll(() => dialog.getByRole('alert').textContent()).toMatch(/Nothing that old is kept/);
  });

  it('lets nobody act on a breaker from it, and is not to be taken for the present', async () => {
    const shop = await openShop({ adminToken: ADMIN });
    onTestFinished(() => shop.close());
    const service = await shop.service('checkout', 'checkout-1', [{ name: 'payments' }]);
    await service.change(0, { t: Date.now() - MINUTE });
    const path = 'b/checkout/payments';
    const { page } = await open(`${shop.url}${path}`, ADMIN);
    await page.getByRole('group', { name: 'Actions' }).waitFor();
    expect(await page.locator('.past-frame').count()).toBe(0);
    await page.keyboard.press('p');
    await page.locator('.past-frame').waitFor();
    await page.locator('[data-acts-on-present]').waitFor();
    expect(await page.getByRole('group', { name: 'Actions' }).count()).toBe(0);
    // Policies have no past: it is neither said of them nor played behind their back.
    await page.getByRole('link', { name: 'Policies' }).click();
    await page.locator('.replay[data-replay="elsewhere"]').waitFor();
    await page.locator('[data-connection="live"]').waitFor();
    expect(await page.locator('.past-frame').count()).toBe(0);
    await page.getByRole('link', { name: 'Back to the replay' }).click();
    await page.locator('.replay[data-replay="stopped"]').waitFor();
    await page.locator('.past-frame').waitFor();
    await page.getByRole('button', { name: 'Back to live' }).click();
    await page.goto(`${shop.url}${path}`);
    await page.getByRole('group', { name: 'Actions' }).waitFor();
  });

  it('is replayed by a server that was killed and started again, and by a page that lost its server', {
    timeout: 60_000,
  }, async () => {
    const path = mkdtempSync(join(tmpdir(), 'cb-past-'));
    onTestFinished(() => rmSync(path, { recursive: true, force: true }));
    const kept = ['--history', 'file', '--history-path', path];
    const first = await startDashboardProgram(0, ...kept);
    onTestFinished(() => void first.kill());
    const service = await WireService.start(first.url, 'checkout', 'checkout-1', [
      { id: 1, name: 'payments' },
    ]);
    onTestFinished(() => service.stop());
    const openedAt = await service.change(1, 'closed', 'open', 9 * MINUTE);
    await service.change(1, 'open', 'closed', 5 * MINUTE);
    const written = async (url: string) =>
      ((await (await fetch(`${url}healthz`)).json()) as { history: { waiting: number; written: number } })
        .history;
    await expect.poll(async () => (await written(first.url)).written).toBeGreaterThanOrEqual(2);
    await expect.poll(async () => (await written(first.url)).waiting).toBe(0);
    service.stop();
    await first.kill('SIGKILL');

    const second = await startDashboardProgram(0, ...kept);
    onTestFinished(() => void second.kill());
    const { page } = await open(at(second.url, openedAt + MINUTE, '', 240));
    const row = (state: string) => page.locator(rowOf('checkout', 'payments', state));
    await row('open').waitFor();
    await expect
      .poll(() => row('open').locator('[data-why]').textContent())
      .toMatch(/61 of last 100 calls failed/);
    await page.keyboard.press('p');
    await row('closed').waitFor();

    await second.kill();
    await page.locator('[data-connection="reconnecting"]').waitFor();
    await page.getByRole('button', { name: '60×' }).click();
    await row('open').waitFor();
    await page.locator('.replay[data-replay="stopped"]').waitFor();
    await page.locator('.past-frame').waitFor();
    await page.getByRole('button', { name: 'Export' }).click();
    await page.getByRole('menuitem', { name: 'Events as CSV' }).click();
    await page.getByText('The server cannot be reached.').first().waitFor();
  });

  it('is exported as it stood at the moment of a link, and no cell of it is a formula', async () => {
    const { shop, openedAt, page: path } = await incident({}, NAME);
    const { page, errors } = await open(at(shop.url, openedAt + MINUTE, path));
    await page.locator('[data-event]').first().waitFor();
    const exported = async (item: string): Promise<string> => {
      await page.getByRole('button', { name: 'Export' }).click();
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('menuitem', { name: item }).click(),
      ]);
      return await readFile(await download.path(), 'utf8');
    };
    const [header = [], ...events] = parseCsv(await exported('Events as CSV'));
    expect(
      events.map((cells) => Object.fromEntries(header.map((name, i) => [name, cells[i]]))),
    ).toMatchObject([{ service: 'checkout', name: `'${NAME}`, from: 'closed', to: 'open' }]);
    const lanes = parseCsv(await exported('Lanes as CSV')).slice(1);
    expect(lanes.map((cells) => cells.at(-1))).toEqual(['closed', 'open']);
    const json = JSON.parse(await exported('Events as JSON')) as { to: number; rows: { name: string }[] };
    expect(json.to).toBe(Math.round(openedAt + MINUTE));
    expect(json.rows).toMatchObject([{ name: NAME, to: 'open' }]);
    expect(errors).toEqual([]);
  });
});

/** As RFC 4180 has it. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n|$)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') rows.push([]);
  }
  return rows.filter((cells) => cells.some((cell) => cell !== ''));
}
