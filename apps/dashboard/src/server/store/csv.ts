export type Cell = string | number | null | undefined;

/** A program that opens the file may take a text that begins like this for a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/** Rows of text with a comma between cells, as RFC 4180 has it. Texts that look like formulas get an apostrophe in front. */
export function toCsv(header: readonly string[], rows: Iterable<readonly Cell[]>): string {
  let csv = toLine(header);
  for (const row of rows) csv += toLine(row);
  return csv;
}

function toLine(cells: readonly Cell[]): string {
  return `${cells.map(toCell).join(',')}\r\n`;
}

function toCell(cell: Cell): string {
  if (typeof cell !== 'string') return cell === null || cell === undefined ? '' : String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
