import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { violations } from './axe.ts';
import { describeInBrowser, goTo, launchBrowser, rowOf, visit } from './browser.ts';
import { type FakeShop, fillShop, openShop } from './fake-shop.ts';

const PACKAGE = fileURLToPath(new URL('../', import.meta.url));
const DAY_MS = 86_400_000;

describeInBrowser('dashboard, where there is nothing to show', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  }, 30_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

  async function shopWith(...options: Parameters<typeof openShop>): Promise<FakeShop> {
    const shop = await openShop(...options);
    onTestFinished(() => shop.close());
    return shop;
  }
  /** A page that is not live at first. */
  async function load(url: string, before?: (page: Page) => Promise<unknown>): Promise<Page> {
    const { page } = await goTo(browser, url, {}, before);
    return page;
  }
  // biome-ignore lint/performance/useDomNodeTextContent: what is seen, not what is there.
  const words = (page: Page, selector = 'main') => page.locator(selector).innerText();

  describe('nothing has reported', () => {
    it.each([
      [
        '',
        'breakers.js',
        "import { createBreaker } from '@cb/core';\nexport const payments = createBreaker({ name: 'payments' });",
        '[data-breaker="checkout/payments"]',
      ],
      [
        'policies',
        'pipelines.js',
        "import { pipeline, retry } from '@cb/policies';\nimport { createBreaker } from '@cb/core';\nexport const payments = pipeline(retry({ attempts: 3 }), createBreaker({ name: 'payments' }));",
        '[data-policy="checkout/payments"]',
      ],
    ])(
      'the lines of /%s do what they say when they are pasted into a service',
      async (path, file, module, row) => {
        const shop = await shopWith();
        const { page, errors } = await visit(browser, shop.url + path);
        // "Reading…" comes before it.
        await expect.poll(() => words(page)).toMatch(/No (breaker|policy) has reported yet/);
        const lines = await words(page, '.snippet');
        expect(lines.trim().split('\n')).toHaveLength(4);
        expect(lines).toContain(new URL(shop.url).origin);
        await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
        await page.getByRole('button', { name: 'Copy' }).click();
        await page.getByRole('button', { name: 'Copied' }).waitFor();
        expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(lines);

        const folder = mkdtempSync(join(PACKAGE, 'node_modules', '.snippet-'));
        onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
        writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
        writeFileSync(join(folder, file), module);
        writeFileSync(join(folder, 'main.js'), `${lines}\nsetInterval(() => {}, 1_000);\n`);
        const service = fork(join(folder, 'main.js'));
        onTestFinished(async () => {
          service.kill();
          await once(service, 'exit');
        });
        // Without a reload.
        await page.locator(row).first().waitFor();
        expect(await page.locator('.snippet').count()).toBe(0);
        expect(errors).toEqual([]);
      },
    );

    it('says so on the page of a breaker that nobody knows, and shows it once it is there', async () => {
      const shop = await shopWith();
      const { page } = await visit(browser, `${shop.url}b/checkout/payments`);
      expect(await words(page)).toMatch(/No breaker of this name has reported for checkout/);
      await shop.service('checkout', 'checkout-1', [{ name: 'payments' }]);
      await page.locator('[data-page="breaker"][data-state="closed"]').waitFor();
    });
  });

  it('says that it is connecting, for as long as it is', async () => {
    const shop = await shopWith();
    await fillShop(shop);
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    for (const path of ['', 'b/checkout/payments']) {
      const page = await load(shop.url + path, (each) =>
        each.route('**/api/v1/directory*', async (route) => {
          await held;
          await route.continue();
        }),
      );
      await page.locator('[data-connection="connecting"]', { hasText: 'Connecting' }).waitFor();
      expect(await words(page)).toContain('Connecting to the dashboard server…');
      if (path !== '') release();
    }
  });

  it('keeps its lanes while it reconnects, fades what it does not know, and counts how old it is', async () => {
    const shop = await openShop();
    await fillShop(shop);
    const page = await load(`${shop.url}?span=20`);
    await page.locator(rowOf('checkout', 'payments', 'open')).waitFor();
    await expect.poll(() => page.evaluate(paleShare)).toBe(0);
    await shop.close();
    await page.locator('[data-connection="reconnecting"]').waitFor();
    await page.locator('.banner').waitFor();
    expect(await words(page, '.banner')).toMatch(
      /^Reconnecting\. The dashboard server was last heard \d+s ago; what is shown is from then\.$/,
    );
    expect(await page.locator(rowOf('checkout', 'payments', 'open')).count()).toBe(1);
    await expect.poll(() => page.evaluate(paleShare)).toBeGreaterThan(0);
    const age = async () =>
      Number.parseFloat(/[\d.]+/.exec(await words(page, '[data-connection]'))?.[0] ?? '');
    const first = await age();
    await expect.poll(age, { timeout: 5_000 }).toBeGreaterThan(first);
    expect(await violations(page)).toEqual([]);
  });

  it('asks for the token, says when it was the wrong one, and shows the page after the right one', async () => {
    const viewToken = 'a-token-for-viewing';
    const shop = await shopWith({ viewToken, ingestToken: 'a-token-for-services' });
    const page = await load(shop.url);
    await page.locator('[data-page="token"]').waitFor();
    await page.locator('[data-connection="unauthorized"]', { hasText: 'Locked' }).waitFor();
    expect(await words(page)).toMatch(/This dashboard asks for a token/);
    expect(await words(page)).not.toMatch(/did not take/);
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Token').fill('not-the-right-one');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').waitFor();
    expect(await words(page)).toMatch(/The server did not take that token/);
    expect(await violations(page)).toEqual([]);
    await page.getByLabel('Token').fill(viewToken);
    await page.keyboard.press('Enter');
    await page.locator('[data-connection="live"]').waitFor();
    expect(await words(page)).toMatch(/No breaker has reported yet/);
    await expect.poll(() => page.evaluate(() => document.activeElement?.tagName)).toBe('H1');
  });

  it('says that nothing matches, and leads back to all of them', async () => {
    const shop = await shopWith();
    await fillShop(shop);
    const { page } = await visit(browser, `${shop.url}?q=nothing-of-that-name&state=open`);
    expect(await words(page, 'main .notice')).toMatch(/No breaker matches\.\s+Show all 5/);
    await page.getByRole('button', { name: 'Show all 5' }).click();
    await page.locator(rowOf('notify', 'smtp')).waitFor();
  });

  it.each(['', 'b/checkout/payments'])(
    'says on /%s that nothing is kept of a time long ago',
    async (path) => {
      const shop = await shopWith();
      await fillShop(shop);
      const page = await load(`${shop.url}${path}?at=${Date.now() - 3 * DAY_MS}`);
      await page.locator('.banner').waitFor();
      expect(await words(page, '.banner')).toMatch(/^Nothing is kept of this time\. .*Back to live$/);
      await page.getByRole('button', { name: 'Back to live' }).click();
      await page.locator('[data-connection="live"]').waitFor();
      expect(await page.locator('.banner').count()).toBe(0);
    },
  );

  it('says how much has changed while it is paused', async () => {
    const shop = await shopWith();
    const service = await shop.service('checkout', 'checkout-1', [{ name: 'payments' }, { name: 'fraud' }]);
    const { page } = await visit(browser, shop.url);
    await page.locator(rowOf('checkout', 'payments', 'closed')).waitFor();
    await page.getByRole('button', { name: 'Pause' }).click();
    await service.change(0);
    await service.change(1);
    await page.locator('[data-connection="paused"]', { hasText: /Paused at .* · \+2/ }).waitFor();
    expect(await page.locator(rowOf('checkout', 'payments', 'closed')).count()).toBe(1);
    // The tab tells the present.
    await expect.poll(() => page.title()).toBe('2 open · breakers');
    expect(await page.locator('link[rel="icon"]').getAttribute('href')).toMatch(/^data:image\/png/);
    await page.getByRole('button', { name: /^Paused/ }).click();
    await page.locator(rowOf('checkout', 'payments', 'open')).waitFor();
  });

  it('names the page in the title of the tab', async () => {
    const shop = await shopWith();
    await shop.service('checkout', 'checkout-1', [{ name: 'payments' }]);
    const { page } = await visit(browser, `${shop.url}b/checkout/payments`);
    await expect.poll(() => page.title()).toBe('payments · breakers');
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await expect.poll(() => page.title()).toBe('Policies · breakers');
    expect(await page.locator('link[rel="icon"]').getAttribute('href')).toBe('/favicon-calm.svg');
  });
});

/** Share of the lanes that is drawn pale: what is not known any more. */
function paleShare(): number {
  const canvas = document.querySelector<HTMLCanvasElement>('.lane-canvas');
  const data = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
  let drawn = 0;
  let pale = 0;
  for (let i = 3; i < data.length; i += 4) {
    if (data[i] === 0) continue;
    drawn++;
    if ((data[i] ?? 0) < 128) pale++;
  }
  return drawn === 0 ? -1 : pale / drawn;
}
