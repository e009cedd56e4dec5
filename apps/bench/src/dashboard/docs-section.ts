import { wrapped } from '../report/limits.ts';
import { describe } from '../report/machine.ts';
import { type DashboardFigures, goalLines, loadTable, NOT_SHOWN, sentences } from './report.ts';

/** Around the section of `docs/performance.md` that this bench writes; the other bench leaves it as it is. */
const BEGIN = '<!-- npm run bench:server writes from here -->';
const END = '<!-- to here -->';

/** What the page holds between the marks, and they themselves; nothing where there are none. */
export function sectionOf(page: string): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  return from === -1 || to === -1 ? '' : page.slice(from, to + END.length);
}

/** The page with these figures in its section, which comes last where there was none. */
export function withSection(page: string, figures: DashboardFigures): string {
  const before = sectionOf(page);
  const section = `${BEGIN}\n\n${sectionText(figures)}\n${END}`;
  return before === '' ? `${page.trimEnd()}\n\n${section}\n` : page.replace(before, () => section);
}

function sectionText(figures: DashboardFigures): string {
  return `## The dashboard server

Written by \`npm run bench:server\`. ${describe(figures.about)}

Ten services, a thousand breakers each, and ten browsers. An event is one breaker's row of counters; state changes come on top. The
naive server is forty lines as a tutorial would have them (\`apps/bench/src/dashboard/naive-dashboard.ts\`): it sends every event on to
every browser. CPU time is that of the server's process alone, medians of the rounds.

${loadTable(figures)}

${sentences(figures).map(wrapped).join('\n\n')}

| goal | | measured |
|---|---|---:|
${goalLines(figures)}

How it is measured: every part is a process of its own, talking over sockets on this machine. A service of ours sends one rollup of its
thousand breakers a second, in messages of 48 KiB at most, or ten; a naive one sends each event by itself. A browser of ours watches 48
rows at four frames a second and returns its credit; it is told state changes of the whole fleet. Each message is read; of the naive
server's, one in 25. Latencies run from the moment that the service names to the moment at which the browser has read the message: of ours
they hold the wait for the next frame, up to 250 ms. While a browser is frozen there are 500 state changes a second, and the server's
stores are small and full, so that what grows is what waits. A run whose server refused any message fails. RSS of ours holds charts of
10,000 breakers, the naive server keeps nothing but the last event of each.

${wrapped(NOT_SHOWN.replace('What it does not show: r', 'It does not show r'))}
`;
}
