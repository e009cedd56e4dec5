import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { CASES, type Case, isSteady } from './cases.ts';
import { sectionOf } from './dashboard/docs-section.ts';
import { docsPage } from './report/docs-page.ts';
import { circumstances } from './report/machine.ts';
import { textReport } from './report/text-report.ts';
import { rowsOf, type Sample } from './rows.ts';
import { runWorker } from './run-worker.ts';
import { SUBJECT_NAMES, type SubjectName } from './subjects/index.ts';

const HELP = `bench: what a breaker costs, beside its peers

  --rounds N        interleaved rounds                        (default 5, with --quick 1)
  --quick           fewer calls and breakers: figures to look at, not to quote
  --case NAME       only this case, may be repeated           (${CASES.map(({ name }) => name).join(', ')})
  --subject NAME    only this subject, may be repeated; bare always runs
                    (${SUBJECT_NAMES.join(', ')})
  --json FILE       write { case, subject, nsMedian, ratioToBare, … } per row; what is not a time has a field of its own
  --docs            write docs/performance.md; a full run always does
  --help
`;
const PAGE = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));

const { values } = parseArgs({
  options: {
    rounds: { type: 'string' },
    quick: { type: 'boolean' },
    case: { type: 'string', multiple: true },
    subject: { type: 'string', multiple: true },
    json: { type: 'string' },
    docs: { type: 'boolean' },
    help: { type: 'boolean', short: 'h' },
  },
});

/** What is measured in a row, round by round, so that a slow minute of the machine hits every subject. */
function* plan(rounds: number): Generator<readonly [SubjectName, Case]> {
  for (let round = 0; round < rounds; round++) {
    for (const theCase of CASES) {
      if (round > 0 && isSteady(theCase)) continue;
      if (values.case && !values.case.includes(theCase.name)) continue;
      for (const subject of theCase.only ?? SUBJECT_NAMES) {
        if (subject === 'bare' || !values.subject || values.subject.includes(subject))
          yield [subject, theCase];
      }
    }
  }
}

async function main(): Promise<void> {
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const rounds = Number(values.rounds ?? (values.quick ? 1 : 5));
  if (!(Number.isInteger(rounds) && rounds > 0))
    throw new RangeError(`--rounds must be a whole number above 0, got ${values.rounds}`);
  refuseUnknown(
    '--case',
    values.case,
    CASES.map(({ name }) => name),
  );
  refuseUnknown('--subject', values.subject, SUBJECT_NAMES);

  const about = circumstances(rounds, values.quick ?? false);
  const samples: Sample[] = [];
  const steps = [...plan(rounds)];
  for (const [done, [subject, theCase]] of steps.entries()) {
    process.stderr.write(`${done + 1}/${steps.length} ${theCase.name}: ${subject}\n`);
    const figures = await runWorker(subject, theCase, values.quick ? 'quick' : 'full');
    if (figures !== null) samples.push({ case: theCase.name, subject, figures });
  }
  const rows = rowsOf(samples);
  process.stdout.write(textReport(rows, about));
  if (values.json) {
    await mkdir(dirname(values.json), { recursive: true });
    await writeFile(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  }
  const isFull = !values.quick && !values.case && !values.subject;
  if (values.docs || isFull) {
    const other = sectionOf(await readFile(PAGE, 'utf8').catch(() => ''));
    await writeFile(PAGE, `${docsPage(rows, about)}${other === '' ? '' : `\n${other}\n`}`);
    process.stderr.write('docs/performance.md written\n');
  }
}

function refuseUnknown(option: string, given: readonly string[] | undefined, known: readonly string[]): void {
  for (const name of given ?? [])
    if (!known.includes(name))
      throw new RangeError(`${option} must be one of ${known.join(', ')}, got ${name}`);
}

main().catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
