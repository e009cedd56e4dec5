import type { Browser } from 'playwright-core';
import { afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeInBrowser, launchBrowser, rowOf, visit } from './browser.ts';
import { type Program, type ServiceProgram, startDashboardProgram, startService } from './process.ts';
import { record, recorded } from './recorder.ts';

/** What Chromium itself says about a server that is not there. */
const NOBODY_THERE = /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|WebSocket connection to .* failed/;

describeInBrowser('dashboard, when something goes away', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  }, 30_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

  async function dashboardOn(port?: number): Promise<Program> {
    const program = await startDashboardProgram(port);
    onTestFinished(() => void program.kill());
    return program;
  }
  async function serviceAt(url: string, instance: string): Promise<ServiceProgram> {
    const program = await startService(url, 'orders', instance, 'ledger');
    onTestFinished(() => void program.kill());
    return program;
  }

  it('says the rule and its numbers: how many of how many calls, and the limit', async () => {
    const dashboard = await dashboardOn();
    const service = await serviceAt(dashboard.url, 'orders-1');
    const { page, errors } = await visit(browser, dashboard.url);
    await page.locator(rowOf('orders', 'ledger', 'closed')).waitFor();
    await record(page, rowOf('orders', 'ledger'));
    service.become('failing');
    const shown = await recorded(page, ['closed', 'open'], 15_000);
    service.become('well');
    await recorded(page, ['closed', 'open', 'half-open', 'closed'], 15_000);
    expect(shown.at(-1)?.why).toMatch(/10 of last 20 calls failed \(limit 50 %\) · ECONNREFUSED/);

    await page.locator(rowOf('orders', 'ledger')).getByRole('link').click();
    const why = page.locator('[data-page="breaker"] [data-why]');
    await expect
      .poll(() => why.textContent())
      .toMatch(/orders-1 .*10 of the last 20 calls failed.*50 % limit/);
    expect(errors).toEqual([]);
  });

  it('says so while the server is away, and goes on without a reload', { timeout: 60_000 }, async () => {
    const dashboard = await dashboardOn();
    const service = await serviceAt(dashboard.url, 'orders-1');
    const { page, errors } = await visit(browser, dashboard.url);
    await page.locator(rowOf('orders', 'ledger', 'closed')).waitFor();
    await page.evaluate(() => {
      document.body.dataset.mark = 'here';
    });

    await dashboard.kill();
    await page.locator('[data-connection="reconnecting"]').waitFor();
    expect(await page.locator(rowOf('orders', 'ledger')).count()).toBe(1);

    await dashboardOn(Number(new URL(dashboard.url).port));
    await page.locator('[data-connection="live"]').waitFor();
    await page.locator(rowOf('orders', 'ledger', 'closed')).waitFor();
    expect(await page.evaluate(() => document.body.dataset.mark)).toBe('here');

    service.become('failing');
    await page.locator(rowOf('orders', 'ledger', 'open')).waitFor();
    service.become('well');
    await page.locator(rowOf('orders', 'ledger', 'closed')).waitFor();
    expect(errors.filter((error) => !NOBODY_THERE.test(error))).toEqual([]);
  });

  it('shows no data for an instance that died, and for it alone', { timeout: 60_000 }, async () => {
    const dashboard = await dashboardOn();
    const [first] = await Promise.all([
      serviceAt(dashboard.url, 'orders-1'),
      serviceAt(dashboard.url, 'orders-2'),
    ]);
    const { page, errors } = await visit(browser, `${dashboard.url}b/orders/ledger`);
    for (const instance of ['orders-1', 'orders-2']) {
      await page.locator(`[data-instance="${instance}"][data-state="closed"]`).waitFor();
    }
    await first.kill();
    await page.locator('[data-instance="orders-1"][data-state="no-data"]').waitFor({ timeout: 40_000 });
    await page.locator('[data-instance="orders-2"][data-state="closed"]').waitFor();
    await page.locator('[data-page="breaker"][data-state="closed"]').waitFor();

    await serviceAt(dashboard.url, 'orders-1');
    await page.locator('[data-instance="orders-1"][data-state="closed"]').waitFor();
    expect(errors).toEqual([]);
  });
});
