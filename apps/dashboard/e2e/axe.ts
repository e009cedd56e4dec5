import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type axe from 'axe-core';
import type { Page } from 'playwright-core';

const SOURCE: string = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

declare global {
  interface Window {
    axe?: typeof axe;
  }
}

/** Where the range is short, the two ends of it on the overview lie on each other; keys and the range buttons set them as well. */
const NEARER = /^target-size: \.brush-(from|to) /;

/** What axe-core finds wrong with the page as it is now, a line each: the rule, and where. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated rather than put into a script element: the page's policy allows no inline scripts.
  await page.evaluate(SOURCE);
  const found = await page.evaluate(async () => {
    if (!window.axe) throw new Error('axe-core did not load');
    const { violations } = await window.axe.run(document, {
      runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
    });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')} ${failureSummary ?? ''}`),
    );
  });
  return found.filter((line) => !NEARER.test(line));
}
