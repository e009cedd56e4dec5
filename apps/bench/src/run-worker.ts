import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Case } from './cases.ts';
import type { Figures } from './row.ts';
import type { SubjectName } from './subjects/index.ts';

const run = promisify(execFile);
const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));
const LONGEST_MS = 120_000;
/** Room for a whole chunk of calls, so that no collection runs while bytes are counted. */
const NO_SCAVENGES = ['--min-semi-space-size=128', '--max-semi-space-size=128'];

/** Measures in a process of its own; null where the subject has no such set-up. */
export async function runWorker(
  subject: SubjectName,
  theCase: Case,
  effort: 'quick' | 'full',
): Promise<Figures | null> {
  const flags = ['--expose-gc', ...(theCase.measure === 'allocation' ? NO_SCAVENGES : [])];
  const { stdout } = await run(process.execPath, [...flags, WORKER, subject, theCase.name, effort], {
    timeout: LONGEST_MS,
  });
  return JSON.parse(stdout) as Figures | null;
}
