import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { describeInBrowser } from './browser.ts';
import { checkedShop, visitChecked } from './pages.ts';

/** Beside each width at which the layout changes, and those that people have. */
const SCREENS = [1600, 1520, 1481, 1440, 1366, 1301, 1280, 1201, 1181, 1100, 1024, 900, 761, 760, 390, 320];

describeInBrowser('dashboard, at every width', () => {
  const own = checkedShop();

  it.each([
    ['the list', '?span=300', '[data-breaker="checkout/payments"][data-state="open"]'],
    ['a breaker', 'b/checkout/payments?span=300', 'fieldset.actions'],
  ])('fits %s, live and paused, for who sees most buttons', async (name, path, ready) => {
    const { page, errors } = await visitChecked(own.browser, own.shop, { name, path, ready, admin: true });
    const wrong = await tooWide(page, 'live');
    await page.keyboard.press('Space');
    await page.locator('.live-paused').waitFor();
    expect([...wrong, ...(await tooWide(page, 'paused'))]).toEqual([]);
    expect(errors).toEqual([]);
  });
});

/** What stands outside of the bar, or is cut off at the edge of a card, by width. */
async function tooWide(page: Page, state: string): Promise<string[]> {
  const wrong: string[] = [];
  for (const width of SCREENS) {
    await page.setViewportSize({ width, height: 800 });
    const found = await page.evaluate(async () => {
      const painted = () => new Promise((done) => requestAnimationFrame(done));
      await painted();
      await painted();
      const { clientWidth, scrollWidth } = document.documentElement;
      const said = scrollWidth > clientWidth ? ['the page scrolls sideways'] : [];
      for (const each of document.querySelectorAll('.top-bar > *, .card-state, .card-opens, .group-words'))
        if (each.getBoundingClientRect().right > clientWidth) said.push(`${each.className} is cut off`);
      return said;
    });
    wrong.push(...found.map((what) => `${state}, ${width}: ${what}`));
  }
  return wrong;
}
