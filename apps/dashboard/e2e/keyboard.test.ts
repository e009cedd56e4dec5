import { readFileSync, writeFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser, rowOf, visit } from './browser.ts';
import { type FakeShop, fillShop, openShop } from './fake-shop.ts';

const DOCS = new URL('../../../docs/dashboard-access.md', import.meta.url);

describeInBrowser('dashboard, by keyboard alone', () => {
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

  it('is walked from end to end: search, row, breaker, its changes, policies, palette, look, help', async () => {
    const { page, errors } = await visit(browser, shop.url);
    const keys = (...names: readonly string[]) => press(page, names);
    await page.locator(rowOf('checkout', 'payments', 'open')).waitFor();

    // The search, and from it down into the list.
    await keys('/');
    expect(await focused(page)).toBe('#search');
    await page.keyboard.type('checkout');
    await page.locator(rowOf('notify', 'smtp')).waitFor({ state: 'detached' });
    await keys('Enter');
    await expect.poll(() => focused(page)).toBe('tr checkout');
    await keys('j');
    await expect.poll(() => focused(page)).toBe('checkout/payments');
    await keys('j');
    await expect.poll(() => focused(page)).toBe('checkout/ledger');
    await keys('k');
    await expect.poll(() => focused(page)).toBe('checkout/payments');

    // The breaker, and its changes of state.
    await keys('Enter');
    await page.locator('[data-page="breaker"] [data-event]').first().waitFor();
    expect(await focused(page)).toBe('h1 payments');
    await keys('[');
    await page.locator('[data-connection="paused"]').waitFor();
    await expect.poll(() => spoken(page)).toMatch(/^payments: open at .*, for 4 minutes/);
    await keys(']');
    await expect.poll(() => spoken(page)).toBe('No later change.');
    await keys('Space');
    await page.locator('[data-connection="live"]').waitFor();

    // Zooming and moving.
    await keys('w');
    await page.waitForURL(/span=630\b/);
    await keys('s', 'a');
    await page.waitForURL(/at=\d+/);
    await keys('d', 'Space');
    await page.locator('[data-connection="live"]').waitFor();

    // Back to the fleet, and on to the policies.
    await keys('Escape');
    await page.locator('[data-page="fleet"]').waitFor();
    expect(await focused(page)).toBe('h1 Fleet');
    await keys('g', 'p');
    await page.locator('[data-page="policies"]').waitFor();
    expect(await focused(page)).toBe('h1 Policies');
    await keys('g', 'f');
    await page.locator('[data-page="fleet"]').waitFor();

    // The palette: a breaker by a few letters.
    await keys('Control+k');
    await page.locator('dialog.palette').waitFor();
    await page.keyboard.type('led');
    await page.locator('[cmdk-item][data-selected="true"]', { hasText: 'ledger' }).waitFor();
    await keys('Enter');
    await page.locator('[data-breaker="checkout/ledger"][data-page="breaker"]').waitFor();
    expect(await focused(page)).toBe('h1 ledger');

    // The look.
    const dark = () => page.evaluate(() => document.documentElement.dataset.theme);
    await keys('Control+k');
    await page.keyboard.type('dark look');
    await page.locator('[cmdk-item][data-selected="true"]', { hasText: 'Dark look' }).waitFor();
    await keys('Enter');
    await expect.poll(dark).toBe('dark');

    // The help.
    await keys('?');
    await page.locator('dialog.help').waitFor();
    expect(await page.locator('dialog.help').evaluate((help) => help.contains(document.activeElement))).toBe(
      true,
    );
    await keys('Escape');
    await page.locator('dialog.help').waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('h1 ledger');
    expect(errors).toEqual([]);
  });

  it('does what the page about it says, key for key', async () => {
    const { page } = await visit(browser, shop.url);
    await press(page, ['?']);
    const rows = await page.locator('dialog.help [data-command]').evaluateAll(keyRows);
    expect(rows.length).toBeGreaterThan(15);
    expect(new Set(rows).size).toBe(rows.length);
    const text = readFileSync(DOCS, 'utf8');
    const table = ['| | keys | |', '|---|---|---|', ...rows].join('\n');
    const [before = '', after = ''] = text.split(/(?<=<!-- keys -->\n)[\s\S]*(?=\n<!-- end of keys -->)/);
    expect(after, 'the page has a place for the table').not.toBe('');
    if (process.env.UPDATE_DOCS === '1') writeFileSync(DOCS, `${before}${table}${after}`);
    else expect(text).toContain(`<!-- keys -->\n${table}\n<!-- end of keys -->`);
  });

  it('reaches everything by Tab, and shows where it is', async () => {
    const { page } = await visit(browser, shop.url);
    await page.locator(rowOf('checkout', 'payments', 'open')).waitFor();
    const seen: string[] = [];
    for (let i = 0; i < 60; i++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return undefined;
        // A box around it may wear the ring in its place.
        const rings = [element, element.parentElement, element.parentElement?.parentElement].map((each) => {
          const { outlineStyle, outlineWidth } = getComputedStyle(each ?? element);
          return outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 1;
        });
        const name = element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40);
        return { name: `${element.tagName} ${name}`, ring: rings.includes(true) };
      });
      if (!at) break;
      expect(at.ring, `a ring around ${at.name}`).toBe(true);
      seen.push(at.name);
    }
    expect(seen[0]).toBe('BUTTON Skip to the page');
    expect(seen).toContainEqual(expect.stringContaining('INPUT Find a breaker'));
    expect(seen).toContainEqual(expect.stringContaining('Command palette'));
    expect(seen).toContainEqual(expect.stringContaining('Pause'));
    expect(seen).toContainEqual(expect.stringMatching(/BUTTON.*Half-open/));
    expect(seen).toContainEqual(expect.stringMatching(/TR.*checkout/));
  });

  it('skips to the page', async () => {
    const { page } = await visit(browser, shop.url);
    await page.locator(rowOf('checkout', 'payments')).waitFor();
    await page.keyboard.press('Tab');
    expect(await page.locator('.skip-link').boundingBox()).toMatchObject({ y: 8 });
    await page.keyboard.press('Enter');
    expect(await focused(page)).toBe('h1 Fleet');
  });

  it('leaves keys alone that are text, have a modifier, or belong to a dialog or a button', async () => {
    const { page } = await visit(browser, shop.url);
    await page.locator(rowOf('checkout', 'payments')).waitFor();
    const live = page.locator('[data-connection="live"]');
    await press(page, ['/']);
    await page.keyboard.type('g p?w ');
    expect(await page.getByRole('searchbox').inputValue()).toBe('g p?w ');
    expect(await page.locator('[data-page="fleet"]').count()).toBe(1);
    expect(await page.locator('dialog').count()).toBe(0);
    await page.getByRole('searchbox').fill('');
    await press(page, ['Escape', 'Shift+w', 'Alt+w', 'Control+s', 'Meta+w', 'Alt+j']);
    expect(new URL(page.url()).search).toBe('');
    expect(await focused(page)).toBe('h1 Fleet');

    await press(page, ['?']);
    await page.locator('dialog.help').waitFor();
    await press(page, ['w', 'g', 'p', ']', 'Control+k']);
    expect(await page.locator('dialog').count()).toBe(1);
    await press(page, ['Escape']);
    expect(await live.count()).toBe(1);
    expect(await page.locator('[data-page="fleet"]').count()).toBe(1);

    await page.getByRole('button', { name: 'Open', exact: false }).first().focus();
    await press(page, ['Space']);
    await page.waitForURL(/state=open/);
    expect(await live.count()).toBe(1);
  });

  it('reads no single letters once they are switched off, and remembers that', async () => {
    const { page } = await visit(browser, shop.url);
    await press(page, ['?']);
    await page.getByRole('checkbox').press('Space');
    await press(page, ['Escape', 'g', 'p', 'w', '?']);
    expect(await page.locator('[data-page="fleet"]').count()).toBe(1);
    await page.reload();
    await page.locator('[data-connection="live"]').waitFor();
    await press(page, ['?', 'g', 'p']);
    expect(await page.locator('[data-page="fleet"]').count()).toBe(1);
    await press(page, ['Control+k']);
    await page.keyboard.type('single-letter keys on');
    await page.locator('[cmdk-item][data-selected="true"]', { hasText: 'keys on' }).waitFor();
    await press(page, ['Enter', '?']);
    await page.locator('dialog.help').waitFor();
  });

  it('keeps the focus in the search when typing leads to another page', async () => {
    const { page } = await visit(browser, `${shop.url}b/checkout/payments`);
    await page.locator('[data-page="breaker"]').waitFor();
    await press(page, ['/']);
    await page.keyboard.type('fraud');
    await page.locator(rowOf('checkout', 'fraud')).waitFor();
    expect(await focused(page)).toBe('#search');
    expect(await page.getByRole('searchbox').inputValue()).toBe('fraud');
  });

  it('puts the focus on the heading also on the way back, and where the page is not there at once', async () => {
    const { page } = await visit(browser, shop.url);
    await page.locator(rowOf('checkout', 'prices')).getByRole('link').click();
    await page.locator('[data-page="breaker"]').waitFor();
    expect(await focused(page)).toBe('h1 prices');
    await page.goBack();
    await page.locator('[data-page="fleet"]').waitFor();
    expect(await focused(page)).toBe('h1 Fleet');
  });
});

