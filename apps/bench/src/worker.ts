// One (subject, case) per process: what one subject does to the optimiser and the heap must not be paid by the next.
import { CASES, type Case } from './cases.ts';
import { measureFailure, measureRefusal, measureSettle, measureSuccess } from './measure/calls.ts';
import { type Effort, FULL, QUICK } from './measure/effort.ts';
import { measureIdleCpu } from './measure/idle-cpu.ts';
import { measureMemory } from './measure/memory.ts';
import { createWork } from './measure/work.ts';
import type { Figures } from './row.ts';
import { SUBJECTS, type SubjectName } from './subjects/index.ts';

/** Undefined where the subject has no such set-up. */
async function measure(
  subjectName: SubjectName,
  theCase: Case,
  effort: Effort,
): Promise<Figures | undefined> {
  const subject = await SUBJECTS[subjectName]();
  const work = createWork();
  // Idle breakers of a library without a time window are those that it has.
  const orElse = theCase.measure === 'idle-cpu' ? 'count' : theCase.setUp;
  const recipe = subject.recipe(theCase.setUp, work.run) ?? subject.recipe(orElse, work.run);
  if (recipe === undefined) return undefined;
  switch (theCase.measure) {
    case 'success':
      return { nsMedian: await measureSuccess(recipe, work, effort) };
    case 'refusal':
      return { nsMedian: await measureRefusal(recipe, work, effort, subjectName !== 'bare') };
    case 'failure':
      return { nsMedian: await measureFailure(recipe, work, effort, theCase.inWindow) };
    case 'settle': {
      const nsMedian = await measureSettle(subject, effort);
      return nsMedian === undefined ? undefined : { nsMedian };
    }
    case 'memory':
      return measureMemory(recipe, effort);
    case 'idle-cpu':
      return { nsMedian: null, ...(await measureIdleCpu(recipe, effort)) };
  }
}

const [subjectName, caseName, effort] = process.argv.slice(2);
const theCase = CASES.find(({ name }) => name === caseName);
if (theCase === undefined) throw new Error(`no case ${caseName}`);
const figures = await measure(subjectName as SubjectName, theCase, effort === 'quick' ? QUICK : FULL);
// Some subjects leave timers behind that would keep the process alive.
process.stdout.write(JSON.stringify(figures ?? null), () => process.exit(0));
