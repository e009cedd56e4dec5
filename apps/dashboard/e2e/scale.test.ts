import type { Delta } from '@cb/protocol';
import type { Browser, Page, Request } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser, visit } from './browser.ts';
import { type FleetLoad, startLoad } from './fleet-load.ts';
import { type Program, startDashboardProgram } from './process.ts';
import { GOALS, lines, measure } from './scale-report.ts';

/** `strict` holds the page to its goals, a number to so many times of them; without it the figures are only printed. */
const BUDGET = process.env.CB_BUDGET;
const FLEET = { services: 50, breakers: 200, instances: 20, busyRatio: 0.1, changesPerSecond: 40 };

describeInBrowser('dashboard, at 10,000 breakers on 20 instances each', () => {
  let dashboard: Program;
  let browser: Browser;
  let load: FleetLoad;

  beforeAll(async () => {
    [dashboard, browser] = await Promise.all([startDashboardProgram(), launchBrowser()]);
    load = await startLoad(dashboard.url, FLEET);
  }, 240_000);
  afterEach(async () => {
    load.become('quiet');
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await load?.kill();
    await browser?.close();
    await dashboard?.kill();
  });

  it('lists all of them and reads little: one directory, and the lanes on screen', {
    timeout: 60_000,
  }, async () => {
    const asked: string[] = [];
    const { page, errors } = await visit(browser, dashboard.url, {}, async (fresh) => {
      fresh.on('request', (request: Request) => asked.push(request.url()));
    });
    await page.locator('[data-count="closed"]', { hasText: 'of 10,000' }).waitFor();
    await page
      .locator('.row-open', { hasText: /^\d+\/20$/ })
      .first()
      .waitFor();
    await page.waitForFunction(lanesAreDrawn);
    const reads = (path: string): URL[] =>
      asked.map((url) => new URL(url)).filter(({ pathname }) => pathname === `/api/v1/${path}`);
    expect(reads('directory')).toHaveLength(1);
    for (const { searchParams } of reads('timeline')) {
      expect(searchParams.get('rows')?.split(',').length).toBeLessThanOrEqual(60);
    }
    expect(await transferred(page, 'directory')).toBeLessThan(150_000);
    expect(await page.locator('tr').count()).toBeLessThan(70);
    expect(await page.locator('*').count()).toBeLessThan(2_500);
    expect(errors).toEqual([]);
  });

  it('is sent only what is on screen, however much happens', { timeout: 90_000 }, async () => {
    load.become('lively');
    const { page, errors } = await visit(browser, `${dashboard.url}?hz=10`);
    await page.locator('.fleet-row .cell-number', { hasText: /^\d/ }).first().waitFor();
    const session = await page.context().newCDPSession(page);
    await session.send('Network.enable');
    const told = { f: { many: 0, chars: 0 }, s: { many: 0, chars: 0 } };
    session.on('Network.webSocketFrameReceived', ({ response: { payloadData } }) => {
      const [, event, body] = /^42\/ui,\["(f|s)",(.*)\]$/s.exec(payloadData) ?? [];
      if (event === 'f') told.f.many++;
      else if (event === 's') told.s.many += (JSON.parse(body ?? '[]') as Delta[]).length;
      if (event === 'f' || event === 's') told[event].chars += payloadData.length;
    });
    // The line that is there already is not heard: the page connects anew.
    await page.reload();
    await page.locator('[data-connection="live"]').waitFor();
    await expect.poll(() => told.f.many, { timeout: 60_000 }).toBeGreaterThan(40);
    await expect.poll(() => told.s.many, { timeout: 60_000 }).toBeGreaterThan(40);
    // Columns of some forty rows, and the state changes of the whole fleet without what a list does not show.
    expect(told.f.chars / told.f.many).toBeLessThan(4_000);
    expect(told.s.chars / told.s.many).toBeLessThan(1_000);
    expect(await page.locator('*').count()).toBeLessThan(2_500);
    expect(errors).toEqual([]);
  });

  it('scrolls through all of it with no more rows than fit', { timeout: 90_000 }, async () => {
    const { page, errors } = await visit(browser, `${dashboard.url}?group=none`);
    await page.locator('[data-row="0"]').waitFor();
    let timelines = 0;
    page.on('request', (request) => {
      if (request.url().includes('/timeline')) timelines++;
    });
    const most = await page.evaluate(scrollAndCount);
    expect(most).toBeLessThan(80);
    // Rows of several frames are asked for together.
    expect(timelines).toBeLessThan(150);
    await page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await page.locator('[data-row="9999"]').waitFor();
    await page.waitForFunction(lanesAreDrawn);
    await page.evaluate(() => scrollTo(0, 0));
    await page.locator('[data-row="0"]').waitFor();
    await page.keyboard.press('j');
    await expect.poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-row'))).toBe('0');
    expect(errors).toEqual([]);
  });

  it('draws the whole fleet from one answer, on a canvas no larger than the screen', {
    timeout: 60_000,
  }, async () => {
    const { page, errors } = await visit(browser, `${dashboard.url}?view=strip&span=3600`);
    const plot = page.locator('.fleet-strip-plot');
    await expect.poll(() => plot.boundingBox().then((box) => box?.height)).toBe(20_000);
    const canvas = page.locator('.fleet-strip-canvas');
    expect((await canvas.boundingBox())?.height).toBeLessThanOrEqual(900);
    expect(await transferred(page, 'strip')).toBeLessThan(400_000);
    await page.waitForFunction(stripIsDrawn);
    await page.evaluate(() => scrollTo(0, 15_000));
    const box = await canvas.boundingBox();
    if (!box) throw new Error('no canvas');
    await page.mouse.move(box.x + box.width / 2, box.y + 200);
    const named = page.locator('[data-card]');
    await named.waitFor();
    const name = await named.getAttribute('data-card');
    await page.mouse.click(box.x + box.width / 2, box.y + 200);
    await page.locator(`[data-page="breaker"][data-breaker="${name}"]`).waitFor();
    // The list goes without instances; the page of one breaker has them all.
    await expect.poll(() => page.locator('[data-instance]').count()).toBe(20);
    expect(errors).toEqual([]);
  });

  it('finds one of them while somebody types', { timeout: 60_000 }, async () => {
    const { page, errors } = await visit(browser, dashboard.url);
    await page.getByRole('searchbox').pressSequentially('service:service-33 "upstream-042" -kind:nothing');
    await expect.poll(() => page.locator('[data-breaker]').count()).toBe(1);
    await page.getByRole('searchbox').fill('instance:service-33-7');
    await page.locator('[data-group="service-33"]', { hasText: '200 breakers' }).waitFor();
    expect(await page.locator('[data-group]').count()).toBe(1);
    expect(errors).toEqual([]);
  });

  it(`prints what it costs${BUDGET ? `, at most ${BUDGET} times the goals` : ' (CB_BUDGET=strict holds it to the goals)'}`, {
    timeout: 240_000,
  }, async () => {
    const figures = await measure({
      browser,
      url: dashboard.url,
      serverPid: dashboard.child.pid ?? 0,
      load,
      often: BUDGET !== undefined,
    });
    console.log(`10,000 breakers on 20 instances, registered in ${load.registeredMs} ms\n${lines(figures)}`);
    if (!BUDGET) return;
    const factor = BUDGET === 'strict' ? 1 : Number(BUDGET);
    for (const key of Object.keys(GOALS) as (keyof typeof GOALS)[]) {
      expect(figures[key], key).toBeLessThan(GOALS[key] * factor);
    }
  });
});