/** A row of the table each: the group, its keys, what they do. */
function keyRows(all: Element[]): string[] {
  return all.map((row) => {
    const heading = row.closest('section')?.querySelector('h3')?.textContent;
    const keys = [...row.querySelectorAll('.help-keys')].map((alternative) =>
      [...alternative.querySelectorAll('kbd')].map((key) => `\`${key.textContent}\``).join(' '),
    );
    return `| ${heading} | ${keys.join(' or ')} | ${row.querySelector('dd')?.textContent} |`;
  });
}

async function press(page: Page, keys: readonly string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

/** What has the focus: a row by its breaker or group, a heading by its text, anything else by its id or tag. */
async function focused(page: Page): Promise<string> {
  return await page.evaluate(() => {
    const element = document.activeElement;
    if (!element) return '';
    const breaker = element.getAttribute('data-breaker');
    if (breaker) return breaker;
    const group = element.getAttribute('data-group');
    if (group) return `tr ${group}`;
    if (element.tagName === 'H1') return `h1 ${element.textContent}`;
    return element.id ? `#${element.id}` : element.tagName.toLowerCase();
  });
}

/** What a screen reader was told last. */
async function spoken(page: Page): Promise<string> {
  return ((await page.locator('[data-announced]').textContent()) ?? '').trim();
}
