import { readFile } from 'node:fs/promises';
import type { Browser, Download, Page } from 'playwright-core';
import { afterEach, beforeAll, expect, it, onTestFinished } from 'vitest';
import { describeInBrowser, goTo, launchBrowser, rowOf, type Visit, visit } from './browser.ts';
import { startDashboardProgram } from './process.ts';
import { WireService } from './wire-service.ts';

const MINUTE = 60_000;

/** A breaker that opened nine minutes ago and closed four minutes later, and one that never did. */
async function incident(): Promise<{ url: string; openedAt: number; closedAt: number }> {
  const dashboard = await startDashboardProgram();
  onTestFinished(() => void dashboard.kill());
  const service = await WireService.start(dashboard.url, 'checkout', 'checkout-1', [
    { id: 1, name: 'payments' },
    { id: 2, name: 'prices' },
  ]);
  onTestFinished(() => service.stop());
  const openedAt = await service.change(1, 'closed', 'open', 9 * MINUTE, {
    errors: [{ name: 'Error', code: 'ECONNREFUSED', message: 'connection refused', count: 61 }],
  });
  await service.change(1, 'open', 'half-open', 5 * MINUTE + 5_000);
  const closedAt = await service.change(1, 'half-open', 'closed', 5 * MINUTE);
  return { url: dashboard.url, openedAt, closedAt };
}

