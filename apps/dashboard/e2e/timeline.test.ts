import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { violations } from './axe.ts';
import { describeInBrowser, launchBrowser } from './browser.ts';
import { startDashboardProgram } from './process.ts';
import { openTimelinePage, type TimelinePage } from './timeline-page.ts';
import { WireService } from './wire-service.ts';

const T = Date.UTC(2026, 0, 5, 10);
const MINUTE = 60_000;
const SEGMENTS = [
  { state: 'closed', fromMs: T },
  { state: 'open', fromMs: T + 2 * MINUTE, why: '61 % of 100 calls failed, the limit is 50 %' },
  { state: 'half-open', fromMs: T + 4 * MINUTE },
  { state: 'isolated', fromMs: T + 6 * MINUTE },
  { state: 'closed', fromMs: T + 8 * MINUTE, toMs: T + 9 * MINUTE },
];
const PROPS = {
  lanes: [
    { label: 'payments', segments: SEGMENTS },
    {
      label: 'a-breaker-with-quite-a-long-name.internal',
      segments: [{ state: 'closed', fromMs: T + MINUTE }],
    },
  ],
  fromMs: T,
  toMs: T + 10 * MINUTE,
};

let browser: Browser;
let host: TimelinePage;

interface Opened {
  page: Page;
  errors: string[];
}

/** The page, with what is asked of it in its address. Whatever its policy refuses is among the errors. */
async function open(asked: Record<string, string>, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({ viewport: { width: 1000, height: 500 }, ...options });
  onTestFinished(() => context.close());
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.message));
  page.on('console', (message) => {
    // The test itself reads pixels back, which is slow.
    if (/error|warning/.test(message.type()) && !/^Canvas2D/.test(message.text()))
      errors.push(message.text());
  });
  await page.addInitScript(COUNTING);
  await page.goto(`${host.origin}/?${new URLSearchParams(asked)}`);
  await page.locator('.cb-timeline').waitFor();
  return { page, errors };
}

/** What is listened to and observed, counted: nothing may be left of it. */
const COUNTING = `
  window.held = new Set();
  const { addEventListener, removeEventListener } = EventTarget.prototype;
  const ours = (target, type) => target === document && type === 'visibilitychange' || target instanceof MediaQueryList;
  EventTarget.prototype.addEventListener = function (type, listener, options) {
    if (ours(this, type)) window.held.add(listener);
    return addEventListener.call(this, type, listener, options);
  };
  EventTarget.prototype.removeEventListener = function (type, listener, options) {
    window.held.delete(listener);
    return removeEventListener.call(this, type, listener, options);
  };
  const Observer = ResizeObserver;
  window.ResizeObserver = class extends Observer {
    observe(target) { window.held.add(this); super.observe(target); }
    disconnect() { window.held.delete(this); super.disconnect(); }
  };
`;

const held = (page: Page): Promise<number> =>
  page.evaluate(() => (window as unknown as { held: Set<unknown> }).held.size);

/** What is drawn in the first lane at a share of the width: from top to bottom the colours, nothing left out. */
async function column(page: Page, share: number): Promise<string[]> {
  return await page.evaluate((at) => {
    const canvas = document.querySelector('canvas') as HTMLCanvasElement;
    const ratio = canvas.width / canvas.clientWidth;
    const x = Math.floor(canvas.width * at);
    const pixels = canvas.getContext('2d')?.getImageData(x, 22 * ratio, 1, 32 * ratio).data ?? [];
    const colours: string[] = [];
    for (let i = 0; i < pixels.length; i += 4) {
      colours.push(pixels[i + 3] === 0 ? '' : `${pixels[i]},${pixels[i + 1]},${pixels[i + 2]}`);
    }
    return colours;
  }, share);
}

const count = (colours: string[], colour?: string): number =>
  colours.filter((each) => (colour === undefined ? each !== '' : each === colour)).length;

