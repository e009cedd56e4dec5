import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser, rowOf, visit } from './browser.ts';
import { type FakeShop, fillShop, openShop } from './fake-shop.ts';

describeInBrowser('dashboard, on a wall', () => {
  let shop: FakeShop;
  let browser: Browser;

  beforeAll(async () => {
    [shop, browser] = await Promise.all([openShop(), launchBrowser()]);
    await fillShop(shop);
  }, 30_000);
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  it('shows a square for each breaker, trouble large, without a bar; a key leads there and back', async () => {
    const { page, errors } = await visit(browser, `${shop.url}?service=checkout`);
    await page.locator(rowOf('checkout', 'payments', 'open')).waitFor();
    await page.keyboard.press('f');
    const square = (name: string) => page.locator(`[data-page="wall"] [data-breaker="checkout/${name}"]`);
    await square('payments').waitFor();
    expect(new URL(page.url()).search).toBe('?service=checkout&wall=1');
    expect(await page.locator('.top-bar').count()).toBe(0);
    expect(await page.locator('.square').count()).toBe(4);
    expect(await square('payments').textContent()).toMatch(/Open 4m.*/);
    expect(await square('payments').textContent()).toContain('61 of last 100 calls failed');
    const area = async (name: string) => {
      const box = await square(name).boundingBox();
      return (box?.width ?? 0) * (box?.height ?? 0);
    };
    expect(await area('payments')).toBeGreaterThan(3 * (await area('prices')));

    await page.reload();
    await square('payments').waitFor();
    await page.keyboard.press('Escape');
    await page.locator(rowOf('checkout', 'payments', 'open')).waitFor();
    expect(new URL(page.url()).search).toBe('?service=checkout');
    expect(errors).toEqual([]);
  });

  it('says that it is not connected any more', async () => {
    const other = await openShop();
    await fillShop(other);
    const { page } = await visit(browser, `${other.url}?wall=1`);
    await page.locator('.wall-clock', { hasText: ':' }).waitFor();
    await other.close();
    await page.locator('.wall-clock', { hasText: 'not connected' }).waitFor();
    expect(await page.locator('.square-open').count()).toBe(1);
  });
});
