import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Directory, EventPage, TraceAnswer } from '@cb/protocol';
import { TICKS_PER_MS } from '@cb/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser, visit } from './browser.ts';
import { type Program, startDashboardProgram } from './process.ts';

const SERVICE = fileURLToPath(new URL('./traced-service.mjs', import.meta.url));

interface Service {
  /** From now on this share of its calls fails. */
  fail(share: number): void;
  kill(): Promise<void>;
}

async function startService(url: string, service: string, traceCalls: boolean): Promise<Service> {
  const child = fork(SERVICE, [JSON.stringify({ url, service, instance: `${service}-1`, traceCalls })]);
  await once(child, 'message');
  const gone = once(child, 'exit');
  return {
    fail: (share) => void child.send(share),
    kill: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Before a test has begun there is no `expect.poll`. */
async function until(condition: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = Date.now() + 30_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`waited in vain: ${what}`);
    await sleep(50);
  }
}

describeInBrowser('dashboard, asked what if', () => {
  let dashboard: Program;
  let browser: Browser;
  const services: Service[] = [];

  beforeAll(async () => {
    [dashboard, browser] = await Promise.all([startDashboardProgram(), launchBrowser()]);
    // Both meet the same: a good time, one with a few failures, an outage, and a recovery.
    const [traced, summed] = await Promise.all([
      startService(dashboard.url, 'traced', true),
      startService(dashboard.url, 'summed', false),
    ]);
    services.push(traced, summed);
    const each = (share: number): void => {
      for (const service of services) service.fail(share);
    };
    const stateOf = async (name: string): Promise<string | undefined> =>
      (await rowOf(name))?.instances[0]?.state;
    const both = (state: string): Promise<void> =>
      until(async () => (await stateOf('traced')) === state && (await stateOf('summed')) === state, state);
    const calls = async (name: string, more: number): Promise<void> => {
      const before = await callsOf(name);
      await until(async () => (await callsOf(name)) > before + more, `${more} more calls`);
    };
    await both('closed');
    await calls('traced', 60);
    each(0.3);
    await calls('traced', 250);
    each(1);
    for (const name of ['traced', 'summed'])
      await until(async () => (await openingsOf(name)) > 1, `${name} opens again`);
    each(0);
    await both('closed');
    await calls('traced', 60);
  }, 120_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    for (const service of services) await service.kill();
    await dashboard?.kill();
  });

  async function api<T>(path: string): Promise<T> {
    return (await fetch(`${dashboard.url}api/v1/${path}`)).json() as Promise<T>;
  }
  async function rowOf(service: string): Promise<Directory['rows'][number] | undefined> {
    return (await api<Directory>('directory')).rows.find((row) => row.service === service);
  }
  async function callsOf(service: string): Promise<number> {
    const { ok, fail } = await api<{ ok: number[]; fail: number[] }>(
      `series?row=${(await rowOf(service))?.row}`,
    );
    return [...ok, ...fail].reduce((sum, count) => sum + count, 0);
  }
  /** All changes of state, oldest first. */
  async function eventsOf(service: string): Promise<EventPage['events']> {
    const page = await api<EventPage>(`events?row=${(await rowOf(service))?.row}&limit=500`);
    return page.events.reverse();
  }
  async function openingsOf(service: string): Promise<number> {
    return (await eventsOf(service)).filter(({ to }) => to === 'open').length;
  }

  /** The changes that it would have made, as the page lists them. */
  async function changesOn(page: Page): Promise<{ at: number; to: string | null; rule: string | null }[]> {
    const list = page.locator('.what-if-changes');
    await list.waitFor();
    if ((await list.getAttribute('open')) === null) await list.locator('summary').click();
    await list.locator('li').first().waitFor();
    return page.locator('.what-if-changes li').evaluateAll((items) =>
      items.map((item) => ({
        at: Number(item.getAttribute('data-at')),
        to: item.getAttribute('data-to'),
        rule: item.getAttribute('data-rule'),
      })),
    );
  }
  function panelOn(page: Page) {
    return page.getByRole('region', { name: 'What if' });
  }
  async function wordsOn(page: Page): Promise<string> {
    return (await page.locator('.what-if-words li').allTextContents()).join(' ');
  }

  it('with the settings in force shows the very changes that were made, for the same reasons at the same moments', async () => {
    const { page, errors } = await visit(browser, `${dashboard.url}b/traced/ledger`);
    expect(await panelOn(page).count()).toBe(0);
    await page.keyboard.press('i');
    await page.locator('[data-exact="true"]').waitFor();
    const badge = page.locator('.what-if-badge');
    await expect
      .poll(() => badge.textContent())
      .toMatch(/Exact: every call was recorded.*gives all \d+ changes that happened/s);

    const events = await eventsOf('traced');
    const row = await rowOf('traced');
    const trace = await api<TraceAnswer>(`trace?row=${row?.row}&lane=${row?.instances[0]?.lane}`);
    const recorded = trace.parts.flatMap(({ from, changes = [] }) =>
      changes.map(({ at, to, why }) => ({
        at: trace.zeroAt + (from + at) / TICKS_PER_MS,
        to,
        rule: why.rule,
      })),
    );
    expect(recorded.length).toBeGreaterThan(4);
    await expect.poll(async () => (await changesOn(page)).length).toBe(recorded.length);
    const replayed = await changesOn(page);
    expect(replayed.map(({ to, rule }) => [to, rule])).toEqual(recorded.map(({ to, rule }) => [to, rule]));
    expect(replayed.map(({ to, rule }) => [to, rule])).toEqual(events.map(({ to, why }) => [to, why.rule]));
    for (const [i, { at, rule }] of replayed.entries()) {
      // A timer says when an open time is over, as late as the process lets it.
      const late = rule === 'open-time-over' ? 1_000 : 0;
      const was = recorded[i]?.at ?? 0;
      expect(at).toBeGreaterThanOrEqual(was - late - 0.01);
      expect(at).toBeLessThanOrEqual(was + late + 0.01);
      // The wall clock of the events is another one: it counts milliseconds, and is corrected now and then.
      expect(Math.abs(at - (events[i]?.t ?? 0))).toBeLessThanOrEqual(late + 30);
    }
    // Those of failed probes are none.
    const opened = events.filter(({ from, to }) => from === 'closed' && to === 'open').length;
    const times = ['never', 'once', 'twice'][opened] ?? `${opened} times`;
    expect(await wordsOn(page)).toMatch(new RegExp(`^It opened ${times}, first at `));
    expect(new URL(page.url()).searchParams.get('whatif')).toBe('');
    await page.keyboard.press('i');
    await panelOn(page).waitFor({ state: 'detached' });
    await expect.poll(() => new URL(page.url()).search).toBe('');
    expect(errors).toEqual([]);
  });

  it('opens earlier with a lower limit, says by how much and what it costs, and shares all of it by its address', async () => {
    const { page, errors } = await visit(browser, `${dashboard.url}b/traced/ledger?whatif=`);
    await page.locator('[data-exact="true"]').waitFor();
    await page.getByText(/changes of state it would have made/).waitFor();
    const [first] = await changesOn(page);
    const limit = page.locator('[data-control="failure-ratio.ratio"]');
    await limit.getByRole('textbox').fill('25');
    await expect
      .poll(() => wordsOn(page))
      .toMatch(/^It would have opened [\d.]+ m?s earlier, at .* calls failed \(limit 25 %\)/);
    const [earlier] = await changesOn(page);
    expect(earlier?.at).toBeLessThan((first?.at ?? 0) - 500);
    expect(await wordsOn(page)).toMatch(/\d+ calls refused that would have succeeded, \d+ more than now/);
    await limit.getByRole('button', { name: 'now 50' }).waitFor();

    // A slider is the same number, by hand.
    const slider = limit.getByRole('slider');
    await slider.focus();
    for (let i = 0; i < 3; i++) await page.keyboard.press('ArrowRight');
    await expect.poll(() => limit.getByRole('textbox').inputValue()).toMatch(/^25\.[1-9]$/);
    await limit.getByRole('textbox').fill('25');
    await expect.poll(() => new URL(page.url()).searchParams.get('whatif')).toMatch(/"ratio":0.25/);
    const shared = await visit(browser, page.url());
    await expect
      .poll(() => wordsOn(shared.page).catch(() => ''))
      .toMatch(/^It would have opened [\d.]+ m?s earlier/);
    // It may begin at a later mark of the trace, whose own clock reading is a fraction of a millisecond off.
    const [same] = await changesOn(shared.page);
    expect(same).toEqual({ ...earlier, at: expect.closeTo(earlier?.at ?? 0, -1) });

    await limit.getByRole('button', { name: 'now 50' }).click();
    await expect.poll(() => wordsOn(page)).toMatch(/^It opened /);
    expect([...errors, ...shared.errors]).toEqual([]);
  });

  it('gives the code for what was tried, and a sentence for what cannot work', async () => {
    const { page, errors } = await visit(browser, `${dashboard.url}b/traced/ledger?whatif=`);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.locator('[data-exact="true"]').waitFor();
    await page.getByRole('combobox', { name: 'Add a rule' }).selectOption('consecutive-failures');
    await page.locator('[data-control="consecutive-failures.failures"]').getByRole('textbox').fill('6');
    await page.getByText('As code').click();
    await page.getByRole('button', { name: 'Copy' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toContain("const ledger = createBreaker({\n  name: 'ledger',\n  window: lastMs(3000),");
    expect(copied).toMatch(
      /openWhen: \[\s*failureRatio\(0\.5\),\s*slowRatio\(0\.9, \{ slowMs: 1000 \}\),\s*consecutiveFailures\(6\),\s*\]/,
    );
    await page.getByRole('button', { name: 'configure', exact: true }).click();
    await expect
      .poll(() => page.locator('.what-if-code code').textContent())
      .toMatch(/^import .*\n\nledger\.configure\(\{\n {2}openWhen: /);

    const impossible = {
      stayOpen: { kind: 'fixed', firstMs: -5, factor: 1, maxMs: 1, jitterRatio: 0, hintMaxMs: 0 },
    };
    const asked = `${dashboard.url}b/traced/ledger?whatif=${encodeURIComponent(JSON.stringify(impossible))}`;
    const wrong = await visit(browser, asked);
    await expect.poll(() => wrong.page.getByRole('alert').textContent()).toMatch(/fixed must be .* got -5/);
    const garbage = await visit(browser, `${dashboard.url}b/traced/ledger?whatif=%7B"openWhen"%3A%7B`);
    await garbage.page.locator('[data-exact="true"]').waitFor();
    expect([...errors, ...wrong.errors, ...garbage.errors]).toEqual([]);
  });

  it('is an estimate where calls are not traced, and says so', async () => {
    const { page, errors } = await visit(browser, `${dashboard.url}b/summed/ledger`);
    await page.getByRole('button', { name: 'What if…' }).click();
    await page.locator('[data-exact="false"]').waitFor();
    await expect
      .poll(() => page.locator('.what-if-badge').textContent())
      .toMatch(/^Estimate: from sums per second/);
    await page.locator('[data-control="failure-ratio.ratio"]').getByRole('textbox').fill('25');
    await expect.poll(() => wordsOn(page)).toMatch(/^It would have opened [\d.]+ m?s earlier/);
    expect(errors).toEqual([]);
  });

  it('does not follow to another breaker', async () => {
    const { page, errors } = await visit(browser, `${dashboard.url}b/traced/ledger?whatif=&span=300`);
    await panelOn(page).waitFor();
    await page.getByRole('link', { name: 'Fleet' }).click();
    await page.locator('[data-page="fleet"]').waitFor();
    expect(new URL(page.url()).search).toBe('?span=300');
    await page.locator('[data-breaker="summed/ledger"]').getByRole('link').click();
    await page.locator('[data-page="breaker"]').waitFor();
    expect(await panelOn(page).count()).toBe(0);
    expect(errors).toEqual([]);
  });
});
