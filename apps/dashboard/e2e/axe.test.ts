import type { Browser } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
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

  // One visit for all four: a visit costs more than a look, and a page must follow its surroundings anyway.
  it.each(CHECKED)('finds nothing wrong, in either look and width, with: $name', async (checked) => {
    const { page, errors } = await visitChecked(browser, shop, checked);
    for (const colorScheme of LOOKS) {
      await page.emulateMedia({ colorScheme });
      for (const width of WIDTHS) {
        await page.setViewportSize({ width, height: 900 });
        await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => setTimeout(drawn))));
        expect(await violations(page), `${colorScheme}, ${width} pixels wide`).toEqual([]);
      }
    }
    expect(errors.filter((error) => !REFUSED.test(error))).toEqual([]);
  });

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
