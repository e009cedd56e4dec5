import type { Page } from 'playwright-core';

/** A page, or a page with a dialog open, that every check of looks and access is done on. */
export interface Checked {
  readonly name: string;
  /** Below the address of the server. */
  readonly path: string;
  /** Is there once the page shows what it has. */
  readonly ready: string;
  /** What is done before it is looked at: a dialog opened, a part unfolded. */
  readonly prepare?: (page: Page) => Promise<void>;
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
  { name: 'wall', path: '?wall=1', ready: '[data-page="wall"] [data-state="open"]' },
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
