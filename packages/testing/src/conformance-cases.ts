import { aborts } from './cases/aborts.ts';
import { circuit } from './cases/circuit.ts';
import { transparency } from './cases/transparency.ts';
import { verdicts } from './cases/verdicts.ts';
import type { ConformanceCase } from './conformance-case.ts';

/**
 * Every promise of the suite as a plain async function, for runners other than Vitest and for tests of the suite itself.
 *
 * @example
 * for (const { id, run } of conformanceCases) await run(adapter).catch((error) => console.log(id, error.message));
 */
export const conformanceCases: readonly ConformanceCase[] = [
  ...verdicts,
  ...aborts,
  ...circuit,
  ...transparency,
];
