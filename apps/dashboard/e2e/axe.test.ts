import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { describeInBrowser, launchBrowser, visit } from './browser.ts';
import { type FakeShop, fillShop, openShop } from './fake-shop.ts';
import { CHECKED, LOOKS, WIDTHS } from './pages.ts';

describeInBrowser('dashboard, checked by axe', () => {
  let shop: FakeShop;
  let browser: Browser;

  beforeAll(async () => {
    [shop, browser] = await Promise.all([openShop(), launchBrowser()]);
    await fillShop(shop);
  }, 30_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  describe.each(LOOKS.flatMap((look) => WIDTHS.map((width) => ({ look, width }))))(
    'in $look, $width pixels wide',
    ({ look, width }) => {
      it.each(CHECKED)('finds nothing wrong with: $name', async ({ path, ready, prepare }) => {
        const { page, errors } = await visit(browser, shop.url + path, {
          colorScheme: look,
          viewport: { width, height: 900 },
        });
        await page.locator(ready).first().waitFor();
        await prepare?.(page);
        expect(await violations(page)).toEqual([]);
        expect(errors).toEqual([]);
      });
    },
  );

  it('finds what is wrong, if something is', async () => {
    const { page } = await visit(browser, shop.url);
    await page.evaluate(() => {
      const image = document.createElement('img');
      image.src = '/favicon.svg';
      document.querySelector('main')?.append(image);
    });
    expect((await violations(page)).join()).toMatch(/image-alt/);
  });
});
