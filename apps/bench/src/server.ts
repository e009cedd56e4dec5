// What the dashboard's server costs, beside a naive one: `npm run bench:server`. Real processes and sockets on this machine.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { withSection } from './dashboard/docs-section.ts';
import { FULL, QUICK } from './dashboard/effort.ts';
import { measureDead } from './dashboard/measure-dead.ts';
import { measureFreeze } from './dashboard/measure-freeze.ts';
import { type LoadFigures, measureLoad } from './dashboard/measure-load.ts';
import { type DashboardFigures, textReport } from './dashboard/report.ts';
import { median } from './measure/median.ts';
import { circumstances } from './report/machine.ts';

const HELP = `bench:server: what the dashboard's server costs, beside a naive one

  --rounds N        interleaved rounds of the loads           (default 3, with --quick 1)
  --quick           shorter: figures to look at, not to quote
  --json FILE       write all figures
  --docs            write the section of docs/performance.md; a full run always does
  --help
`;
const PAGE = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));
const PRODUCERS = 10;
/** Breakers of each: together the most rows that the server keeps. */
const BREAKERS = 1_000;
const CALM = { producers: PRODUCERS, breakers: BREAKERS, rollupsPerSecond: 1, changesPerSecond: 10 };
const MANY = { ...CALM, rollupsPerSecond: 10 };
/** As many events of fewer breakers, and more state changes than the server keeps for a browser that falls behind. */
const STORM = { producers: PRODUCERS, breakers: 20, rollupsPerSecond: 50, changesPerSecond: 500 };

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean' },
    json: { type: 'string' },
    docs: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

const say = (what: string): void => void process.stderr.write(`${what}\n`);

async function measure(rounds: number): Promise<DashboardFigures> {
  const effort = values.quick ? QUICK : FULL;
  const about = circumstances(rounds, values.quick ?? false);
  const samples = { naive: [] as LoadFigures[], ours: [] as LoadFigures[], many: [] as LoadFigures[] };
  for (let round = 1; round <= rounds; round++) {
    say(`round ${round} of ${rounds}: 10,000 events/s, naive`);
    samples.naive.push(await measureLoad({ ...CALM, design: 'naive' }, effort));
    say(`round ${round} of ${rounds}: 10,000 events/s, ours`);
    samples.ours.push(await measureLoad({ ...CALM, design: 'ours' }, effort));
    say(`round ${round} of ${rounds}: 100,000 events/s, ours`);
    samples.many.push(await measureLoad({ ...MANY, design: 'ours' }, effort));
  }
  say('a frozen browser, ours');
  const frozen = await measureFreeze({ ...STORM, design: 'ours' }, effort);
  say('a frozen browser, naive');
  const naiveFrozen = await measureFreeze({ ...STORM, design: 'naive' }, effort);
  say('a dashboard that is gone');
  const dead = await measureDead(effort);
  const { naive, ours, many } = samples;
  return {
    about,
    naive: medians(naive),
    ours: medians(ours),
    many: medians(many),
    frozen,
    naiveFrozen,
    dead,
  };
}

function medians(samples: readonly LoadFigures[]): LoadFigures {
  const names = Object.keys(samples[0] as LoadFigures) as (keyof LoadFigures)[];
  const each = names.map((name) => [name, median(samples.map((sample) => sample[name]))]);
  return Object.fromEntries(each) as LoadFigures;
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
  if (!(Number.isInteger(rounds) && rounds > 0))
    throw new RangeError(`--rounds must be a whole number above 0, got ${values.rounds}`);
  const figures = await measure(rounds);
  process.stdout.write(textReport(figures));
  if (values.json) {
    await mkdir(dirname(values.json), { recursive: true });
    await writeFile(values.json, `${JSON.stringify(figures, null, 2)}\n`);
  }
  if (values.docs || !values.quick) {
    await writeFile(PAGE, withSection(await readFile(PAGE, 'utf8'), figures));
    say('docs/performance.md written');
  }
}

main().catch((error: unknown) => {
  console.error(`bench:server: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
