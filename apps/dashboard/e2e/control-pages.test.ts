import type { Browser, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser, rowOf, type Visit, visit } from './browser.ts';
import { type Program, type ServiceProgram, startDashboardProgram, startService } from './process.ts';

const OPERATOR = 'token-of-operators';
const ADMIN = 'token-of-admins';
const MARKUP = '<img src=x onerror="alert(1)">';
/** What the browser itself says of a token that was refused. */
const REFUSED = /status of 40[13]/;

describeInBrowser('dashboard, with the hand on the switch', () => {
  let dashboard: Program;
  let browser: Browser;
  let services: ServiceProgram[] = [];

  beforeAll(async () => {
    [dashboard, browser] = await Promise.all([
      startDashboardProgram(0, '--control-token', OPERATOR, '--admin-token', ADMIN),
      launchBrowser(),
    ]);
  }, 30_000);
  afterEach(async () => {
    await Promise.all(services.splice(0).map((service) => service.kill()));
    await Promise.all(browser.contexts().map((context) => context.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await dashboard?.kill();
  });

  /** Instances `SERVICE-1`, `SERVICE-2` … of a service of its own, each with the breaker `ledger`. */
  async function run(
    service: string,
    instances: number,
    { url = dashboard.url, allowRemoteControl = true, breaker = 'ledger' } = {},
  ): Promise<ServiceProgram[]> {
    const started = await Promise.all(
      Array.from({ length: instances }, (_, i) =>
        startService(url, service, `${service}-${i + 1}`, breaker, { allowRemoteControl }),
      ),
    );
    services = [...services, ...started];
    return started;
  }

  /** The breaker's page, once all of its instances are on it. */
  async function open(service: string, instances: number, token?: string): Promise<Visit> {
    const visited = await visit(browser, `${dashboard.url}b/${service}/ledger`);
    for (let i = 1; i <= instances; i++) {
      await lane(visited.page, `${service}-${i}`, 'closed').waitFor();
    }
    if (token) await takeControl(visited.page, token);
    return visited;
  }

  it('gives a reader no button to act with, and a wrong token changes nothing', async () => {
    await run('look', 1);
    const { page, errors } = await open('look', 1);
    expect(await page.getByRole('group', { name: 'Actions' }).count()).toBe(0);
    expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0);

    const key = page.locator('.take-control-button');
    await key.click();
    const dialog = page.getByRole('dialog', { name: 'Take control' });
    await dialog.getByLabel('Control token').fill('no-such-token');
    await page.keyboard.press('Enter');
    expect(await dialog.getByRole('alert').textContent()).toMatch(/not the token of an operator.*still look/);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused(page)).toContain('Take control');
    await page.locator('[data-connection="live"]').waitFor();
    expect(await page.getByRole('group', { name: 'Actions' }).count()).toBe(0);

    await page.goto(`${dashboard.url}audit`);
    const refused = page.locator('[data-no-permission]');
    await refused.waitFor();
    expect(await refused.textContent()).toMatch(/for operators.*ask them for it/);
    expect(errors.filter((error) => !REFUSED.test(error))).toEqual([]);
  });

  it('isolates one instance for five minutes, computed state in sight, and tells it in the log', async () => {
    await run('shop', 2);
    const { page, errors } = await open('shop', 2, OPERATOR);
    await page.locator('.role-operator').waitFor();
    await page.getByRole('button', { name: 'More' }).click();
    expect(await page.getByRole('menuitem').allTextContents()).toEqual(['Force closed…', 'Observe…']);
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Isolate…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Isolate ledger' });
    await dialog.getByLabel('Reason').fill('disk is swapped');
    await dialog.getByLabel('Your name').fill('kim');
    await dialog.getByLabel(/^shop-2/).uncheck();
    await dialog.getByLabel('5 min', { exact: true }).check({ force: true });
    expect(await dialog.locator('[data-sentence]').textContent()).toContain(
      '1 instance of shop will turn every call away for 5 minutes. The computed state stays visible.',
    );
    await dialog.getByRole('button', { name: 'Isolate: 1 instance of shop' }).click();
    await dialog.getByText('Done on 1 instance of shop.').waitFor();
    expect(await answers(dialog)).toEqual([['shop-1', 'Done']]);
    await dialog.getByRole('button', { name: 'Close' }).click();

    const isolated = lane(page, 'shop-1', 'isolated');
    await isolated.waitFor();
    expect(await isolated.getAttribute('data-computed')).toBe('closed');
    await lane(page, 'shop-2', 'closed').waitFor();
    const overlay = page.locator('[data-overlay="forced-open"]');
    expect(await overlay.textContent()).toMatch(
      /Isolated on 1 of 2 instances by kim · “disk is swapped” · ends in (5 min 00|4 min 5\d) s.*Computed: closed\. Without it, calls would go through/,
    );

    await page.keyboard.press('g');
    await page.keyboard.press('f');
    const why = page.locator(rowOf('shop', 'ledger', 'isolated')).locator('[data-why]');
    expect(await why.textContent()).toMatch(
      /^Isolated on 1 of 2 instances by kim · “disk is swapped” · until/,
    );

    await page.keyboard.press('g');
    await page.keyboard.press('a');
    const record = page.locator('[data-audit]', { hasText: 'disk is swapped' });
    await record.waitFor();
    expect((await record.locator('td').allInnerTexts()).slice(1).map(oneLine)).toEqual([
      expect.stringMatching(/^kim Operator [\da-f]{8} 127\.0\.0\.1$/),
      'Isolated for 5 minutes',
      'ledger shop',
      '1 done',
      'disk is swapped',
    ]);
    expect(await record.locator('time').getAttribute('title')).toMatch(/^\d{4}-\d\d-\d\dT.*\.\d{3}Z$/);
    await page.keyboard.press('/');
    await page.keyboard.type('no such record');
    await page.getByText('No record matches.').waitFor();
    await page.getByRole('button', { name: /Show all/ }).click();
    await record.getByRole('link', { name: 'ledger' }).click();

    await page.locator('[data-overlay]').getByRole('button', { name: 'Release…' }).click();
    await confirm(page, 'swapped');
    await lane(page, 'shop-1', 'closed').waitFor();
    await page.locator('[data-overlay]').waitFor({ state: 'detached' });

    await page.locator('.role-operator').click();
    await page.getByRole('menuitem', { name: 'Give control back' }).click();
    await page.locator('.take-control-button').waitFor();
    expect(await page.getByRole('group', { name: 'Actions' }).count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('takes a second step before all instances turn their calls away', async () => {
    await run('all', 2);
    const { page, errors } = await open('all', 2, OPERATOR);
    await page.getByRole('button', { name: 'Isolate…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('no');
    const go = dialog.getByRole('button', { name: 'Isolate: 2 instances of all' });
    await go.click();
    expect(await dialog.getByRole('alert').textContent()).toMatch(/Say why, in 3 to 200 characters/);
    await dialog.getByLabel('Reason').fill('not paid');
    await go.click();
    expect(await dialog.getByRole('alert').textContent()).toMatch(/Type the name of the breaker/);
    await dialog.getByLabel(/^This concerns every call/).fill('ledgr');
    await go.click();
    expect(await dialog.getByRole('alert').textContent()).toMatch(/Type the name of the breaker/);
    expect(await lane(page, 'all-1', 'closed').count()).toBe(1);
    await dialog.getByLabel(/^This concerns every call/).fill('ledger');
    await page.keyboard.press('Enter');
    await dialog.getByText('Done on 2 instances of all.').waitFor();
    await page.locator('[data-page="breaker"][data-state="isolated"]').waitFor();
    expect(errors).toEqual([]);
  });

  it('says on a phone, too, why it was not sent, and its button can be read under the finger', async () => {
    await run('hand', 2);
    const { page, errors } = await open('hand', 2, OPERATOR);
    await page.setViewportSize({ width: 320, height: 640 });
    await page.getByRole('button', { name: 'Isolate…' }).click();
    const go = page.getByRole('dialog').getByRole('button', { name: 'Isolate: 2 instances of hand' });
    await go.click();
    const alert = page.getByRole('dialog').getByRole('alert');
    await expect
      .poll(async () => {
        const [said, button] = await Promise.all([alert.boundingBox(), go.boundingBox()]);
        return said !== null && button !== null && said.y > 0 && said.y + said.height < button.y;
      })
      .toBe(true);
    const background = () => go.evaluate((button) => getComputedStyle(button).backgroundColor);
    await go.hover();
    const hovered = await background();
    await page.mouse.move(5, 5);
    expect(hovered).toBe(await background());
    expect(errors).toEqual([]);
  });

  it('lets an administrator change the failure limit, and shows the difference first', async () => {
    await run('set', 1);
    const { page, errors } = await open('set', 1, ADMIN);
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Change settings…' }).click();
    const dialog = page.getByRole('dialog', { name: 'Change settings of ledger' });
    const limit = dialog.getByLabel('Failure limit');
    expect(await limit.inputValue()).toBe('50');
    await limit.fill('250');
    await dialog.getByText('Failure limit must be a number from 0.001 to 100 %').waitFor();
    await limit.fill('30');
    expect(
      await dialog
        .locator('[data-change]')
        .allInnerTexts()
        .then((all) => all.map(oneLine)),
    ).toEqual(['openWhen[0].ratio 0.5 → 0.3']);
    await dialog.getByText('All settings, as JSON').click();
    const json = dialog.getByRole('textbox', { name: 'All settings, as JSON' });
    const good = await json.inputValue();
    expect(JSON.parse(good)).toMatchObject({ openWhen: [{ ratio: 0.3, minimumCalls: 20 }] });
    await json.fill(good.replace('"ratio": 0.3,', '"ratio": 0.3'));
    await dialog.getByText(/^That is not JSON/).waitFor();
    expect(await limit.isDisabled()).toBe(true);
    await json.fill(good.replace('"minimumCalls": 20', '"minimumCalls": 21'));
    await dialog.getByText(/minimumCalls 21, but lastCalls\(20\)/).waitFor();
    await json.fill(good);
    await dialog.getByLabel('Reason').fill('it opens too late');
    await dialog.getByRole('button', { name: 'Change settings: 1 instance of set' }).click();
    await dialog.getByText('Done on 1 instance of set.').waitFor();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    const settings = page.getByRole('region', { name: 'Settings in force' });
    await settings.getByText('revision 2').waitFor();
    await settings.getByText('failure ratio 30 %').waitFor();
    expect(errors).toEqual([]);
  });

  it('says that somebody was quicker, what is so now, and does it again when asked', async () => {
    await run('race', 1);
    const [{ page, errors }, other] = [await open('race', 1, OPERATOR), await open('race', 1, ADMIN)];
    await page.getByRole('button', { name: 'Isolate…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('mine');
    await dialog.getByLabel(/^This concerns every call/).fill('ledger');

    await other.page.getByRole('button', { name: 'More' }).click();
    await other.page.getByRole('menuitem', { name: 'Observe…' }).click();
    await other.page.getByLabel('Your name').fill('lee');
    await confirm(other.page, 'theirs');

    await dialog.getByText('changed since you opened this').waitFor();
    await dialog.getByRole('button', { name: 'Isolate: 1 instance of race' }).click();
    await dialog.getByText('Done on 0 of 1 instance of race.').waitFor();
    const answer = dialog.locator('[data-answer="race-1"]');
    expect(await answer.textContent()).toMatch(
      /Not done: somebody changed it meanwhile.*now observing by lee · “theirs”, computed closed/,
    );
    await lane(page, 'race-1', 'closed').waitFor();

    await dialog.getByRole('button', { name: 'Do it again on that instance…' }).click();
    await dialog.getByLabel(/^This concerns every call/).fill('ledger');
    await page.keyboard.press('Enter');
    await dialog.getByText('Done on 1 instance of race.').waitFor();
    await lane(page, 'race-1', 'isolated').waitFor();
    expect([...errors, ...other.errors]).toEqual([]);
  });

  it('tells what was done from what may have been and what was not', { timeout: 60_000 }, async () => {
    const [, frozen, killed] = await run('hurt', 3);
    const { page, errors } = await open('hurt', 3, OPERATOR);
    await page.getByRole('button', { name: 'Reset…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill('after the outage');
    frozen?.freeze();
    await killed?.kill('SIGKILL');
    await dialog.getByRole('button', { name: 'Reset: 3 instances of hurt' }).click();
    await dialog.getByText('Done on 1 of 3 instances of hurt.').waitFor();
    expect(await answers(dialog)).toEqual([
      ['hurt-1', 'Done'],
      ['hurt-2', 'No answer: it may have been done'],
      ['hurt-3', 'Not done: no connection to it'],
    ]);
    expect(errors).toEqual([]);
  });

  it('says why there is no button where a service takes no commands', async () => {
    await run('shy', 1, { allowRemoteControl: false });
    const { page, errors } = await open('shy', 1, ADMIN);
    const note = page.locator('[data-no-actions]');
    await note.waitFor();
    expect(await note.textContent()).toMatch(/allowRemoteControl/);
    expect(await page.getByRole('group', { name: 'Actions' }).count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('does a whole act by keyboard, and gives the focus back', async () => {
    await run('keys', 2);
    const { page, errors } = await open('keys', 2);
    await tabTo(page, 'Take control…');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.type(OPERATOR);
    await page.keyboard.press('Enter');
    await page.getByText('You are operator now').waitFor();
    await page.keyboard.press('Enter');

    await tabTo(page, 'More');
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Force closed…' }).waitFor();
    await page.keyboard.press('Escape');
    expect(await focused(page)).toBe('More');
    await page.keyboard.press('Enter');
    await page.keyboard.press('ArrowDown');
    expect(await focused(page)).toBe('Observe…');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Observe ledger' });
    await dialog.waitFor();
    await page.keyboard.type('look first');
    await page.keyboard.press('Tab');
    await page.keyboard.type('kim');
    await page.keyboard.press('Tab');
    await page.keyboard.press('ArrowRight');
    expect(await dialog.locator('[data-sentence]').textContent()).toContain('for 1 hour');
    // Past "all" and the first instance to the second, which is left out.
    for (let i = 0; i < 3; i++) await page.keyboard.press('Tab');
    await page.keyboard.press('Space');
    await page.keyboard.press('Enter');
    await dialog.getByText('Done on 1 instance of keys.').waitFor();
    expect(await focused(page)).toBe('Close');
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    expect(await focused(page)).toBe('More');
    await page.locator('[data-instance="keys-1"][data-mode="observing"]').waitFor();
    expect(await page.locator('[data-instance="keys-2"][data-mode]').count()).toBe(0);
    expect(errors).toEqual([]);
  });

  it('keeps what a reader sees when the token of an operator is no longer good', {
    timeout: 60_000,
  }, async () => {
    const tokens = ['--view-token', 'token-of-readers', '--control-token', OPERATOR];
    let own = await startDashboardProgram(0, ...tokens);
    try {
      await run('door', 1, { url: own.url });
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`${own.url}b/door/ledger`);
      await page.getByLabel('Token').fill('token-of-readers');
      await page.keyboard.press('Enter');
      await lane(page, 'door-1', 'closed').waitFor();
      await takeControl(page, OPERATOR);
      await page.reload();
      await page.locator('.role-operator').waitFor();

      await own.kill();
      own = await startDashboardProgram(
        Number(new URL(own.url).port),
        '--view-token',
        'token-of-readers',
        '--control-token',
        'another-operators-token',
      );
      await page.locator('.take-control-button').waitFor();
      await page.locator('[data-connection="live"]').waitFor();
      await lane(page, 'door-1', 'closed').waitFor();
      expect(await page.getByRole('group', { name: 'Actions' }).count()).toBe(0);
    } finally {
      await own.kill();
    }
  });

  it.each(['light', 'dark'] as const)('fits names from nowhere into a phone, in %s', async (colorScheme) => {
    const breaker = `${MARKUP} ${'x'.repeat(90)}`;
    const service = `nowhere-${colorScheme}-${'y'.repeat(60)}`;
    await run(service, 1, { breaker });
    const { page, errors } = await visit(browser, `${dashboard.url}?q=nowhere-${colorScheme}`, {
      colorScheme,
      viewport: { width: 390, height: 844 },
    });
    await page
      .locator(rowOf(service, breaker, 'closed'))
      .getByRole('link')
      .click();
    await takeControl(page, ADMIN);
    await page.getByRole('button', { name: 'Isolate…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason').fill(`${MARKUP} ${'z'.repeat(150)}`);
    await dialog.getByLabel('Your name').fill(MARKUP);
    expect(await tooWide(page, 'dialog')).toBe(0);
    await dialog.getByLabel(/^This concerns every call/).fill(breaker);
    await page.keyboard.press('Enter');
    await dialog.getByText(/^Done on 1 instance/).waitFor();
    expect(await tooWide(page, 'dialog')).toBe(0);
    await page.keyboard.press('Escape');
    await page.locator('[data-overlay]').waitFor();
    expect(await tooWide(page, 'html')).toBe(0);
    await page.getByRole('button', { name: 'More' }).click();
    expect(await tooWide(page, 'html')).toBe(0);
    await page.getByRole('menuitem', { name: 'Change settings…' }).click();
    await dialog.getByLabel('Failure limit').fill('30');
    await dialog.getByText('As code').click();
    expect(await tooWide(page, 'dialog')).toBe(0);
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.locator('[data-audit] summary').first().click();
    expect(await tooWide(page, 'html')).toBe(0);
    expect(await page.locator('img').count()).toBe(0);
    expect(errors).toEqual([]);
  });
});

function lane(page: Page, instance: string, state: string): Locator {
  return page.locator(`[data-instance="${instance}"][data-state="${state}"]`);
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

/** Fills in a reason and goes through with the act that is asked about. */
async function confirm(page: Page, reason: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason').fill(reason);
  await page.keyboard.press('Enter');
  await dialog.getByText(/^Done on 1 instance/).waitFor();
  await dialog.getByRole('button', { name: 'Close' }).click();
}

/** Instance and what became of it, line by line. */
function answers(dialog: Locator): Promise<string[][]> {
  return dialog
    .locator('[data-answer]')
    .evaluateAll((rows) =>
      rows.map((row) => [...row.children].slice(0, 2).map((part) => part.textContent ?? '')),
    );
}

function focused(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent?.trim() ?? '');
}

async function tabTo(page: Page, text: string): Promise<void> {
  for (let i = 0; i < 60; i++) {
    if ((await focused(page)) === text) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`No Tab leads to “${text}”`);
}

/** Pixels that do not fit into its width. */
function tooWide(page: Page, selector: string): Promise<number> {
  return page
    .locator(selector)
    .first()
    .evaluate((element) => element.scrollWidth - element.clientWidth);
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