function transferred(page: Page, path: string): Promise<number> {
  return page.evaluate(
    (name) =>
      performance
        .getEntriesByType('resource')
        .filter((entry) => new URL(entry.name).pathname === `/api/v1/${name}`)
        .reduce((sum, entry) => sum + (entry as PerformanceResourceTiming).transferSize, 0),
    path,
  );
}

/** Whether the lanes of the last row shown have been painted: a lane is never without a colour. */
function lanesAreDrawn(): boolean {
  const canvas = document.querySelector<HTMLCanvasElement>('.lane-canvas');
  const last = [...document.querySelectorAll<HTMLElement>('[data-breaker]')].at(-1)?.getBoundingClientRect();
  if (!canvas || !last) return false;
  const y = last.top + last.height / 2 - canvas.getBoundingClientRect().top;
  const pixels = canvas.getContext('2d')?.getImageData(0, Math.round(y), canvas.width, 1).data;
  return pixels?.some((value) => value > 0) === true;
}

function stripIsDrawn(): boolean {
  const canvas = document.querySelector<HTMLCanvasElement>('.fleet-strip-canvas');
  if (!canvas || canvas.width === 0) return false;
  const pixels = canvas.getContext('2d')?.getImageData(0, 0, 1, canvas.height).data;
  return pixels?.every((value, i) => i % 4 !== 3 || value > 0) === true;
}

/** Scrolls for two hundred frames; answers how many rows there were at most. */
function scrollAndCount(): Promise<number> {
  return new Promise((resolve) => {
    let most = 0;
    let frames = 0;
    const step = (): void => {
      most = Math.max(most, document.querySelectorAll('[data-row]').length);
      scrollBy(0, 60);
      if (++frames < 200) requestAnimationFrame(step);
      else resolve(most);
    };
    requestAnimationFrame(step);
  });
}
