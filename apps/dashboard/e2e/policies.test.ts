import { connectDashboard, type Reporter } from '@cb/reporter';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser, visit } from './browser.ts';
import { type ToyPolicy, toyPolicy } from './policies.ts';
import { type Program, startDashboardProgram } from './process.ts';

const MARKUP = '<img src=x onerror="alert(1)">';

describeInBrowser('dashboard, showing policies', () => {
  let dashboard: Program;
  let browser: Browser;
  let reporters: Reporter[] = [];

  beforeAll(async () => {
    [dashboard, browser] = await Promise.all([startDashboardProgram(), launchBrowser()]);
  }, 30_000);
  afterEach(async () => {
    await Promise.all(reporters.splice(0).map((reporter) => reporter.close()));
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await dashboard?.kill();
  });

  function report(service: string, instance: string, policies: readonly ToyPolicy[]): void {
    reporters = [...reporters, connectDashboard({ url: dashboard.url, service, instance, policies })];
  }

  function payments(): [ToyPolicy, ToyPolicy, ToyPolicy] {
    return [
      toyPolicy('timeout', 'payments', {
        counts: { succeeded: 90, failed: 10, timedOut: 7, late: 3 },
        gauges: { inFlight: 2 },
        config: { timeoutMs: 2_000 },
      }),
      toyPolicy('retry', 'payments', {
        counts: { retries: 12, recovered: 8, gaveUpAttempts: 1, gaveUpBudget: 1, gaveUpNotRetryable: 5 },
        config: { attempts: 3, maxTotalMs: 30_000, maxDelayMs: 30_000 },
      }),
      toyPolicy('bulkhead', 'pool', {
        counts: { refused: 1, queueTimedOut: 2, queued: 4 },
        gauges: { inFlight: 5, queued: 1, limit: 20 },
        config: { concurrent: 20, queue: 10 },
      }),
    ];
  }

  it('says how to report them while there are none, and shows them without a reload', async () => {
    const { page, errors } = await visit(browser, dashboard.url);
    await page.getByRole('link', { name: 'Policies' }).click();
    const empty = page.locator('[data-page="policies"] .empty');
    await empty.waitFor();
    expect(await empty.textContent()).toMatch(/connectDashboard\(\{ url: .*, pipelines: \[payments\] \}\)/);
    report('checkout', 'checkout-1', payments());
    await rowOf(page, 'checkout/payments', 'retry').waitFor();
    expect(await empty.count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('shows in a table what each did, is doing and is set to, in the words of its kind', async () => {
    report('checkout', 'checkout-1', payments());
    const { page, errors } = await visit(browser, `${dashboard.url}policies`);
    const retry = rowOf(page, 'checkout/payments', 'retry');
    await retry.waitFor();
    const cells = (kind: string, name = 'payments'): Promise<string[]> =>
      rowOf(page, `checkout/${name}`, kind)
        .locator('th, td')
        .allInnerTexts()
        .then((texts) => texts.map((text) => text.replace(/\s+/g, ' ')));
    expect(await cells('retry')).toEqual([
      'payments Retry',
      '0/s retries 12 in total 0/s recovered 8 in total 0/s gave up 2 in total',
      '',
      '3 attempts · 30 s in all',
    ]);
    expect(await cells('timeout')).toEqual([
      'payments Timeout',
      '0/s in time 100 in total 0/s timed out 7 in total 0/s late 3 in total',
      '2 in flight',
      '2 s',
    ]);
    expect(await cells('bulkhead', 'pool')).toEqual([
      'pool Bulkhead',
      '0/s done 0 in total 0/s queued 4 in total 0/s refused 3 in total',
      '5 of 20 in flight · 1 waiting',
      '20 at once · queue of 10',
    ]);
    const kinds = await page
      .locator('[data-policy]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-kind')));
    expect(kinds).toEqual(['retry', 'timeout', 'bulkhead']);
    expect(
      await page.getByRole('table', { name: 'Policies' }).getByRole('columnheader').allInnerTexts(),
    ).toEqual(['Policy', expect.stringContaining('What it did'), 'Now', 'Settings']);
    expect(errors).toEqual([]);
  });

  it('follows the numbers, sums instances and shows each of them when asked', async () => {
    const [timeout] = payments();
    const [other] = payments();
    report('checkout', 'checkout-1', [timeout]);
    report('checkout', 'checkout-2', [other]);
    const { page, errors } = await visit(browser, `${dashboard.url}policies`);
    const row = rowOf(page, 'checkout/payments', 'timeout');
    await row.getByText('14 in total', { exact: false }).waitFor();
    timeout.counts.timedOut = 107;
    await row.getByText('114 in total', { exact: false }).waitFor();
    await row.locator('.deed-trouble', { hasText: /\d\/s timed out/ }).waitFor();

    const button = row.getByRole('button');
    expect(await button.getAttribute('aria-expanded')).toBe('false');
    await button.focus();
    await page.keyboard.press('Enter');
    expect(await button.getAttribute('aria-expanded')).toBe('true');
    const first = page.locator('[data-instance="checkout-1"]');
    await first.waitFor();
    expect(await first.textContent()).toContain('107');
    expect(await page.locator('[data-instance="checkout-2"]').textContent()).toContain('7');
    await page.keyboard.press('Enter');
    await first.waitFor({ state: 'detached' });
    expect(errors).toEqual([]);
  });

  it('is reached by keys, searched, and keeps its place over a reload', async () => {
    report('checkout', 'checkout-1', payments());
    report('catalog', 'catalog-1', [toyPolicy('hedge', 'search')]);
    const { page, errors } = await visit(browser, dashboard.url);
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await rowOf(page, 'catalog/search', 'hedge').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('payments retry');
    await rowOf(page, 'catalog/search', 'hedge').waitFor({ state: 'detached' });
    expect(await page.locator('[data-policy]').count()).toBe(1);
    await page.reload();
    await rowOf(page, 'checkout/payments', 'retry').waitFor();
    expect(await page.locator('[data-policy]').count()).toBe(1);
    await page.getByRole('button', { name: 'Remove the search' }).click();
    await page.getByLabel('Service:').selectOption('catalog');
    await rowOf(page, 'checkout/payments', 'retry').waitFor({ state: 'detached' });
    await page.waitForURL(/\/policies\?service=catalog$/);
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    await page.locator('[data-page="fleet"]').waitFor();
    expect(errors).toEqual([]);
  });

  it('asks the server again and again while it can be seen and is not paused, and not otherwise', async () => {
    report('checkout', 'checkout-1', payments());
    const { page } = await visit(browser, dashboard.url);
    await page.clock.install();
    await page.goto(`${dashboard.url}policies`);
    const answered = (): Promise<unknown> => page.waitForResponse(/api\/v1\/policies/);
    await answered();
    await answered();
    let asked = 0;
    page.on('request', (request) => (asked += request.url().includes('/api/v1/policies') ? 1 : 0));
    await page.evaluate(hide, true);
    await page.clock.runFor(3_000);
    await page.clock.runFor(3_000);
    expect(asked).toBe(0);
    await Promise.all([answered(), page.evaluate(hide, false)]);
    await answered();

    await Promise.all([answered(), page.keyboard.press('Space')]);
    await page.locator('[data-connection="paused"]').waitFor();
    asked = 0;
    await page.clock.runFor(3_000);
    await page.clock.runFor(3_000);
    expect(asked).toBe(0);
    await Promise.all([answered(), page.keyboard.press('Space')]);
    await answered();
  });

  it.each(['light', 'dark'] as const)(
    'fits names from nowhere into a phone, in %s, as text',
    async (colorScheme) => {
      const hostile = toyPolicy(MARKUP, `${MARKUP} ${'x'.repeat(300)}`, {
        counts: Object.fromEntries(
          Array.from({ length: 40 }, (_, i) => [`counter ${i} ${'y'.repeat(60)}`, 10 ** i]),
        ),
        gauges: { [MARKUP]: -5, ['__proto__']: 1, constructor: 2 },
        config: { [MARKUP]: MARKUP, text: 'z'.repeat(900), replacements: { toString: 1 } },
      });
      report(MARKUP, MARKUP, [hostile, ...payments()]);
      for (const width of [1440, 390]) {
        const { page, errors } = await visit(browser, `${dashboard.url}policies`, {
          colorScheme,
          viewport: { width, height: 844 },
        });
        // Not just any: a row of the test before may be here for a moment.
        const first = page.locator(`[data-policy^=${JSON.stringify(MARKUP)}]`).first();
        await first.waitFor();
        await first.getByRole('button').click();
        await page.locator('[data-instance]').first().waitFor();
        const scroll = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(scroll, `pixels that the page is too wide at ${width}`).toBeLessThanOrEqual(0);
        expect(await page.locator('img').count()).toBe(0);
        expect(errors).toEqual([]);
      }
    },
  );
});

function rowOf(page: Page, policy: string, kind: string) {
  return page.locator(`[data-policy="${policy}"][data-kind="${kind}"]`);
}

/** What a browser says of a page in a tab that is behind another. */
function hide(hidden: boolean): void {
  Object.defineProperty(document, 'visibilityState', {
    configurable: true,
    get: () => (hidden ? 'hidden' : 'visible'),
  });
  document.dispatchEvent(new Event('visibilitychange'));
}
