import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser, visit } from './browser.ts';
import { type FakeShop, openShop } from './fake-shop.ts';

const SERVICES = 5;
const EACH = 2_000;

describeInBrowser('command palette, over ten thousand breakers', () => {
  let shop: FakeShop;
  let browser: Browser;

  beforeAll(async () => {
    [shop, browser] = await Promise.all([openShop(), launchBrowser()]);
    for (let s = 0; s < SERVICES; s++) {
      const names = Array.from({ length: EACH }, (_, i) => ({ name: `upstream-${s}.call-${i}` }));
      const service = await shop.service(`service-${s}`, `service-${s}-1`, names);
      if (s === 3) await service.change(1_234, { t: Date.now() - 5_000 });
    }
  }, 60_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  async function open(page: Page): Promise<void> {
    await page.keyboard.press('Control+k');
    await page.locator('dialog.palette [cmdk-item]').first().waitFor();
  }
  const options = (page: Page) => page.locator('dialog.palette [cmdk-item]');
  const chosen = (page: Page) => page.locator('[cmdk-item][data-selected="true"]');

  it('begins with what is in trouble and with every command that can do something', async () => {
    const { page, errors } = await visit(browser, shop.url);
    await page.locator('[data-count="closed"]', { hasText: '9,999' }).waitFor();
    await open(page);
    await expect.poll(() => chosen(page).textContent()).toMatch(/upstream-3\.call-1234.*service-3/);
    const all = await options(page).allInnerTexts();
    for (const command of [
      'Policies',
      'Pause',
      'Show 1 h',
      'Dark look',
      'Copy link',
      'Previous change',
      'help',
    ]) {
      expect(all.join('\n')).toContain(command);
    }
    expect(errors).toEqual([]);
  });

  it('finds any of them, and hands no more than fifty lines to the list', async () => {
    const { page, errors } = await visit(browser, shop.url);
    await page.locator('[data-count="closed"]', { hasText: '9,999' }).waitFor();
    await open(page);
    await page.keyboard.type('call');
    await page.getByText(/^\d+ found$/).waitFor();
    const shown = await options(page).count();
    expect(shown).toBeGreaterThan(20);
    expect(shown).toBeLessThanOrEqual(50);
    for (const letter of '-1777 service-4') await page.keyboard.press(letter === ' ' ? 'Space' : letter);
    await expect.poll(() => options(page).allInnerTexts()).toEqual([expect.stringContaining('call-1777')]);
    await page.keyboard.press('Enter');
    await page.locator('[data-breaker="service-4/upstream-4.call-1777"]').waitFor();
    expect(errors).toEqual([]);
  });

  it('finds a service, and shows its breakers', async () => {
    const { page } = await visit(browser, `${shop.url}?q=something`);
    await open(page);
    await page.keyboard.type('service-2');
    const service = options(page).filter({ hasText: '2,000 breakers' });
    await service.click();
    await page.waitForURL(/\/\?service=service-2$/);
    await page.locator('[data-count="closed"]', { hasText: '2,000' }).waitFor();
  });

  it('is opened by its button, closed by Escape, by its keys and beside it, and gives the focus back', async () => {
    const { page } = await visit(browser, shop.url);
    const button = page.getByRole('button', { name: 'Command palette' });
    const palette = page.locator('dialog.palette');
    for (const close of ['Escape', 'Control+k', 'beside']) {
      await button.click();
      await palette.waitFor();
      expect(await page.evaluate(() => document.activeElement?.getAttribute('role'))).toBe('combobox');
      if (close === 'beside') await page.mouse.click(20, 700);
      else await page.keyboard.press(close);
      await palette.waitFor({ state: 'detached' });
      expect(await button.evaluate((each) => each === document.activeElement)).toBe(true);
    }
  });

  it('is not loaded before it is asked for, and loses nothing that is typed meanwhile', async () => {
    const { page, errors } = await visit(browser, shop.url);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/command-palette-.*\.js/, async (route) => {
      await held;
      await route.continue();
    });
    await page.reload();
    await page.locator('[data-connection="live"]').waitFor();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('wdpolx');
    await page.keyboard.press('Backspace');
    release();
    await expect.poll(() => page.locator('[cmdk-input]').inputValue()).toBe('wdpol');
    expect(new URL(page.url()).search).toBe('');
    expect(errors).toEqual([]);
  });

  it('says so where its code cannot be had, and has it the next time', async () => {
    const { page } = await visit(browser, shop.url);
    let away = true;
    await page.route(/command-palette-.*\.js/, (route) => (away ? route.abort() : route.continue()));
    await page.reload();
    await page.locator('[data-connection="live"]').waitFor();
    await page.keyboard.press('Control+k');
    await page.locator('.toast', { hasText: 'could not be loaded' }).waitFor();
    expect(await page.locator('[data-page="fleet"]').count()).toBe(1);
    away = false;
    await open(page);
  });

  it('says so where nothing is found, and Enter then does nothing', async () => {
    const { page } = await visit(browser, shop.url);
    await open(page);
    await page.keyboard.type('nothing of that name');
    await page.getByText('Nothing of that name.').waitFor();
    await page.keyboard.press('Enter');
    expect(await page.locator('dialog.palette').count()).toBe(1);
  });

  it('copies a link that shows this very moment to somebody else', async () => {
    const { page } = await visit(browser, `${shop.url}b/service-3/upstream-3.call-1234?span=300`, {
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    await page.locator('[data-page="breaker"]').waitFor();
    await open(page);
    await page.keyboard.type('copy link');
    await page.keyboard.press('Enter');
    await page.locator('.toast', { hasText: 'Link copied.' }).waitFor();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    const { pathname, searchParams } = new URL(link);
    expect(pathname).toBe('/b/service-3/upstream-3.call-1234');
    expect(searchParams.get('span')).toBe('300');
    expect(Math.abs(Number(searchParams.get('at')) - Date.now())).toBeLessThan(60_000);
    await page.goto(link);
    await page.locator('[data-connection="paused"]').waitFor();
  });
});
