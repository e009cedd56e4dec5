import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { launchBrowser, type Visit, visit } from './browser.ts';
import { type FakeShop, fillShop, openShop } from './fake-shop.ts';

const ADMIN = 'a-token-of-admins';
/** Nobody listens there: the alert fires, and is not delivered. */
const NOBODY = 'http://127.0.0.1:9/hook';

/** A page, or a page with a dialog open, that every check of looks and access is done on. */
export interface Checked {
  readonly name: string;
  /** Below the address of the server. */
  readonly path: string;
  /** Is there once the page shows what it has. */
  readonly ready: string;
  /** What is done before it is looked at: a dialog opened, a part unfolded. */
  readonly prepare?: (page: Page) => Promise<void>;
  /** With the token of an administrator. */
  readonly admin?: boolean;
}

/** A shop with something on every page. */
export async function openCheckedShop(): Promise<FakeShop> {
  const shop = await openShop({
    controlToken: 'a-token-of-operators',
    adminToken: ADMIN,
    alerts: [{ name: 'open', when: 'state', debounceMs: 0, webhook: { url: NOBODY } }],
  });
  await fillShop(shop);
  return shop;
}

/** That shop and a browser, for all tests of a file; the pages of a test are closed with it. */
export function checkedShop(): { shop: FakeShop; browser: Browser } {
  const own = {} as { shop: FakeShop; browser: Browser };
  beforeAll(async () => {
    [own.shop, own.browser] = await Promise.all([openCheckedShop(), launchBrowser()]);
  }, 30_000);
  afterEach(() => Promise.all(own.browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await own.browser?.close();
    await own.shop?.close();
  });
  return own;
}

/** Opens it and waits until it shows what it has. */
export async function visitChecked(
  browser: Browser,
  shop: FakeShop,
  { path, ready, prepare, admin = false }: Checked,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const visited = await visit(browser, shop.url + path, options, async (page) => {
    if (admin) await page.addInitScript((token) => sessionStorage.setItem('cb-token', token), ADMIN);
  });
  const { page } = visited;
  await page.locator(ready).first().waitFor();
  await prepare?.(page);
  return visited;
}

/** Presses the button of that name, and waits for the dialog of that name. */
function asks(button: string, dialog: RegExp): (page: Page) => Promise<void> {
  return async (page) => {
    await page.getByRole('button', { name: button }).click();
    await page.getByRole('dialog', { name: dialog }).waitFor();
  };
}

