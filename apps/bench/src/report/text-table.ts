import { CASES } from '../cases.ts';
import type { Row } from '../row.ts';
import { cell } from './cell.ts';

/** One block a case, one line a subject: narrow enough for every terminal. */
export function textTable(rows: readonly Row[]): string {
  return CASES.map(({ name, title }) => {
    const own = rows.filter((row) => row.case === name);
    if (own.length === 0) return '';
    const lines = own.map((row) => `  ${row.subject.padEnd(12)}${cell(row).padStart(24)}${spread(row)}`);
    return `${title} [${name}]\n${lines.join('\n')}\n\n`;
  }).join('');
}

function spread({ nsMin, nsMax }: Row): string {
  return nsMin === undefined || nsMax === undefined ? '' : `   ${Math.round(nsMin)} to ${Math.round(nsMax)}`;
}