describeInBrowser('replay, links, ranges and files', () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  }, 30_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));

  const at = (url: string, t: number, path = '') => `${url}${path}?span=900&at=${Math.round(t)}`;
  /** A page that shows the past is not live. */
  async function open(url: string): Promise<Visit> {
    const visited = await goTo(browser, url);
    await visited.page.locator('[data-connection="paused"]').waitFor();
    return visited;
  }

  it('shows the opening and then the closing of an incident, and comes back to live', {
    timeout: 90_000,
  }, async () => {
    const { url } = await incident();
    const { page, errors } = await visit(browser, url);
    await page.locator(rowOf('checkout', 'payments', 'closed')).waitFor();
    await page.keyboard.press('p');
    await page.locator('.replay[data-replay="playing"]').waitFor();
    await page.getByRole('button', { name: '60×' }).click();
    await page.locator(rowOf('checkout', 'payments', 'open')).waitFor();
    await expect.poll(() => page.locator('[data-count="open"] .count-number').textContent()).toBe('1');
    await expect
      .poll(() => page.locator(`${rowOf('checkout', 'payments')} [data-why]`).textContent())
      .toMatch(/61 of last 100 calls failed.*ECONNREFUSED/);
    // What nobody kept is marked.
    expect(await page.locator('.fleet-head .now-note').count()).toBe(3);
    await page.locator(rowOf('checkout', 'payments', 'closed')).waitFor();
    await page.getByRole('button', { name: 'Back to live' }).click();
    await page.locator('[data-connection="live"]').waitFor();
    expect(await page.locator('.replay').count()).toBe(0);
    expect(await page.locator('.now-note').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('stops where the scrubber is put, and shows the page of a breaker as it was then', async () => {
    const { url, openedAt, closedAt } = await incident();
    const { page, errors } = await visit(browser, `${url}b/checkout/payments`);
    const state = (slug: string) => page.locator(`[data-page="breaker"][data-state="${slug}"]`);
    await state('closed').waitFor();
    await page.keyboard.press('p');
    await page.keyboard.press('p');
    await page.locator('.replay[data-replay="stopped"]').waitFor();
    const scrub = (t: number) => page.getByLabel('Moment').fill(String(t));
    await scrub(openedAt - MINUTE);
    await state('closed').waitFor();
    const why = page.locator('[data-page="breaker"] [data-why]');
    await expect.poll(() => why.textContent()).toMatch(/not opened/);
    expect(await page.locator('[data-event]').count()).toBe(0);

    await scrub(openedAt + MINUTE);
    await state('open').waitFor();
    await expect.poll(() => why.textContent()).toMatch(/61 of the last 100 calls failed/);
    await expect.poll(() => page.locator('[data-event]').count()).toBe(1);
    await page.locator('[data-instance="checkout-1"][data-state="open"]').waitFor();

    await scrub(closedAt + MINUTE);
    await state('closed').waitFor();
    await expect.poll(() => page.locator('[data-event]').count()).toBe(3);
    expect(errors).toEqual([]);
  });

  it('draws nothing that is later than the moment', async () => {
    const { url, openedAt } = await incident();
    const { page } = await open(at(url, openedAt - 1_000, 'b/checkout/payments'));
    await page.locator('[data-page="breaker"][data-state="closed"]').waitFor();
    const red = () =>
      page.locator('.state-canvas').evaluate((element) => {
        const canvas = element as HTMLCanvasElement;
        const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? {
          data: [],
        };
        let tall = 0;
        // A row of pixels that only what is tall reaches: closed is a thin line in the middle.
        const y = Math.round(canvas.height / 2 - 7 * devicePixelRatio);
        for (let x = 0; x < canvas.width; x++) if ((data[(y * canvas.width + x) * 4 + 3] ?? 0) > 0) tall++;
        return tall;
      });
    expect(await red()).toBe(0);
    await page.goto(at(url, openedAt + 2 * MINUTE, 'b/checkout/payments'));
    await page.locator('[data-page="breaker"][data-state="open"]').waitFor();
    await expect.poll(red).toBeGreaterThan(50);
  });

  it('gives a link that shows another reader the same moment', async () => {
    const { url, openedAt } = await incident();
    const { page } = await open(at(url, openedAt + MINUTE, 'b/checkout/payments'));
    await page.locator('[data-page="breaker"][data-state="open"]').waitFor();
    await page
      .context()
      .grantPermissions(['clipboard-read', 'clipboard-write'], { origin: new URL(url).origin });
    await page.keyboard.press('l');
    await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .toBe(at(url, openedAt + MINUTE, 'b/checkout/payments'));

    // Of the moment under the crosshair, where there is one: before it opened.
    const box = await page.locator('.plot-cover').boundingBox();
    if (!box) throw new Error('no plot');
    await page.mouse.move(box.x + box.width * 0.5, box.y + 30);
    await page.keyboard.press('l');
    const link = await expect
      .poll(() => page.evaluate(() => navigator.clipboard.readText()))
      .not.toBe(at(url, openedAt + MINUTE, 'b/checkout/payments'))
      .then(() => page.evaluate(() => navigator.clipboard.readText()));
    const moment = Number(new URL(link).searchParams.get('at'));
    expect(Math.abs(moment - (openedAt + MINUTE - 450_000))).toBeLessThan(5_000);
    const other = await open(link);
    await other.page.locator('[data-page="breaker"][data-state="closed"]').waitFor();
    expect(other.errors).toEqual([]);
  });

  it('shows from one moment to another, and says what cannot be shown', async () => {
    const { url, openedAt } = await incident();
    const { page, errors } = await visit(browser, `${url}b/checkout/payments`);
    await page.getByRole('button', { name: 'From one moment to another' }).click();
    const dialog = page.getByRole('dialog');
    const local = (t: number) =>
      page.evaluate((moment) => {
        const date = new Date(moment - new Date(moment).getTimezoneOffset() * 60_000);
        return date.toISOString().slice(0, 19);
      }, t);
    await dialog.getByLabel('From').fill(await local(openedAt + MINUTE));
    await dialog.getByLabel('To').fill(await local(openedAt - MINUTE));
    await dialog.getByRole('button', { name: 'Show' }).click();
    await expect.poll(() => dialog.getByRole('alert').textContent()).toMatch(/From has to be earlier/);
    await dialog.getByLabel('From').fill(await local(openedAt - 2 * MINUTE));
    await dialog.getByLabel('To').fill(await local(openedAt + MINUTE));
    await dialog.getByRole('button', { name: 'Show' }).click();
    await dialog.waitFor({ state: 'detached' });
    await page.locator('[data-page="breaker"][data-state="open"]').waitFor();
    await expect.poll(() => new URL(page.url()).searchParams.get('span')).toBe('180');
    expect(errors).toEqual([]);
  });

  async function exported(page: Page, item: string): Promise<{ name: string; content: Buffer }> {
    await page.getByRole('button', { name: 'Export' }).click();
    const [download] = await Promise.all<[Promise<Download>, Promise<void>]>([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: item }).click(),
    ]);
    return { name: download.suggestedFilename(), content: await readFile(await download.path()) };
  }

  it('exports the changes on screen as CSV and JSON', async () => {
    const { url, openedAt } = await incident();
    const { page, errors } = await visit(browser, `${url}b/checkout/payments`);
    await page.locator('[data-event]').first().waitFor();
    const csv = await exported(page, 'Events as CSV');
    expect(csv.name).toMatch(/^checkout-payments-events-\d{4}-\d{2}-\d{2}T[\d-]+\.csv$/);
    const [header, ...lines] = csv.content.toString('utf8').trim().split('\r\n');
    expect(header).toMatch(/^time,t,event,service,name,instance,from,to,/);
    expect(lines).toHaveLength(3);
    // The server's clock says when; a message on its way takes its time.
    expect(Math.abs(Number(lines.at(-1)?.split(',')[1]) - openedAt)).toBeLessThan(1_000);
    expect(lines.at(-1)).toMatch(/,checkout,payments,checkout-1,closed,open,/);
    const json = await exported(page, 'Events as JSON');
    expect(JSON.parse(json.content.toString('utf8')).rows).toHaveLength(3);
    expect(errors).toEqual([]);
  });

  it('makes a picture of the lanes: a real PNG, at the resolution of the screen', async () => {
    const { url } = await incident();
    const { page, errors } = await visit(browser, `${url}b/checkout/payments`, { deviceScaleFactor: 2 });
    await page.locator('[data-event]').first().waitFor();
    const { name, content } = await exported(page, 'Picture (PNG)');
    expect(name).toMatch(/^checkout-payments-\d{4}-\d{2}-\d{2}T[\d-]+\.png$/);
    expect(content.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
    const [width, height] = [content.readUInt32BE(16), content.readUInt32BE(20)];
    expect([width, height]).toEqual([2400, 2 * (84 + 30 + 20 + 20)]);
    // The lane: its colours are there, and they are more than one.
    const colours = await page.evaluate(
      async (bytes) => {
        const image = await createImageBitmap(new Blob([new Uint8Array(bytes)], { type: 'image/png' }));
        const canvas = new OffscreenCanvas(image.width, image.height);
        const ctx = canvas.getContext('2d');
        ctx?.drawImage(image, 0, 0);
        const { data } = ctx?.getImageData(2 * 304, 2 * 99, 2 * 780, 1) ?? { data: [] };
        const seen = new Set<string>();
        for (let i = 0; i < data.length; i += 4) seen.add(`${data[i]},${data[i + 1]},${data[i + 2]}`);
        return [...seen];
      },
      [...content],
    );
    expect(colours.length).toBeGreaterThan(1);
    expect(errors).toEqual([]);
  });
});
