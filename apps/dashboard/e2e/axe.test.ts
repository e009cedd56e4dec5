import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { violations } from './axe.ts';
import { describeInBrowser, launchBrowser, visit } from './browser.ts';
import type { FakeShop } from './fake-shop.ts';
import { CHECKED, LOOKS, openCheckedShop, visitChecked, WIDTHS } from './pages.ts';

/** What the browser itself says of a page that somebody may not read. */
const REFUSED = /status of 40[13]/;

describeInBrowser('dashboard, checked by axe', () => {
  let shop: FakeShop;
  let browser: Browser;

  beforeAll(async () => {
    [shop, browser] = await Promise.all([openCheckedShop(), launchBrowser()]);
  }, 30_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  describe.each(LOOKS.flatMap((look) => WIDTHS.map((width) => ({ look, width }))))(
    'in $look, $width pixels wide',
    ({ look, width }) => {
      it.each(CHECKED)('finds nothing wrong with: $name', async (checked) => {
        const viewport = { width, height: 900 };
        const { page, errors } = await visitChecked(browser, shop, checked, { colorScheme: look, viewport });
        expect(await violations(page)).toEqual([]);
        expect(errors.filter((error) => !REFUSED.test(error))).toEqual([]);
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