describeInBrowser('the timeline on a page of somebody else', () => {
  beforeAll(async () => {
    [browser, host] = await Promise.all([launchBrowser(), openTimelinePage()]);
  }, 60_000);
  afterAll(async () => {
    host?.close();
    await browser?.close();
  });

  const fixed = { props: JSON.stringify(PROPS) };

  it.each([
    ['light', '163,31,23', '99,147,196'],
    ['dark', '244,81,59', '63,115,168'],
  ] as const)('draws each state in its height, hatch and colour: %s', async (colorScheme, red, blue) => {
    const { page, errors } = await open(fixed, { colorScheme });
    await expect.poll(async () => count(await column(page, 0.3), red)).toBe(18);
    expect(count(await column(page, 0.1), blue)).toBe(4);
    const halfOpen = await column(page, 0.5);
    expect(count(halfOpen)).toBe(11);
    expect(new Set(halfOpen.filter(Boolean)).size).toBeGreaterThan(2);
    const isolated = await column(page, 0.7);
    expect(count(isolated)).toBe(18);
    expect(new Set(isolated.filter(Boolean)).size).toBeGreaterThan(1);
    expect(errors).toEqual([]);
  });

  it('takes the look that it is told, follows the system otherwise, and is as sharp as the screen', async () => {
    const dark = { props: JSON.stringify({ ...PROPS, theme: 'dark' }) };
    const told = await open(dark, { colorScheme: 'light', deviceScaleFactor: 2 });
    await expect.poll(async () => count(await column(told.page, 0.3), '244,81,59')).toBe(36);
    const { page } = await open(fixed, { colorScheme: 'light' });
    await expect.poll(async () => count(await column(page, 0.3), '163,31,23')).toBe(18);
    await page.emulateMedia({ colorScheme: 'dark' });
    await expect.poll(async () => count(await column(page, 0.3), '244,81,59')).toBe(18);
    await page.setViewportSize({ width: 600, height: 500 });
    await expect
      .poll(() =>
        page.evaluate(() =>
          (({ width, clientWidth }) => width - clientWidth)(
            document.querySelector('canvas') as HTMLCanvasElement,
          ),
        ),
      )
      .toBe(0);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(600);
  });

  it('is gone through by keys, tells what it shows, and lets it be chosen', async () => {
    const { page, errors } = await open(fixed, { timezoneId: 'UTC', locale: 'en-GB' });
    await page.keyboard.press('Tab');
    const hand = page.getByRole('slider');
    expect(await hand.evaluate((element) => element === document.activeElement)).toBe(true);
    const foot = page.locator('.cb-timeline-foot');
    expect(await foot.textContent()).toContain('Half-open');
    const say = async (key: string): Promise<string | null> => {
      await page.keyboard.press(key);
      return await hand.getAttribute('aria-valuetext');
    };
    expect(await say('ArrowLeft')).toBe('payments: No data, since 10:09:00, 1 minute');
    expect(await say('ArrowLeft')).toBe('payments: Closed, 10:08:00 to 10:09:00, 1 minute');
    expect(await say('ArrowLeft')).toMatch(/^payments: Isolated/);
    expect(await say('ArrowLeft')).toMatch(/^payments: Half-open/);
    expect(await say('ArrowLeft')).toBe(
      'payments: Open, 10:02:00 to 10:04:00, 2 minutes: 61 % of 100 calls failed, the limit is 50 %',
    );
    expect(await foot.textContent()).toMatch(/payments\s+Open, 10:02:00 to 10:04:00, 2m 0s: 61 %/);
    await page.keyboard.press('Enter');
    expect(JSON.parse(await page.title())).toMatchObject({
      lane: 0,
      state: 'open',
      fromMs: T + 2 * MINUTE,
      toMs: T + 4 * MINUTE,
    });
    expect(await say('ArrowDown')).toBe(
      'a-breaker-with-quite-a-long-name.internal: Closed, since 10:01:00, 9 minutes',
    );
    expect(await say('Home')).toMatch(/^a-breaker/);
    expect(await say('Escape')).toBe('nothing chosen');
    expect(errors).toEqual([]);
  });

  it('says what is under the pointer, and a click chooses it', async () => {
    const { page } = await open(fixed, { timezoneId: 'UTC' });
    const box = await page.getByRole('slider').boundingBox();
    if (!box) throw new Error('it has no box');
    await page.mouse.move(box.x + box.width * 0.5, box.y + 22 + 16);
    expect(await page.locator('.cb-timeline-foot').textContent()).toContain('Half-open');
    await page.mouse.down();
    await page.mouse.up();
    expect(JSON.parse(await page.title())).toMatchObject({ label: 'payments', state: 'half-open' });
    await page.mouse.move(5, 5);
    await expect.poll(() => page.locator('.cb-timeline-cursor').count()).toBe(0);
  });

  it('has a table that says what is drawn', async () => {
    const { page } = await open(fixed, { timezoneId: 'UTC' });
    const rows = await page
      .getByRole('table')
      .getByRole('row')
      .evaluateAll((all) =>
        all.map((each) => [...each.children].slice(0, 2).map(({ textContent }) => textContent)),
      );
    expect(rows.slice(1, 8)).toEqual([
      ['payments', 'No data'],
      ['payments', 'Closed'],
      ['payments', 'Isolated'],
      ['payments', 'Half-open'],
      ['payments', 'Open'],
      ['payments', 'Closed'],
      ['a-breaker-with-quite-a-long-name.internal', 'Closed'],
    ]);
  });

  it.each(
    (['light', 'dark'] as const).flatMap((colorScheme) =>
      [1440, 390].map((width) => ({ colorScheme, width })),
    ),
  )('axe finds nothing wrong: $colorScheme, $width wide', async ({ colorScheme, width }) => {
    const given = {
      props: JSON.stringify({ ...PROPS, now: T + 10 * MINUTE, problem: 'The dashboard answers 503.' }),
    };
    const { page, errors } = await open(given, { colorScheme, viewport: { width, height: 800 } });
    expect(await violations(page)).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowLeft');
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    expect(errors).toEqual([]);
  });

  it('is taken over from the markup of a server without a difference', async () => {
    const { page, errors } = await open({ ...fixed, hydrate: '1' }, { timezoneId: 'Asia/Tokyo' });
    await expect
      .poll(() => page.getByRole('cell', { name: /^19:02:00|^07:02:00/ }).count())
      .toBeGreaterThan(0);
    expect(errors).toEqual([]);
  });

  it('does not mind 100,000 segments, and leaves nothing behind', async () => {
    const { page, errors } = await open({ ...fixed, many: '100000' });
    await expect.poll(async () => count(await column(page, 0.5), '163,31,23')).toBe(18);
    expect(await held(page)).toBeGreaterThan(0);
    await page.evaluate(() => document.dispatchEvent(new Event('unmount')));
    await expect.poll(() => held(page)).toBe(0);
    expect(errors).toEqual([]);
  });

  it('follows a breaker of a dashboard elsewhere, and is honest when that is gone', async () => {
    const dashboard = await startDashboardProgram(
      0,
      '--allow-origin',
      host.origin,
      '--view-token',
      'a-view-token',
    );
    onTestFinished(async () => void (await dashboard.kill('SIGKILL')));
    const service = await WireService.start(dashboard.url, 'checkout', 'checkout-1', [
      { id: 1, name: 'payments' },
    ]);
    onTestFinished(() => service.stop());
    const url = dashboard.url.slice(0, -1);
    const { page, errors } = await open({ url, secret: 'a-view-token', breaker: 'payments' });
    const word = page.locator('.cb-timeline-labels li');
    await expect.poll(() => word.textContent(), { timeout: 10_000 }).toContain('Closed');
    await service.change(1, 'closed', 'open', 0);
    await expect.poll(() => word.textContent(), { timeout: 10_000 }).toContain('Open');
    const status = page.getByRole('status');
    expect(await status.textContent()).toBe('');
    expect(errors).toEqual([]);
    await dashboard.kill('SIGKILL');
    await expect
      .poll(() => status.textContent(), { timeout: 15_000 })
      .toMatch(/^The dashboard cannot be reached, .* No data since /);
    expect(await word.textContent()).toContain('No data');
    expect((await page.getByRole('row').nth(1).locator('th, td').allTextContents()).slice(0, 2)).toEqual([
      'payments',
      'No data',
    ]);
    await page.evaluate(() => document.dispatchEvent(new Event('unmount')));
    await expect.poll(() => held(page)).toBe(0);
  });

  it('says what is wrong: a page that was not allowed, a wrong token, a breaker of nobody', async () => {
    const allowing = await startDashboardProgram(
      0,
      '--allow-origin',
      host.origin,
      '--view-token',
      'a-view-token',
    );
    onTestFinished(async () => void (await allowing.kill('SIGKILL')));
    const other = await startDashboardProgram(0);
    onTestFinished(async () => void (await other.kill('SIGKILL')));
    const said = async (asked: Record<string, string>): Promise<() => Promise<string | null>> => {
      const { page } = await open({ breaker: 'payments', ...asked });
      return () => page.getByRole('status').textContent();
    };
    const url = allowing.url.slice(0, -1);
    await expect
      .poll(await said({ url, secret: 'a-wrong-token' }), { timeout: 10_000 })
      .toBe('The dashboard refuses this token.');
    await expect
      .poll(await said({ url, secret: 'a-view-token' }), { timeout: 10_000 })
      .toBe('The dashboard knows no "payments" of "checkout".');
    await expect
      .poll(await said({ url: other.url.slice(0, -1) }), { timeout: 10_000 })
      .toMatch(/^The dashboard cannot be reached, or does not allow pages of this origin\./);
  });
});