/** Whoever adds a page or a dialog adds it here. The shop is that of `fillShop`. */
export const CHECKED: readonly Checked[] = [
  { name: 'fleet', path: '', ready: '[data-breaker="checkout/payments"][data-state="open"]' },
  {
    name: 'fleet, nothing found',
    path: '?q=nothing-of-that-name',
    ready: '[data-page="fleet"] .notice',
  },
  {
    name: 'fleet, compact',
    path: '?density=compact&state=open,half-open',
    ready: '[data-state="half-open"]',
  },
  { name: 'fleet, not grouped', path: '?group=none', ready: '[data-state="half-open"]' },
  { name: 'fleet, as a strip', path: '?view=strip', ready: '[data-page="fleet"] canvas' },
  { name: 'breaker, open', path: 'b/checkout/payments', ready: '[data-event]' },
  { name: 'breaker, half-open', path: 'b/checkout/fraud', ready: '[data-event]' },
  { name: 'breaker, isolated', path: 'b/checkout/ledger', ready: '[data-event]' },
  { name: 'breaker, closed', path: 'b/checkout/prices', ready: '.settings dd' },
  { name: 'breaker, no data', path: 'b/notify/smtp', ready: '.settings dd' },
  {
    name: 'breaker, with its table',
    path: 'b/checkout/payments',
    ready: '[data-event]',
    prepare: (page) => page.getByRole('button', { name: 'Show as table' }).click(),
  },
  { name: 'breaker that nobody knows', path: 'b/checkout/unheard-of', ready: '.notice .snippet' },
  { name: 'policies', path: 'policies', ready: '[data-page="policies"] .empty' },
  {
    name: 'what if',
    path: 'b/checkout/payments',
    ready: '[data-event]',
    prepare: async (page) => {
      await page.getByRole('button', { name: 'What if…' }).click();
      await page.getByRole('region', { name: 'What if' }).waitFor();
    },
  },
  { name: 'alerts', path: 'alerts', ready: '[data-page="alerts"] table' },
  { name: 'alerts, for an admin', path: 'alerts', ready: '[data-page="alerts"] table button', admin: true },
  { name: 'audit, not allowed', path: 'audit', ready: '[data-no-permission]' },
  { name: 'audit', path: 'audit', ready: '[data-page="audit"]', admin: true },
  {
    name: 'breaker, to act on',
    path: 'b/checkout/payments',
    ready: 'fieldset.actions',
    admin: true,
    prepare: async (page) => {
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem').first().waitFor();
    },
  },
  {
    name: 'take control',
    path: 'b/checkout/payments',
    ready: '[data-event]',
    prepare: async (page) => {
      await page.locator('.take-control-button').click();
      await page.getByRole('dialog', { name: 'Take control' }).waitFor();
    },
  },
  {
    name: 'isolate',
    path: 'b/checkout/payments',
    ready: 'fieldset.actions',
    admin: true,
    prepare: asks('Isolate…', /^Isolate/),
  },
  {
    name: 'reset',
    path: 'b/checkout/payments',
    ready: 'fieldset.actions',
    admin: true,
    prepare: asks('Reset…', /^Reset/),
  },
  {
    name: 'settings',
    path: 'b/checkout/payments',
    ready: 'fieldset.actions',
    admin: true,
    prepare: async (page) => {
      await page.getByRole('button', { name: 'More' }).click();
      await page.getByRole('menuitem', { name: 'Change settings…' }).click();
      await page.getByRole('dialog').waitFor();
    },
  },
  { name: 'wall', path: '?wall=1', ready: '[data-page="wall"] [data-state="open"]' },
  {
    name: 'fleet, replayed',
    path: '',
    ready: '[data-breaker="checkout/payments"]',
    prepare: async (page) => {
      await page.keyboard.press('p');
      await page.keyboard.press('p');
      await page.locator('.replay[data-replay="stopped"]').waitFor();
    },
  },
  {
    name: 'policies, in a replay',
    path: '',
    ready: '[data-breaker="checkout/payments"]',
    prepare: async (page) => {
      await page.keyboard.press('p');
      await page.locator('.past-frame').waitFor();
      await page.getByRole('link', { name: 'Policies' }).click();
      await page.locator('.replay[data-replay="elsewhere"]').waitFor();
    },
  },
  {
    name: 'breaker, replayed',
    path: 'b/checkout/payments',
    ready: '[data-event]',
    admin: true,
    prepare: async (page) => {
      await page.keyboard.press('p');
      await page.keyboard.press('p');
      await page.locator('[data-acts-on-present]').waitFor();
    },
  },
  {
    name: 'breaker, with the menu of files',
    path: 'b/checkout/payments',
    ready: '[data-event]',
    prepare: (page) => page.getByRole('button', { name: 'Export' }).click(),
  },
  {
    name: 'a range to be chosen',
    path: '',
    ready: '[data-breaker="checkout/payments"]',
    prepare: async (page) => {
      await page.keyboard.press('Control+k');
      await page.locator('dialog.palette [cmdk-input]').fill('one moment to another');
      await page.keyboard.press('Enter');
      await page.locator('dialog.range-dialog').waitFor();
    },
  },
  {
    name: 'help',
    path: '',
    ready: '[data-breaker="checkout/payments"]',
    prepare: async (page) => {
      await page.keyboard.press('?');
      await page.locator('dialog.help').waitFor();
    },
  },
  {
    name: 'palette',
    path: '',
    ready: '[data-breaker="checkout/payments"]',
    prepare: async (page) => {
      await page.keyboard.press('Control+k');
      await page.locator('dialog.palette [cmdk-item]').first().waitFor();
    },
  },
  {
    name: 'palette, nothing found',
    path: '',
    ready: '[data-breaker="checkout/payments"]',
    prepare: async (page) => {
      await page.keyboard.press('Control+k');
      await page.keyboard.type('nothing-of-that-name');
      await page.locator('dialog.palette .palette-nothing').waitFor();
    },
  },
];

/** A phone and a desk. */
export const WIDTHS = [1440, 390] as const;
export const LOOKS = ['light', 'dark'] as const;
