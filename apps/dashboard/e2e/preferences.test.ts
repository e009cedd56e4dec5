import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { describeInBrowser, launchBrowser, rowOf, type Visit, visit } from './browser.ts';
import { type FakeShop, fillShop, openShop } from './fake-shop.ts';

describeInBrowser('dashboard, as the system is set', () => {
  let shop: FakeShop;
  let browser: Browser;

  beforeAll(async () => {
    [shop, browser] = await Promise.all([openShop(), launchBrowser()]);
    await fillShop(shop);
  }, 30_000);
  afterEach(() => Promise.all(browser.contexts().map((context) => context.close())));
  afterAll(async () => {
    await browser?.close();
    await shop?.close();
  });

  async function fleet(options: BrowserContextOptions = {}): Promise<Visit> {
    const found = await visit(browser, shop.url, options);
    await found.page.locator(rowOf('checkout', 'payments', 'open')).waitFor();
    await expect.poll(() => found.page.evaluate(laneColours)).not.toEqual([]);
    return found;
  }
  async function breaker(options: BrowserContextOptions = {}, path = 'b/checkout/payments'): Promise<Visit> {
    const found = await visit(browser, shop.url + path, options);
    await found.page.locator('[data-event]').first().waitFor();
    await expect.poll(() => found.page.evaluate(laneColours)).not.toEqual([]);
    return found;
  }

  describe('motion', () => {
    const moving = (page: Page) =>
      page.evaluate(() => document.getAnimations().filter((each) => each.playState === 'running').length);

    it('is the dot that says live, and nothing else', async () => {
      const { page } = await breaker({ reducedMotion: 'no-preference' });
      expect(await moving(page)).toBe(1);
    });

    it('is none for who wants none, on any page and in any dialog', async () => {
      const { page } = await breaker({ reducedMotion: 'reduce' });
      expect(await moving(page)).toBe(0);
      for (const key of ['?', 'Escape', 'Control+k', 'Escape', 'g', 'f']) {
        await page.keyboard.press(key);
        expect(await moving(page)).toBe(0);
      }
      const transitions = await page.evaluate(() => {
        const probe = document.createElement('p');
        probe.style.transition = 'opacity 1s';
        document.body.append(probe);
        return getComputedStyle(probe).transitionDuration;
      });
      expect(transitions).toBe('0s');
    });
  });

  describe('look', () => {
    it('follows the system while nobody has chosen, lanes included', async () => {
      const { page, errors } = await fleet({ colorScheme: 'light' });
      expect(await page.evaluate(look)).toMatchObject({
        ground: 'rgb(251, 251, 249)',
        bar: 'rgb(255, 255, 255)',
      });
      const light = await page.evaluate(laneColours);
      await page.emulateMedia({ colorScheme: 'dark' });
      await expect
        .poll(() => page.evaluate(look))
        .toMatchObject({ ground: 'rgb(20, 23, 28)', bar: 'rgb(26, 30, 36)' });
      await expect.poll(() => page.evaluate(laneColours)).not.toEqual(light);
      expect(await page.evaluate(laneColours)).toContain('244,81,59');
      expect(errors).toEqual([]);
    });

    it('is what was chosen from then on, over a reload and whatever the system does', async () => {
      const { page } = await fleet({ colorScheme: 'light' });
      await page.getByRole('button', { name: 'Dark look' }).click();
      await expect.poll(() => page.evaluate(look)).toMatchObject({ ground: 'rgb(20, 23, 28)' });
      await page.emulateMedia({ colorScheme: 'dark' });
      await page.emulateMedia({ colorScheme: 'light' });
      await page.reload();
      await page.locator(rowOf('checkout', 'payments')).waitFor();
      expect(await page.evaluate(look)).toEqual({ ground: 'rgb(20, 23, 28)', bar: 'rgb(26, 30, 36)' });
    });

    it('follows the system again once what the system wants is chosen', async () => {
      const { page } = await fleet({ colorScheme: 'light' });
      await page.getByRole('button', { name: 'Dark look' }).click();
      await page.getByRole('button', { name: 'Light look' }).click();
      await page.emulateMedia({ colorScheme: 'dark' });
      await expect.poll(() => page.evaluate(look)).toMatchObject({ ground: 'rgb(20, 23, 28)' });
    });
  });

  describe('high contrast', () => {
    it.each(['light', 'dark'] as const)(
      'keeps lanes, signs and what is chosen apart, in %s',
      async (colorScheme) => {
        const { page, errors } = await fleet({ colorScheme, forcedColors: 'active' });
        expect((await page.evaluate(laneColours)).length).toBeGreaterThanOrEqual(4);
        const chosen = page.getByRole('button', { name: '15 m' });
        const other = page.getByRole('button', { name: '1 h', exact: true });
        const ground = (button: typeof chosen) =>
          button.evaluate((each) => getComputedStyle(each).backgroundColor);
        expect(await ground(chosen)).not.toBe(await ground(other));
        expect(errors).toEqual([]);
      },
    );
  });

  describe('paper', () => {
    it.each(['fleet', 'breaker'] as const)(
      'is light, without the bar, and says what it shows: %s',
      async (name) => {
        const { page, errors } = await (name === 'fleet' ? fleet : breaker)({ colorScheme: 'dark' });
        const onScreen = await page.evaluate(laneColours);
        expect(onScreen).toContain('244,81,59');
        await page.emulateMedia({ media: 'print' });
        await expect.poll(() => page.evaluate(laneColours)).toContain('163,31,23');
        expect(await page.evaluate(laneColours)).not.toContain('244,81,59');
        expect(await page.locator('.top-bar').isVisible()).toBe(false);
        // Nothing on paper can be pressed.
        expect(await page.locator('main .button:visible').count()).toBe(0);
        const header = await page.locator('.print-header').textContent();
        expect(header).toContain(shop.url);
        expect(header).toMatch(/at=\d+/);
        expect(header).toMatch(/20\d\d.*→.*20\d\d/s);
        await page.emulateMedia({ media: 'screen' });
        await expect.poll(() => page.evaluate(laneColours)).toContain('244,81,59');
        expect(await page.locator('.top-bar').isVisible()).toBe(true);
        expect(errors).toEqual([]);
      },
    );

    it('is laid out and painted before it is printed, and the screen afterwards', async () => {
      const { page } = await breaker({ colorScheme: 'dark' });
      await page.evaluate(() => {
        addEventListener('beforeprint', () => {
          const canvas = document.querySelector<HTMLCanvasElement>('.state-canvas');
          document.body.dataset.painted = `${canvas?.width} of ${canvas?.clientWidth}`;
        });
      });
      const wide = await page.locator('.state-canvas').evaluate((canvas) => canvas.clientWidth);
      await page.pdf();
      const [dots = 0, pixels = 0] = ((await page.locator('body').getAttribute('data-painted')) ?? '')
        .split(' of ')
        .map(Number);
      // Twice as fine as the screen, and as wide as the paper.
      expect(dots).toBe(2 * pixels);
      expect(pixels).toBeLessThan(wide);
      await expect
        .poll(() => page.locator('.state-canvas').evaluate((canvas) => canvas.clientWidth))
        .toBe(wide);
      expect(await page.evaluate(laneColours)).toContain('244,81,59');
    });
  });

  describe.each([
    { locale: 'en-US', timezoneId: 'America/New_York', clock: /^\d\d:\d\d:\d\d\s[AP]M$/, zone: /E[DS]T$/ },
    { locale: 'de-DE', timezoneId: 'Europe/Berlin', clock: /^\d\d:\d\d:\d\d$/, zone: /ME(S)?Z$/ },
  ])('times in $locale, $timezoneId', ({ locale, timezoneId, clock, zone }) => {
    it('are as they are said there, with the exact moment as a title', async () => {
      const { page, errors } = await breaker({ locale, timezoneId });
      const time = page.locator('[data-event] time').first();
      const { text, title, at } = await time.evaluate((element: HTMLTimeElement) => ({
        text: element.textContent.trim(),
        title: element.title,
        at: element.dateTime,
      }));
      expect(text).toMatch(clock);
      expect(title).toMatch(zone);
      expect(title).toMatch(/20\d\d.*\d\d[.,]\d{3}/);
      const options = {
        hour: '2-digit',
        minute: '2-digit',
        second: '2-digit',
        timeZone: timezoneId,
      } as const;
      const expected = new Intl.DateTimeFormat(locale, options).format(new Date(at));
      expect(text.replaceAll(/\s/g, ' ')).toBe(expected.replaceAll(/\s/g, ' '));
      expect(await page.locator('[data-why]').textContent()).toMatch(
        clock.source.includes('AP') ? /[AP]M/ : /\d\d:\d\d/,
      );
      expect(errors).toEqual([]);
    });
  });
});

function look(): { ground: string; bar: string } {
  return {
    ground: getComputedStyle(document.documentElement).backgroundColor,
    bar: document.querySelector<HTMLMetaElement>('meta[name="theme-color"]')?.content ?? '',
  };
}

/** The colours that lanes are painted in, commonest first. */
function laneColours(): string[] {
  const found = new Map<string, number>();
  for (const canvas of document.querySelectorAll<HTMLCanvasElement>('.lane-canvas, .state-canvas')) {
    if (canvas.width * canvas.height === 0) continue;
    const { data } = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height) ?? { data: [] };
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] !== 255) continue;
      const colour = `${data[i]},${data[i + 1]},${data[i + 2]}`;
      found.set(colour, (found.get(colour) ?? 0) + 1);
    }
  }
  return [...found].sort(([, a], [, b]) => b - a).map(([colour]) => colour);
}
