import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { helpText, settingsTable } from '../src/server/settings/help.ts';
import { CONFIG, withFiles } from '../src/server/settings/read-settings.ts';
import { envOf } from '../src/server/settings/setting.ts';
import { SETTINGS } from '../src/server/settings/settings-table.ts';

const PAGE = new URL('../../../docs/dashboard.md', import.meta.url);

/** The page with the table as it is now, from the line that begins it to the next empty one. */
function page(): string {
  const text = readFileSync(PAGE, 'utf8');
  return text.replace(/^\| flag \| environment .*?\n\n/ms, `${settingsTable(SETTINGS)}\n\n`);
}

it('docs/dashboard.md has the table of settings as it is (UPDATE_DOCS=1 prints it again)', () => {
  expect(readFileSync(PAGE, 'utf8')).toContain('| flag | environment |');
  if (process.env.UPDATE_DOCS === '1') writeFileSync(PAGE, page());
  expect(readFileSync(PAGE, 'utf8')).toBe(page());
});

it('docs/deploy.md names only variables that there are', () => {
  const known = withFiles([CONFIG, ...SETTINGS]).flatMap(({ flag }) => (flag ? envOf(flag) : []));
  const text = readFileSync(new URL('deploy.md', PAGE), 'utf8');
  const named = new Set([...text.matchAll(/CB_DASHBOARD_\w+/g)].map(([name]) => name));
  expect(named.size).toBeGreaterThan(5);
  expect([...named].filter((name) => !known.includes(name))).toEqual([]);
});

it('--help has every flag, fits a terminal and warns of secrets as flags', () => {
  const help = helpText(SETTINGS);
  for (const { flag } of SETTINGS)
    if (flag !== undefined) expect(help).toMatch(new RegExp(`  --(\\[no-\\])?${flag} `));
  expect(Math.max(...help.split('\n').map((line) => line.length))).toBeLessThanOrEqual(120);
  expect(help).toContain('Do not give secrets as flags');
});
