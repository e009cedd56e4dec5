import { expect, it } from 'vitest';
import { violations } from './axe.ts';
import { describeInBrowser, visit } from './browser.ts';
import { CHECKED, checkedShop, LOOKS, visitChecked, WIDTHS } from './pages.ts';

/** What the browser itself says of a page that somebody may not read. */
const REFUSED = /status of 40[13]/;

describeInBrowser('dashboard, checked by axe', () => {
  const own = checkedShop();

  // One visit for all four: a visit costs more than a look, and a page must follow its surroundings anyway.
  it.each(CHECKED)('finds nothing wrong, in either look and width, with: $name', async (checked) => {
    const { page, errors } = await visitChecked(own.browser, own.shop, checked);
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
    const { page } = await visit(own.browser, own.shop.url);
    await page.evaluate(() => {
      const image = document.createElement('img');
      image.src = '/favicon.svg';
      document.querySelector('main')?.append(image);
    });
    expect((await violations(page)).join()).toMatch(/image-alt/);
  });
});
