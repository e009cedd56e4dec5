import { aborts } from './cases/aborts.ts';
import { circuit } from './cases/circuit.ts';
import { longRun } from './cases/long-run.ts';
import { tls } from './cases/tls.ts';
import { transparency } from './cases/transparency.ts';
import { verdicts } from './cases/verdicts.ts';
import type { ConformanceCase } from './conformance-case.ts';

/**
 * Every promise of the suite as a plain async function, for runners other than Vitest and for tests of the suite itself.
 *
 * @example
 * for (const each of conformanceCases) {
 *   if (reasonToSkip(each, adapter) === undefined) await each.run(adapter);
 * }
 */
export const conformanceCases: readonly ConformanceCase[] = [
  ...verdicts,
  ...tls,
  ...aborts,
  ...circuit,
  ...transparency,
  ...longRun,
];
