import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { Receiver } from '../test/alerts/receiver.ts';
import { describeInBrowser, launchBrowser, visit } from './browser.ts';
import { type Program, type ServiceProgram, startDashboardProgram, startService } from './process.ts';

const OPERATOR = 'token-of-operators';
const ADMIN = 'token-of-admins';
const MARKUP = '<img src=x onerror="alert(1)">';

describeInBrowser('dashboard, with alerts', () => {
  let dashboard: Program;
  let bare: Program;
  let browser: Browser;
  let receiver: Receiver;
  let folder: string;
  const services: ServiceProgram[] = [];

  beforeAll(async () => {
    receiver = await Receiver.start(false);
    folder = mkdtempSync(join(tmpdir(), 'cb-alerts-'));
    writeFileSync(join(folder, 'secret'), 'the-secret-of-the-webhook\n');
    const webhook = { url: receiver.url, secretFile: 'secret' };
    const alerts = [
      { name: 'open', when: 'state', debounceMs: 0, match: { service: 'shop' }, webhook },
      { name: MARKUP, when: 'no-data', webhook: { url: receiver.url, format: 'slack' } },
    ];
    writeFileSync(
      join(folder, 'cb.json'),
      JSON.stringify({ alerts, controlToken: OPERATOR, adminToken: ADMIN }),
    );
    [dashboard, bare, browser] = await Promise.all([
      startDashboardProgram(0, '--config', join(folder, 'cb.json')),
      startDashboardProgram(),
      launchBrowser(),
    ]);
  }, 30_000);
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.kill()));
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await Promise.all([dashboard?.kill(), bare?.kill()]);
    receiver?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('shows what is watched, what fires and how it was told, without a reload', async () => {
    const service = await startService(dashboard.url, 'shop', 'shop-1', 'ledger');
    services.push(service);
    const { page, errors } = await visit(browser, dashboard.url);
    await page.getByRole('link', { name: 'Alerts' }).click();
    expect(await cells(page, 'open')).toEqual([
      'open open or isolated · service shop',
      'Quiet',
      '127.0.0.1 JSON · signed',
      'Nothing sent yet 0 delivered',
    ]);
    service.become('failing');
    const row = rowOf(page, 'open');
    await row.getByText('1 firing').waitFor();
    await row.getByText(/^Delivered \d+s ago$/).waitFor();
    expect((await cells(page, 'open'))[1]).toMatch(/^1 firing shop\/ledger (Open|Half-open) · \d+s$/);
    expect(receiver.received[0]?.payload.notices[0]?.summary).toMatch(
      /^shop\/ledger is open for .*: \d+ of 20 calls failed/,
    );
    service.become('well');
    await row.getByText('Quiet').waitFor();
    await row.getByText('2 delivered').waitFor();
    expect(receiver.received[1]?.payload.notices[0]).toMatchObject({ status: 'resolved', to: 'closed' });
    await row.getByRole('link').waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
  });

  it('lets only administrators send a test, and shows them what came of it', async () => {
    const { page, errors } = await visit(browser, `${dashboard.url}alerts`);
    const send = page.getByRole('button', { name: 'Send test of open' });
    await rowOf(page, 'open').waitFor();
    expect(await send.count()).toBe(0);
    await takeControl(page, OPERATOR);
    await page.locator('.role-operator').waitFor();
    expect(await send.count()).toBe(0);

    await page.locator('.role-operator').click();
    await page.getByRole('menuitem', { name: 'Give control back' }).click();
    await takeControl(page, ADMIN);
    const before = receiver.received.length;
    receiver.script = [200, { status: 404, body: 'no such hook' }, 200];
    await send.focus();
    await page.keyboard.press('Enter');
    const row = rowOf(page, 'open');
    await row.locator('[data-test="delivered"]').waitFor();
    expect(await row.locator('[data-test]').textContent()).toMatch(/^Delivered in \d+ ms, HTTP 200$/);
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toBe(
      'Send test of open',
    );
    expect(receiver.received[before]?.payload).toMatchObject({ test: true, notices: [{ rule: 'open' }] });

    await page.getByRole('button', { name: `Send test of ${MARKUP}` }).click();
    const other = rowOf(page, MARKUP);
    await other.locator('[data-test="failed"]').waitFor();
    expect(await other.locator('[data-test]').textContent()).toBe('Not delivered: HTTP 404: “no such hook”');

    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Audit' }).click();
    const record = page.locator('[data-action="alert-test"]');
    await record.first().waitFor();
    expect(await record.allInnerTexts()).toEqual([
      expect.stringContaining(`test of the alert "${MARKUP}": not delivered: HTTP 404`),
      expect.stringContaining('test of the alert "open": delivered, HTTP 200'),
    ]);
    expect(errors).toEqual([]);
  });

  it('is reached by keys, and says how to configure alerts where there are none', async () => {
    const { page } = await visit(browser, dashboard.url);
    await page.keyboard.press('g');
    await page.keyboard.press('l');
    await rowOf(page, 'open').waitFor();

    const { page: empty, errors } = await visit(browser, bare.url);
    expect(await empty.getByRole('link', { name: 'Alerts' }).count()).toBe(0);
    await empty.goto(`${bare.url}alerts`);
    await empty.locator('[data-page="alerts"] .empty').waitFor();
    expect(await empty.locator('.snippet').textContent()).toContain('"when": "open-longer"');
    expect(errors).toEqual([]);
  });

  it.each(['light', 'dark'] as const)(
    'fits a phone and a desk, in %s, names as text',
    async (colorScheme) => {
      for (const width of [1440, 390]) {
        const { page, errors } = await visit(browser, `${dashboard.url}alerts`, {
          colorScheme,
          viewport: { width, height: 844 },
        });
        await rowOf(page, MARKUP).waitFor();
        const scroll = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(scroll, `pixels that the page is too wide at ${width}`).toBeLessThanOrEqual(0);
        expect(await page.locator('img').count()).toBe(0);
        expect(errors).toEqual([]);
      }
    },
  );
});

function rowOf(page: Page, name: string) {
  return page.locator(`[data-page="alerts"] [data-alert=${JSON.stringify(name)}]`);
}

async function cells(page: Page, name: string): Promise<string[]> {
  const row = rowOf(page, name);
  await row.waitFor();
  const texts = await row.locator('th, td').allInnerTexts();
  return texts.map((text) => text.replace(/\s+/g, ' '));
}

async function takeControl(page: Page, token: string): Promise<void> {
  await page.locator('.take-control-button').click();
  const dialog = page.getByRole('dialog', { name: 'Take control' });
  await dialog.getByLabel('Control token').fill(token);
  await page.keyboard.press('Enter');
  await dialog.getByText(/^You are (operator|admin) now/).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('[data-connection="live"]').waitFor();
}
