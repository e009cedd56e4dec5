// docs/testing.md says what is there: its table of cases is printed from the suite, its routes are those of the server.
import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { routes } from '../src/chaos-routes.ts';
import * as testing from '../src/index.ts';

const PAGE = new URL('../../../docs/testing.md', import.meta.url);
const README = new URL('../README.md', import.meta.url);
const TABLE = /<!-- cases -->\n[\s\S]*<!-- \/cases -->/;

function casesTable(): string {
  const rows = testing.conformanceCases.map(
    ({ id, promise, skippedSince }) =>
      `| \`${id}\` | ${promise}${skippedSince ? ` (optional: skipped since “${skippedSince}” unless \`caps.can\` names it)` : ''} |`,
  );
  return `<!-- cases -->\n| case | promise |\n| --- | --- |\n${rows.join('\n')}\n<!-- /cases -->`;
}

it('docs/testing.md shows the cases as they are', () => {
  if (process.env.UPDATE_DOCS === '1')
    writeFileSync(
      PAGE,
      readFileSync(PAGE, 'utf8').replace(TABLE, () => casesTable()),
    );
  expect(TABLE.exec(readFileSync(PAGE, 'utf8'))?.[0]).toBe(casesTable());
});

it.each([PAGE, README])('%s names every route of the chaos server', (file) => {
  const page = readFileSync(file, 'utf8');
  const named = [...Object.keys(routes), 'gate'].filter((name) => !new RegExp(`\`/${name}\\b`).test(page));
  expect(named).toEqual([]);
});

it.each([PAGE, README])('%s names everything that is exported', (file) => {
  const page = readFileSync(file, 'utf8');
  expect(Object.keys(testing).filter((name) => !page.includes(name))).toEqual([]);
});
