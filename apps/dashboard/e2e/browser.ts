import { existsSync } from 'node:fs';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { describe } from 'vitest';

const executablePath: string | undefined = [
  process.env.CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/google-chrome',
].find((path) => path && existsSync(path));

const skipped: boolean = executablePath === undefined && process.env.CI !== 'true';
if (skipped) console.warn('No Chromium found, so these tests are skipped: set CHROMIUM to its path.');

/** `describe`, skipped where there is no browser. In CI there must be one. */
export const describeInBrowser: ReturnType<typeof describe.skipIf> = describe.skipIf(skipped);

export async function launchBrowser(): Promise<Browser> {
  if (executablePath === undefined) throw new Error('No Chromium found: set CHROMIUM to its path.');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking'];
  return await chromium.launch({ executablePath, args });
}

/** A page of its own, and everything that went wrong in it. */
export interface Visit {
  readonly page: Page;
  /** Errors of the page and of its console. */
  readonly errors: string[];
}

/**
 * Opens a page that need not become live: it shows the past, or its server is not there yet.
 * @param prepare What is to be done before the page is asked for.
 */
export async function goTo(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
  prepare?: (page: Page) => Promise<unknown>,
): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error.stack ?? error.message));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('dialog', (dialog) => {
    errors.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  await prepare?.(page);
  await page.goto(url);
  return { page, errors };
}

/** Opens a page, and waits until it is live. */
export async function visit(...asked: Parameters<typeof goTo>): Promise<Visit> {
  const visited = await goTo(...asked);
  await visited.page.locator('[data-connection="live"]').waitFor();
  return visited;
}

/** The row of a breaker on the fleet page, whatever its name holds; `state` waits for that state. */
export function rowOf(service: string, name: string, state?: string): string {
  const quoted = JSON.stringify(`${service}/${name}`);
  return `[data-page="fleet"] [data-breaker=${quoted}]${state === undefined ? '' : `[data-state="${state}"]`}`;
}
