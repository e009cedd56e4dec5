import type { Page } from 'playwright-core';

/** What a row showed: its state, and why. */
export interface Shown {
  readonly state: string;
  readonly why: string;
}

declare global {
  interface Window {
    shown: Shown[];
  }
}

/** Writes down, inside the page, everything that a row shows from now on. */
export async function record(page: Page, selector: string): Promise<void> {
  await page.evaluate((row) => {
    window.shown = [];
    const look = (): void => {
      const element = document.querySelector(row);
      if (element === null) return;
      const state = element.getAttribute('data-state') ?? '';
      const why = element.querySelector('[data-why]')?.textContent ?? '';
      const last = window.shown.at(-1);
      if (last?.state !== state || last.why !== why) window.shown.push({ state, why });
    };
    look();
    new MutationObserver(look).observe(document.body, {
      subtree: true,
      childList: true,
      characterData: true,
      attributes: true,
    });
  }, selector);
}

/** Waits until the row has shown these states in this order, others between them or not; resolves with all it showed. */
export async function recorded(
  page: Page,
  states: readonly string[],
  timeout: number,
): Promise<readonly Shown[]> {
  await page
    .waitForFunction(
      (wanted) => {
        let next = 0;
        for (const { state } of window.shown) if (state === wanted[next]) next++;
        return next === wanted.length;
      },
      states,
      { timeout },
    )
    .catch(async (error: unknown) => {
      const shown = JSON.stringify(await page.evaluate(() => window.shown));
      throw new Error(`the row did not go ${states.join(' → ')}, it showed ${shown}`, { cause: error });
    });
  return await page.evaluate(() => window.shown);
}
