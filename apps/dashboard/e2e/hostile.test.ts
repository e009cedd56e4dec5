import { type Hello, PROTOCOL_VERSION, type Registration, type StateChange } from '@cb/protocol';
import type { Browser } from 'playwright-core';
import { io, type Socket } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser, rowOf, visit } from './browser.ts';
import { type Program, startDashboardProgram } from './process.ts';

const SERVICE = '<b>shop</b>/"x"';
const MARKUP = '<img src=x onerror="alert(1)">';
const NAMES: readonly string[] = [
  MARKUP,
  '__proto__',
  'constructor',
  'a/b?c=d#e%2f%',
  'a/../b',
  'it\'s "quoted" \\ and \' so on',
  '\u0000\u001b[31mred\u202egnirts\u2066',
  'x'.repeat(10_240),
  '   ',
];
/** Those above as they are shown: what cannot be printed is gone, what is left is text. */
const SHOWN: readonly string[] = [
  MARKUP,
  '__proto__',
  'constructor',
  'a/b?c=d#e%2f%',
  'a/../b',
  '[31mredgnirts',
];

describeInBrowser('dashboard, told hostile names', () => {
  let dashboard: Program;
  let browser: Browser;
  let service: Socket;

  beforeAll(async () => {
    [dashboard, browser] = await Promise.all([startDashboardProgram(), launchBrowser()]);
    service = await tell(dashboard.url);
  }, 30_000);

  afterAll(async () => {
    service?.close();
    await browser?.close();
    await dashboard?.kill();
  });

  it('shows them as text', async () => {
    const { page, errors } = await visit(browser, dashboard.url);
    for (const name of SHOWN) {
      const row = page.locator(rowOf(SERVICE, name, 'open'));
      await row.waitFor();
      expect(await row.textContent()).toContain(name);
    }
    expect(await page.locator('[data-breaker]').count()).toBe(NAMES.length - 1);
    expect(await page.locator('img').count()).toBe(0);
    expect(await page.locator('b', { hasText: 'shop' }).count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('fits them and a hundred calls into the width of a phone', async () => {
    const { page, errors } = await visit(browser, dashboard.url, { viewport: { width: 390, height: 844 } });
    const tooWide = (): Promise<number> =>
      page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    await page.locator(rowOf(SERVICE, MARKUP)).waitFor();
    expect(await tooWide()).toBeLessThanOrEqual(0);
    await page.locator(rowOf(SERVICE, MARKUP)).getByRole('link').click();
    await page.locator('[data-event]').first().waitFor();
    expect(await tooWide()).toBeLessThanOrEqual(0);
    expect(errors).toEqual([]);
  });

  it.each(SHOWN)('opens the page of %s, and again after a reload', async (name) => {
    const { page, errors } = await visit(browser, dashboard.url);
    await page.locator(rowOf(SERVICE, name)).getByRole('link').click();
    const breaker = page.locator(`[data-page="breaker"][data-state="open"]`);
    await breaker.waitFor();
    expect(await breaker.getAttribute('data-breaker')).toBe(`${SERVICE}/${name}`);
    await page.reload();
    await breaker.waitFor();
    expect(await breaker.getAttribute('data-breaker')).toBe(`${SERVICE}/${name}`);
    await page.locator('[data-event]').first().waitFor();
    expect(await breaker.textContent()).toContain(MARKUP);
    expect(errors).toEqual([]);
  });
});

/** A service that means harm, or has a bug: everything it may name freely is markup. */
async function tell(url: string): Promise<Socket> {
  const socket = io(`${url}ingest`, { transports: ['websocket'], forceNew: true });
  const now = Date.now();
  const hello: Hello = {
    v: PROTOCOL_VERSION,
    service: SERVICE,
    instance: MARKUP,
    boot: 'boot',
    sdk: MARKUP,
    tags: { [MARKUP]: MARKUP },
    now,
  };
  await socket.emitWithAck('hello', hello);
  const breakers: Registration[] = NAMES.map((name, id) => ({
    id,
    name,
    state: 'closed',
    mode: 'auto',
    since: now - 60_000,
    config: {
      window: MARKUP,
      openWhen: [{ kind: MARKUP, ratio: MARKUP }],
      ['__proto__']: { stayOpen: MARKUP },
    },
    configRevision: 1,
    tags: { kind: MARKUP },
  }));
  await socket.emitWithAck('reg', breakers);
  const changes: StateChange[] = NAMES.map((_, id) => ({
    id,
    seq: id + 1,
    t: now - 1_000,
    from: 'closed',
    to: 'open',
    mode: 'auto',
    modeFrom: 'auto',
    why: { rule: 'failure-ratio', value: 0.6, limit: 0.5, calls: 10, minimumCalls: 10, bad: 6 },
    configRevision: 1,
    outcomes: `${'o'.repeat(40)}${'t'.repeat(57)}<b>`,
    errors: [{ name: MARKUP, code: MARKUP, message: `javascript:alert(1) ${MARKUP}`, count: 6 }],
    note: MARKUP,
    by: MARKUP,
  }));
  await socket.emitWithAck('st', changes);
  setInterval(() => socket.emit('hb', { now: Date.now(), queued: 0, lost: 0 }), 2_000).unref();
  return socket;
}
