import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser, rowOf, visit } from './browser.ts';
import { type Program, startDemo } from './process.ts';
import { record, recorded } from './recorder.ts';

describeInBrowser('dashboard, watching the demo', () => {
  let demo: Program;
  let browser: Browser;

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemo('--speed', '2'), launchBrowser()]);
  }, 30_000);

  afterAll(async () => {
    await browser?.close();
    expect(await demo?.kill('SIGINT')).toBe(0);
  }, 20_000);

  it('shows a breaker open for a reason, probe and close again', { timeout: 60_000 }, async () => {
    const { page, errors } = await visit(browser, demo.url);
    await page.locator(rowOf('catalog', 'recommendations')).waitFor();
    await record(page, rowOf('catalog', 'recommendations'));
    const shown = await recorded(page, ['closed', 'open', 'half-open', 'closed'], 45_000);
    const reasons = shown.filter(({ state }) => state === 'open').map(({ why }) => why);
    expect(reasons).toContainEqual(expect.stringMatching(/\d+ of last \d+ calls failed.*40 %.*HTTP_503/));

    await page.locator(rowOf('catalog', 'recommendations')).getByRole('link').click();
    await page.locator('[data-page="breaker"]').waitFor();
    await expect.poll(() => page.locator('[data-why]').textContent()).toMatch(/catalog-1 .*opened/);
    const opened = page.locator('[data-event]').filter({ hasText: /\d+ of last \d+ calls failed/ });
    await opened.first().waitFor();
    expect(errors).toEqual([]);
  });

  it('shows one row for both instances of a service, and a lane for each', async () => {
    const { page, errors } = await visit(browser, `${demo.url}b/checkout/prices`);
    await page.locator('[data-page="breaker"][data-state="closed"]').waitFor();
    for (const instance of ['checkout-1', 'checkout-2']) {
      await page.locator(`[data-instance="${instance}"][data-state="closed"]`).waitFor();
    }
    expect(errors).toEqual([]);
  });

  it('tells databases from what is called over HTTP, and finds either', async () => {
    const { page, errors } = await visit(browser, demo.url);
    await page.locator(`${rowOf('checkout', 'payments')} [data-kind="http"]`).waitFor();
    await page.getByRole('searchbox').fill('kind:db');
    await page.locator(rowOf('checkout', 'payments')).waitFor({ state: 'detached' });
    await page.locator(`${rowOf('orders', 'orders-db')} [data-kind="db"]`).waitFor();

    await page.locator(rowOf('orders', 'orders-db')).getByRole('link').click();
    await page.locator('[data-page="breaker"] [data-kind="db"]').waitFor();
    expect(errors).toEqual([]);
  });

  it('shows the policies around the calls of two services, and what they did', async () => {
    const { page, errors } = await visit(browser, `${demo.url}policies`);
    const deedsOf = (name: string, kind: string) =>
      page.locator(`[data-policy="${name}"][data-kind="${kind}"] .policy-did`);
    await deedsOf('catalog/recommendations', 'retry').waitFor();
    await deedsOf('orders/orders-db', 'fallback').waitFor();
    const total = (): Promise<number> => deedsOf('orders/users', 'rate-limit').evaluate(firstTotal);
    await expect.poll(total, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(errors).toEqual([]);
  });

  it('keeps its place over a reload: what was searched for, the range, the breaker', async () => {
    const { page, errors } = await visit(browser, demo.url);
    const search = page.getByRole('searchbox');
    await search.fill('prices');
    await page.locator(rowOf('checkout', 'payments')).waitFor({ state: 'detached' });
    await page.getByRole('button', { name: '5 m', exact: true }).click();
    await page.waitForURL(/span=300/);

    await page.reload();
    await page.locator(rowOf('checkout', 'prices')).waitFor();
    expect(await search.inputValue()).toBe('prices');
    expect(await page.locator(rowOf('checkout', 'payments')).count()).toBe(0);
    await page.locator('button[aria-pressed="true"]', { hasText: /^5 m$/ }).waitFor();

    await page.locator(rowOf('checkout', 'prices')).getByRole('link').click();
    await page.locator('[data-page="breaker"]').waitFor();
    await page.reload();
    await page.locator('[data-page="breaker"][data-breaker="checkout/prices"]').waitFor();
    expect(new URL(page.url()).searchParams.get('span')).toBe('300');
    await page.goBack();
    await page.locator(rowOf('catalog', 'prices')).waitFor();
    expect(await search.inputValue()).toBe('prices');
    expect(errors).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('draws its lanes in %s, also on a phone', async (colorScheme) => {
    for (const width of [1440, 390]) {
      const { page, errors } = await visit(browser, demo.url, {
        colorScheme,
        viewport: { width, height: 844 },
      });
      for (const path of ['', 'b/checkout/payments']) {
        await page.goto(demo.url + path);
        await page
          .locator(path === '' ? rowOf('checkout', 'prices') : '[data-event]')
          .first()
          .waitFor();
        const light = await page.evaluate(lightness);
        expect(light, `lightness of /${path} at ${width}`)[
          colorScheme === 'light' ? 'toBeGreaterThan' : 'toBeLessThan'
        ](0.5);
        await page.waitForFunction(somethingIsDrawn);
        const scroll = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(scroll, `pixels that /${path} is too wide at ${width}`).toBeLessThanOrEqual(0);
      }
      expect(errors).toEqual([]);
    }
  });
});

/** Of what a policy did first and foremost. */
function firstTotal(cell: Element): number {
  return Number.parseInt(cell.querySelector('.deed-total')?.textContent ?? '', 10);
}

/** Of the page's background, 0 to 1. */
function lightness(): number {
  const [red = 0, green = 0, blue = 0] = (
    getComputedStyle(document.documentElement).backgroundColor.match(/[\d.]+/g) ?? []
  ).map(Number);
  return (red + green + blue) / 3 / 255;
}

function somethingIsDrawn(): boolean {
  const canvases = [...document.querySelectorAll('canvas')].filter(({ width, height }) => width * height > 0);
  return canvases.some((canvas) => {
    const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data;
    return pixels?.some((value) => value > 0) === true;
  });
}
