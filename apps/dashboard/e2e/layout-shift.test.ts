import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { describeInBrowser, launchBrowser, rowOf } from './browser.ts';
import { type FakeService, type FakeShop, openShop } from './fake-shop.ts';
import { WIDTHS } from './pages.ts';

declare global {
  interface Window {
    shifts: { value: number; what: string }[];
  }
}

/** Half of what is called good (0.1), for a page that people look at for hours. */
const MOST = 0.05;

describeInBrowser('dashboard, while data arrive', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  }, 30_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

  async function shopAndService(): Promise<{ shop: FakeShop; service: FakeService }> {
    const shop = await openShop();
    onTestFinished(() => shop.close());
    const names = ['payments', 'fraud', 'prices', 'ledger', 'shipping', 'search'];
    const service = await shop.service(
      'checkout',
      'checkout-1',
      names.map((name) => ({ name, tags: { kind: 'http' } })),
    );
    await service.change(0, { t: Date.now() - 60_000, retryAt: Date.now() + 600_000 });
    return { shop, service };
  }

  /** A page that writes down from its first moment what jumps. */
  async function watch(width: number): Promise<Page> {
    const context = await browser.newContext({ viewport: { width, height: 900 } });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    await page.addInitScript(writeDownShifts);
    return page;
  }

  /** Lets the font arrive after everything else, as on a slow line. */
  async function holdFont(page: Page): Promise<() => Promise<unknown>> {
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/\.woff2$/, async (route) => {
      await held;
      await route.continue();
    });
    return async () => {
      const loaded = page.waitForResponse(/\.woff2$/);
      release();
      await (await loaded).finished();
      await page.evaluate(twoFrames);
    };
  }

  describe.each(WIDTHS)('%d pixels wide', (width) => {
    it('does not jump on the fleet page', async () => {
      const { shop, service } = await shopAndService();
      const page = await watch(width);
      const releaseFont = await holdFont(page);
      await page.goto(shop.url, { waitUntil: 'commit' });
      await page.locator(rowOf('checkout', 'payments', 'open')).waitFor();
      service.calls();
      await page.locator(rowOf('checkout', 'prices'), { hasText: /p95 [1-9]|[1-9]\d* ms/ }).waitFor();
      await service.change(3);
      await page.locator(rowOf('checkout', 'ledger', 'open')).waitFor();
      await service.change(3, { from: 'open', to: 'half-open', why: { rule: 'open-time-over' } });
      await page.locator(rowOf('checkout', 'ledger', 'half-open')).waitFor();
      await shop.service('orders', 'orders-1', [{ name: 'users' }]);
      await page.locator(rowOf('orders', 'users')).waitFor();
      await releaseFont();
      const shifts = await page.evaluate(() => window.shifts);
      expect(sum(shifts), JSON.stringify(shifts)).toBeLessThan(MOST);
    });

    it('does not jump on the page of a breaker', async () => {
      const { shop, service } = await shopAndService();
      const page = await watch(width);
      const releaseFont = await holdFont(page);
      await page.goto(`${shop.url}b/checkout/payments`, { waitUntil: 'commit' });
      await page.locator('[data-event]').first().waitFor();
      await page.locator('.chart canvas').first().waitFor();
      service.calls();
      await page.locator('.settings dd').first().waitFor();
      await service.change(0, { from: 'open', to: 'half-open', why: { rule: 'open-time-over' } });
      await page.locator('[data-page="breaker"][data-state="half-open"]').waitFor();
      await releaseFont();
      const shifts = await page.evaluate(() => window.shifts);
      expect(sum(shifts), JSON.stringify(shifts)).toBeLessThan(MOST);
    });
  });

  it('sees a jump, if there is one', async () => {
    const { shop } = await shopAndService();
    const page = await watch(1440);
    await page.goto(shop.url, { waitUntil: 'commit' });
    await page.locator(rowOf('checkout', 'payments', 'open')).waitFor();
    await page.evaluate(() => {
      const block = document.createElement('div');
      block.style.height = '200px';
      document.querySelector('main')?.prepend(block);
    });
    await expect.poll(async () => sum(await page.evaluate(() => window.shifts))).toBeGreaterThan(MOST);
  });
});

function sum(shifts: readonly { value: number }[]): number {
  return shifts.reduce((all, { value }) => all + value, 0);
}

/** Until what was there is painted. */
function twoFrames(): Promise<unknown> {
  return new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
}

function writeDownShifts(): void {
  window.shifts = [];
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) {
      const { value, sources = [] } = entry as PerformanceEntry & {
        value: number;
        sources?: { node?: Node | null }[];
      };
      const what = sources
        .map(({ node }) =>
          node instanceof Element ? `${node.tagName}.${node.className}` : String(node?.nodeName),
        )
        .join(', ');
      window.shifts.push({ value, what });
    }
  }).observe({ type: 'layout-shift', buffered: true });
}
