import { CASES } from '../cases.ts';
import type { Row } from '../row.ts';
import { aside, cell } from './cell.ts';
import { verdicts } from './goals.ts';
import { NOT_SHOWN, wrapped } from './limits.ts';
import { type Circumstances, describe } from './machine.ts';

const HOW_TO_READ =
  'Medians; in brackets the ratio to the bare call of the same run, which is what should be compared; then the fastest and the ' +
  'slowest round.';

/** What the terminal shows: one block a case, one line a subject, then the goals that the run measured. */
export function textReport(rows: readonly Row[], about: Circumstances): string {
  const blocks = CASES.map(({ name, title }) => block(title, rowsOf(rows, name))).join('');
  return `${wrapped(`${describe(about)} ${HOW_TO_READ}`)}\n\n${blocks}${goalLines(rows)}${wrapped(NOT_SHOWN)}\n`;
}

function rowsOf(rows: readonly Row[], caseName: string): Row[] {
  return rows.filter((row) => row.case === caseName);
}

function block(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map((row) =>
    `  ${row.subject.padEnd(12)}${cell(row).padStart(24)}   ${aside(row)}`.trimEnd(),
  );
  return `${title} [${rows[0]?.case}]\n${lines.join('\n')}\n\n`;
}

function goalLines(rows: readonly Row[]): string {
  const lines = verdicts(rows).flatMap(({ says, limit, result }) =>
    result === undefined
      ? []
      : [`  ${result.reached ? 'reached    ' : 'NOT REACHED'} ${result.text.padStart(8)}  ${says}: ${limit}`],
  );
  return lines.length === 0 ? '' : `goals measured in this run, at most\n${lines.join('\n')}\n\n`;
}
