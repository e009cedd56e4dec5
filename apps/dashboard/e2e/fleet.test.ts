import type { Marker } from '@cb/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser, rowOf, visit } from './browser.ts';
import { type Program, startDashboardProgram } from './process.ts';
import { WireService } from './wire-service.ts';

const MARKUP = '<img src=x onerror="alert(1)">';
const MINUTE = 60_000;
const errors = [
  { name: 'Error', code: 'ECONNREFUSED', message: 'connect refused', count: 48 },
  { name: 'TimeoutError', message: 'timed out', count: 9 },
];

describeInBrowser('dashboard, showing a fleet', () => {
  let dashboard: Program;
  let browser: Browser;
  const services: WireService[] = [];
  let openedAt = 0;

  beforeAll(async () => {
    [dashboard, browser] = await Promise.all([startDashboardProgram(), launchBrowser()]);
    const names = (prefix: string, many: number, tags: Record<string, string>) =>
      Array.from({ length: many }, (_, id) => ({ id, name: `${prefix}-${id}`, tags }));
    const start = async (service: string, instance: string, ...rest: [string, number, string]) => {
      const made = await WireService.start(
        dashboard.url,
        service,
        instance,
        names(rest[0], rest[1], { team: rest[2] }),
      );
      services.push(made);
      return made;
    };
    const first = await start('payments', 'payments-a', 'charge', 4, 'money');
    await start('payments', 'payments-b', 'charge', 4, 'money');
    await start('catalog', 'catalog-a', 'item', 40, 'goods');
    const search = await start('search', 'search-a', 'query', 3, 'goods');
    await first.change(0, 'closed', 'open', 50 * MINUTE, { errors });
    await first.change(0, 'open', 'half-open', 45 * MINUTE);
    await first.change(0, 'half-open', 'closed', 44 * MINUTE);
    openedAt = await first.change(0, 'closed', 'open', 4 * MINUTE, { errors });
    for (let i = 0; i < 6; i++) {
      await search.change(1, 'closed', 'open', (30 - i) * MINUTE);
      await search.change(1, 'open', 'closed', (30 - i) * MINUTE - 20_000);
    }
  }, 30_000);
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    for (const service of services) service.stop();
    await browser?.close();
    await dashboard?.kill();
  });

  async function mark(marker: Partial<Marker>): Promise<void> {
    const response = await fetch(`${dashboard.url}api/v1/markers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(marker),
    });
    expect(response.status).toBe(201);
  }

  const group = (name: string): string => `[data-group="${name}"]`;
  const words = (page: Page, name: string): Promise<string | null> =>
    page.locator(`${group(name)} [data-words]`).textContent();

  it('groups by service, the worst first, and says how each group stands', async () => {
    const { page, errors: wrong } = await visit(browser, dashboard.url);
    await page.locator(group('catalog')).waitFor();
    const order = await page
      .locator('[data-group]')
      .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-group')));
    expect(order).toEqual(['payments', 'search', 'catalog']);
    expect(await words(page, 'payments')).toBe('1 open');
    expect(await words(page, 'search')).toBe('flapping ×6');
    expect(await words(page, 'catalog')).toBe('all closed');
    // Of forty with which nothing is wrong a few stand for all.
    expect(await page.locator('[data-breaker^="catalog/"]').count()).toBe(5);
    await page.locator('[data-rest="catalog"]').click();
    await page.locator(rowOf('catalog', 'item-15')).waitFor();
    expect(await page.locator('[data-rest]').count()).toBe(0);
    expect(wrong).toEqual([]);
  });

  it('folds groups by keys and by click, and keeps that in the address', async () => {
    const { page, errors: wrong } = await visit(browser, dashboard.url);
    await page.locator(group('payments')).waitFor();
    await page.keyboard.press('j');
    await expect
      .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-group')))
      .toBe('payments');
    await page.keyboard.press('Enter');
    await page.locator(rowOf('payments', 'charge-0')).waitFor({ state: 'detached' });
    await page.keyboard.press('ArrowRight');
    await page.locator(rowOf('payments', 'charge-0')).waitFor();
    await page.keyboard.press('ArrowLeft');
    await page.locator(rowOf('payments', 'charge-0')).waitFor({ state: 'detached' });
    await page.locator(group('search')).click();
    await page.locator(rowOf('search', 'query-1')).waitFor({ state: 'detached' });
    await page.waitForURL(/fold=/);
    await page.reload();
    await page.locator(`${group('search')}[aria-expanded="false"]`).waitFor();
    await page.locator(`${group('payments')}[aria-expanded="false"]`).waitFor();
    await page.getByRole('button', { name: 'Fold all' }).click();
    await page.locator(`${group('catalog')}[aria-expanded="false"]`).waitFor();
    expect(await page.locator('[data-breaker]').count()).toBe(0);
    await page.getByRole('button', { name: 'Unfold all' }).click();
    await page.locator(rowOf('payments', 'charge-0')).waitFor();
    expect(wrong).toEqual([]);
  });

  it('groups by a tag, or not at all, and sorts by what happened in the range', async () => {
    const { page, errors: wrong } = await visit(browser, `${dashboard.url}?span=3600`);
    await page.getByLabel('Group by').selectOption('tag team');
    await page.locator(group('money')).waitFor();
    expect(await words(page, 'goods')).toBe('flapping ×6');
    await page.getByLabel('Group by').selectOption('nothing');
    await page.locator('[data-group]').first().waitFor({ state: 'detached' });
    const opensOf = (breaker: string): Promise<string | null> =>
      page.locator(`${breaker} [data-opens]`).textContent();
    await expect.poll(() => opensOf(rowOf('search', 'query-1'))).toBe('6');
    await expect.poll(() => opensOf(rowOf('payments', 'charge-0'))).toBe('2');
    await expect
      .poll(() => page.locator(`${rowOf('payments', 'charge-0')} [data-refused]`).textContent())
      .toMatch(/^(9|10)m \d+s$/);
    const first = (): Promise<string | null> => page.locator('[data-row="0"]').getAttribute('data-breaker');
    await page.getByRole('button', { name: 'Opens' }).click();
    await expect.poll(first).toBe('search/query-1');
    await page.getByRole('button', { name: 'Open for' }).click();
    await expect.poll(first).toBe('payments/charge-0');
    await page.waitForURL(/sort=refused/);
    expect(await page.locator('.fleet-sum').textContent()).toMatch(
      /^All breakers 47closed 99\.\d+ % · open 0\.\d+ % · half-open .*%80\.[34]\d? %$/,
    );
    expect(wrong).toEqual([]);
  });

  it('chooses a range in the overview by dragging and by keys, and goes back by a double click', async () => {
    const { page, errors: wrong } = await visit(browser, dashboard.url);
    const plot = page.locator('.strip-plot');
    const box = await plot.boundingBox();
    if (!box) throw new Error('the overview is not there');
    await page.mouse.move(box.x + box.width * 0.2, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/span=10[678]\d&at=\d+/);
    const end = page.getByRole('slider', { name: 'End of the range shown' });
    await end.focus();
    const [from, to] = [await momentOf(page, 'Begin'), await momentOf(page, 'End')];
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => momentOf(page, 'End')).toBeLessThan(to - 30_000);
    await page.keyboard.press('Shift+ArrowLeft');
    await expect.poll(() => momentOf(page, 'Begin')).toBeLessThan(from - 30_000);
    await page.keyboard.press('End');
    await page.locator('[data-connection="live"]').waitFor();
    await plot.dblclick({ position: { x: box.width * 0.3, y: 20 } });
    await page.waitForURL((url) => !url.searchParams.has('span') && !url.searchParams.has('at'));
    expect(wrong).toEqual([]);
  });

  it('shows a deploy on every open page at once, and says which opening came after it', async () => {
    const [one, other] = await Promise.all([
      visit(browser, dashboard.url),
      visit(browser, `${dashboard.url}b/payments/charge-0`),
    ]);
    await mark({ text: MARKUP, kind: 'note' });
    await mark({
      text: 'payments 4812',
      service: 'payments',
      t: openedAt - 41_000,
      url: 'https://ci.example.com/4812',
    });
    await one.page.locator('.flag', { hasText: 'deploy payments 4812' }).waitFor();
    await one.page.locator('.flag').filter({ hasText: MARKUP }).waitFor({ state: 'attached' });
    await expect
      .poll(() => one.page.locator(`${rowOf('payments', 'charge-0')} [data-why]`).textContent())
      .toMatch(/61 of last 100 calls failed.*41 s after deploy payments 4812$/);
    await other.page.locator('[data-marker]', { hasText: 'deploy payments 4812' }).waitFor();
    const link = other.page.getByRole('link', { name: 'deploy payments 4812' });
    expect(await link.getAttribute('href')).toBe('https://ci.example.com/4812');
    expect(await link.getAttribute('rel')).toBe('noopener noreferrer');
    await expect
      .poll(() => other.page.locator('.why-sentence').textContent())
      .toMatch(/It was 41 s after deploy payments 4812\./);
    // It is there for who comes later, on either page.
    for (const path of ['', 'b/payments/charge-0']) {
      const { page } = await visit(browser, dashboard.url + path);
      await page.locator('[data-marker]', { hasText: 'deploy payments 4812' }).waitFor();
    }
    expect([...one.errors, ...other.errors]).toEqual([]);
  });

  it('says of a lane what, when, why, where and after what, by pointer and by keys, and keeps it when pinned', async () => {
    const { page, errors: wrong } = await visit(browser, `${dashboard.url}?span=900`);
    const row = page.locator(rowOf('payments', 'charge-0', 'open'));
    await row.waitFor();
    const card = page.locator('[data-card="payments/charge-0"]');
    await row.focus();
    await page.keyboard.press('[');
    await expect.poll(() => card.textContent()).toMatch(/charge-0 opened\d{1,2}:\d\d:\d\d\.\d{3}/);
    await expect
      .poll(() => card.textContent())
      .toMatch(/61 of last 100 calls failed \(limit 50 %\)48× ECONNREFUSED · 9× TimeoutError/);
    await expect
      .poll(() => card.textContent())
      .toMatch(/for \d+m \d+s · 1 of 2 instances · 41 s after deploy payments 4812/);
    await page.keyboard.press('p');
    await page.locator('.hover-card.pinned').waitFor();
    const before = await card.boundingBox();
    // The list is told anew, the pointer goes elsewhere, other lanes are loaded: it stays.
    await services[1]?.change(1, 'closed', 'open', 0);
    await page.mouse.move(700, 100);
    await page.locator(rowOf('payments', 'charge-1', 'open')).waitFor();
    await page.keyboard.press('s');
    expect(await card.boundingBox()).toEqual(before);
    expect(await card.textContent()).toContain('48× ECONNREFUSED');
    await page.keyboard.press('Escape');
    await card.waitFor({ state: 'detached' });
    expect(new URL(page.url()).pathname).toBe('/');
    await services[1]?.change(1, 'open', 'closed', 0);
    // An hour ago it was out of sight: stepping back shows it.
    await row.focus();
    for (const state of ['opened', 'closed', 'half-open', 'opened']) {
      await page.keyboard.press('[');
      await expect.poll(() => card.textContent()).toContain(`charge-0 ${state}`);
    }
    await page.waitForURL(/at=\d+/);
    const lane = await page.locator('.lane-layer canvas').boundingBox();
    // Whatever it was then: the page shows what was so at its moment.
    const place = await page.locator(rowOf('payments', 'charge-0')).boundingBox();
    if (!lane || !place) throw new Error('no lanes');
    await page.mouse.move(lane.x + lane.width * 0.33, place.y + 10);
    await expect.poll(() => card.textContent()).toContain('charge-0 opened');
    expect(wrong).toEqual([]);
  });

  it('draws every breaker as a line, names the one under the pointer or chosen by keys, and opens it', async () => {
    const { page, errors: wrong } = await visit(browser, `${dashboard.url}?group=none`);
    await page.getByRole('button', { name: /^View/ }).click();
    await page.waitForURL(/view=strip/);
    const plot = page.getByRole('group', { name: /^All breakers/ });
    expect((await plot.boundingBox())?.height).toBe(47 * 6);
    await page.waitForFunction(redLine);
    await plot.focus();
    await page.keyboard.press('ArrowDown');
    await page.locator('[data-card="payments/charge-0"]').waitFor();
    await expect.poll(() => page.getByRole('status').allTextContents()).toContain('payments, charge-0: Open');
    const box = await plot.boundingBox();
    if (!box) throw new Error('no strip');
    await page.mouse.move(box.x + box.width * 0.9, box.y + 9);
    await page.locator('[data-card="search/query-1"]').waitFor();
    await page.mouse.click(box.x + box.width * 0.9, box.y + 1);
    await page.locator('[data-page="breaker"][data-breaker="payments/charge-0"]').waitFor();
    expect(wrong).toEqual([]);
  });

  it('finds by instance, by what is quoted and by what is left out', async () => {
    const { page, errors: wrong } = await visit(browser, dashboard.url);
    const search = page.getByRole('searchbox');
    const listed = (): Promise<string[]> =>
      page
        .locator('[data-group]')
        .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-group') ?? ''));
    await search.fill('instance:PAYMENTS-b');
    await expect.poll(listed).toEqual(['payments']);
    await search.fill('-service:payments -team:goods');
    await page.getByText('No breaker matches.').waitFor();
    await search.fill('"connect refused"');
    await expect
      .poll(() =>
        page
          .locator('[data-breaker]')
          .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-breaker'))),
      )
      .toEqual(['payments/charge-0']);
    await search.fill('catalog-a');
    await page.getByRole('button', { name: /instance of that name/ }).click();
    await expect.poll(listed).toEqual(['catalog']);
    expect(wrong).toEqual([]);
  });

  it('goes on after its line was cut, without reading everything again', async () => {
    let directories = 0;
    const { page, errors: wrong } = await visit(browser, dashboard.url, {}, async (fresh) => {
      fresh.on('request', (request) => {
        if (request.url().includes('/directory')) directories++;
      });
      await fresh.addInitScript(keepLines);
    });
    await page.locator(rowOf('search', 'query-2', 'closed')).waitFor();
    const reconnected = page.locator('[data-connection="reconnecting"]').waitFor();
    await page.evaluate(() => {
      for (const line of window.keptLines) line.close();
    });
    await reconnected;
    await services[3]?.change(2, 'closed', 'open', 0);
    await page.locator(rowOf('search', 'query-2', 'open')).waitFor();
    await services[3]?.change(2, 'open', 'closed', 0);
    await page.locator(rowOf('search', 'query-2', 'closed')).waitFor();
    await page.locator('[data-connection="live"]').waitFor();
    expect(directories).toBe(1);
    expect(wrong).toEqual([]);
  });

  it.each(['light', 'dark'] as const)('fits all of it into a phone, in %s', async (colorScheme) => {
    for (const query of ['', '?view=strip', '?group=tag:team&sort=opens']) {
      const viewport = { width: 390, height: 844 };
      const { page, errors: wrong } = await visit(browser, dashboard.url + query, { colorScheme, viewport });
      await page.locator('[data-group], .fleet-strip-plot').first().waitFor();
      expect(
        await page.evaluate(() => document.documentElement.scrollWidth - innerWidth),
      ).toBeLessThanOrEqual(0);
      expect(wrong).toEqual([]);
    }
  });
});

function momentOf(page: Page, edge: 'Begin' | 'End'): Promise<number> {
  return page
    .getByRole('slider', { name: `${edge} of the range shown` })
    .getAttribute('aria-valuenow')
    .then(Number);
}

declare global {
  interface Window {
    keptLines: WebSocket[];
  }
}

/** Runs in the page before anything of its own does. */
function keepLines(): void {
  window.keptLines = [];
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      window.keptLines.push(this);
    }
  };
}

/** Whether the strip has a line in the red of an open circuit at its right edge. */
function redLine(): boolean {
  const canvas = document.querySelector<HTMLCanvasElement>('.fleet-strip-canvas');
  const pixel = canvas?.getContext('2d')?.getImageData(canvas.width - 3, 0, 1, 1).data;
  const [red = 0, green = 0, blue = 0] = pixel ?? [];
  return red > 100 && green < 90 && blue < 90;
}
