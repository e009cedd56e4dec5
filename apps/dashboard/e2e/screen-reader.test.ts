import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeInBrowser, launchBrowser, rowOf, visit } from './browser.ts';
import { type FakeShop, fillShop, openShop } from './fake-shop.ts';
import { CHECKED, openCheckedShop, visitChecked } from './pages.ts';

/** What opens together is gathered before it is said. */
const PATIENT = { timeout: 10_000 };

describeInBrowser('dashboard, read aloud', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  }, 30_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

  async function shopOpen(): Promise<FakeShop> {
    const shop = await openShop();
    onTestFinished(() => shop.close());
    return shop;
  }
  async function filledShop(): Promise<FakeShop> {
    const shop = await shopOpen();
    await fillShop(shop);
    return shop;
  }

  it('has the fleet as a table: a row says the state, for how long, how often, and why', async () => {
    const shop = await filledShop();
    const { page, errors } = await visit(browser, `${shop.url}?group=none`);
    await page.locator(rowOf('notify', 'smtp')).waitFor();
    const roles = await rolesOf(page);
    const rows = 5;
    expect(roles.get('treegrid')).toBe(1);
    expect(roles.get('row')).toBeGreaterThanOrEqual(rows + 1);
    const columns = roles.get('columnheader') ?? 0;
    expect(columns).toBeGreaterThanOrEqual(8);
    expect(roles.get('gridcell')).toBeGreaterThanOrEqual(rows * columns);
    await expect
      .poll(() => page.locator(rowOf('checkout', 'payments')).textContent())
      .toMatch(/Open for 4 minutes \d+ seconds, 1 open in the range\..*61 of last 100 calls failed/);
    expect(await page.locator(rowOf('checkout', 'ledger')).textContent()).toMatch(/Isolated for 1 minute/);
    expect(await page.locator(rowOf('notify', 'smtp')).textContent()).toMatch(/No data/);
    expect(errors).toEqual([]);
  });

  it('has a table that says what the lane shows, stretch by stretch, and why', async () => {
    const shop = await filledShop();
    const { page, errors } = await visit(browser, `${shop.url}b/checkout/fraud`);
    const table = page.getByRole('table', { name: /^State of fraud from/ });
    await expect.poll(() => table.locator('tbody tr').count()).toBe(4);
    const rows = await table
      .locator('tbody tr')
      .evaluateAll((all) =>
        all.map((row) => [...row.querySelectorAll('th, td')].map((cell) => cell.textContent)),
      );
    expect(rows[0]?.slice(1, 4)).toEqual(['now', expect.stringMatching(/^2\d seconds$/), 'Half-open']);
    expect(rows[1]?.slice(2)).toEqual([
      '40 seconds',
      'Open',
      expect.stringMatching(/61 of last 100 calls failed \(limit 50 %\) · ECONNREFUSED.*\(checkout-1\)$/),
    ]);
    expect(rows.map((row) => row[3])).toEqual(['Half-open', 'Open', 'Closed', 'No data']);
    // Moments that meet, and each with its exact time as a title.
    expect(rows[0]?.[0]).toBe(rows[1]?.[1]);
    expect(await table.locator('tbody th').first().getAttribute('title')).toMatch(/20\d\d/);
    expect(await table.getByRole('columnheader').allTextContents()).toEqual([
      'From',
      'To',
      'For',
      'State',
      'Why',
    ]);

    // Out of sight until it is asked for, but there.
    const box = page.locator('#lane-table');
    expect((await box.boundingBox())?.width).toBe(1);
    const button = page.getByRole('button', { name: 'Show as table' });
    await button.press('Enter');
    expect((await box.boundingBox())?.width).toBeGreaterThan(500);
    await page.getByRole('button', { name: 'Hide the table' }).press('Enter');
    expect((await box.boundingBox())?.width).toBe(1);
    expect(errors).toEqual([]);
  });

  it('says when breakers open, several at once in one sentence, and nothing that was there before', async () => {
    const shop = await shopOpen();
    const service = await shop.service('checkout', 'checkout-1', [
      { name: 'a', state: 'open' },
      { name: 'b' },
      { name: 'c' },
    ]);
    const { page } = await visit(browser, shop.url);
    await page.locator(rowOf('checkout', 'a', 'open')).waitFor();
    const live = page.locator('[role="status"][data-announced]');
    expect(await live.getAttribute('data-announced')).toBe('0');
    await service.change(1);
    await service.change(2);
    await expect.poll(() => live.textContent(), PATIENT).toMatch(/^2 breakers opened: b, c\.\s?$/);
    expect(await live.getAttribute('data-announced')).toBe('1');
    expect(await live.evaluate((each) => each.getAttribute('aria-live') ?? each.role)).toBe('status');
  });

  it('does not take a failed probe for an opening', async () => {
    const shop = await shopOpen();
    const service = await shop.service('checkout', 'checkout-1', [
      { name: 'a', state: 'half-open' },
      { name: 'b' },
    ]);
    const { page } = await visit(browser, shop.url);
    await page.locator(rowOf('checkout', 'a', 'half-open')).waitFor();
    await service.change(0, { from: 'half-open', why: { rule: 'probes-failed' } });
    await page.locator(rowOf('checkout', 'a', 'open')).waitFor();
    await service.change(1);
    const live = page.locator('[data-announced]');
    await expect
      .poll(() => live.textContent(), PATIENT)
      .toMatch(/^b of checkout opened: 61 of last 100 calls failed/);
    expect(await live.getAttribute('data-announced')).toBe('1');
  });

  it.each(CHECKED)('has one main part, one first heading and no level left out: $name', async (checked) => {
    const shop = await openCheckedShop();
    onTestFinished(() => shop.close());
    const { page } = await visitChecked(browser, shop, checked);
    const { mains, levels, canvases } = await page.evaluate(() => ({
      mains: document.querySelectorAll('main').length,
      levels: [...document.querySelectorAll('main :is(h1, h2, h3, h4)')].map(({ tagName }) =>
        Number(tagName[1]),
      ),
      canvases: [...document.querySelectorAll('canvas')].filter(
        (canvas) => !canvas.closest('[aria-hidden="true"], [role="img"]'),
      ).length,
    }));
    expect(mains).toBe(1);
    expect(levels.filter((level) => level === 1)).toHaveLength(1);
    expect(levels[0]).toBe(1);
    for (const [i, level] of levels.entries()) expect(level - (levels[i - 1] ?? 0)).toBeLessThanOrEqual(1);
    expect(canvases).toBe(0);
  });

  it('has a sign of its own for each state, beside its word', async () => {
    const shop = await shopOpen();
    const { page } = await visit(browser, shop.url);
    const counts = page.locator('[data-count]');
    const shapes = await counts.evaluateAll((all) =>
      all.map((each) => each.querySelector('svg')?.innerHTML ?? ''),
    );
    expect(new Set(shapes).size).toBe(5);
    expect(shapes).not.toContain('');
    expect(
      await counts.evaluateAll((all) => all.map((each) => each.querySelector('.count-name')?.textContent)),
    ).toEqual(['Open', 'Half-open', 'Isolated', 'No data', 'Closed']);
  });
});

/** How often each role stands in the tree that the browser hands to a screen reader. */
async function rolesOf(page: Page): Promise<ReadonlyMap<string, number>> {
  const client = await page.context().newCDPSession(page);
  const { nodes } = await client.send('Accessibility.getFullAXTree');
  const roles = new Map<string, number>();
  for (const { ignored, role } of nodes) {
    const name = ignored ? undefined : (role?.value as string | undefined);
    if (name) roles.set(name, (roles.get(name) ?? 0) + 1);
  }
  return roles;
}
