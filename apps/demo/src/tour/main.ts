/** The tour: what a circuit breaker and its neighbours do, in the terminal, against a real server on this machine. */
import { readTourCommand } from './command-line.ts';
import { createPage } from './page.ts';
import { CHAPTERS, takeTour } from './tour.ts';

const HELP = `What a circuit breaker and its neighbours do, in the terminal, against a real server on this machine.

  npm run tour [-- --chapter N]

${CHAPTERS.map(({ title }, index) => `  --chapter ${index + 1}  ${title}`).join('\n')}
  --help, -h   this text

✓ answered  ✗ failed  · turned away, nothing was sent. Each chapter is a short file in apps/demo/src/tour/chapters.
`;

async function main(): Promise<void> {
  const { chapter, help } = readTourCommand(process.argv.slice(2), CHAPTERS.length);
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const colour = process.stdout.isTTY === true && !process.env.NO_COLOR;
  const page = createPage((text) => process.stdout.write(text), colour);
  page.say('✓ answered  ✗ failed  · turned away, nothing was sent');
  await takeTour(page, chapter);
}

main().catch((error: unknown) => {
  console.error((error as Error).message);
  process.exitCode = 1;
});
