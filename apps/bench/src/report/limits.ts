/** What no figure here says; printed below every table. */
export const NOT_SHOWN: string =
  'What it does not show: real dependencies and networks, the cost of listeners and of a connected dashboard, other versions of ' +
  'Node, browsers, and what a wrong decision costs. None of these figures says whether a breaker opens when it should.';

/** Columns of a page of text. */
const WIDTH = 118;

export function wrapped(text: string): string {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) as string;
    if (line.length + word.length + 1 > WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines.join('\n');
}
