// One (subject, case) per process: what one subject does to the optimiser and the heap must not be paid by the next.
import { CASES, type Case } from './cases.ts';
import { CLIENTS } from './clients/index.ts';
import { measureAllocation } from './measure/allocation.ts';
import { measureFailure, measureRefusal, measureSuccess } from './measure/calls.ts';
import { measureClientCalls } from './measure/client-calls.ts';
import { type Effort, FULL, QUICK } from './measure/effort.ts';
import { measureIdleCpu } from './measure/idle-cpu.ts';
import { measureLiveLoad } from './measure/live-load.ts';
import { createLiveWork } from './measure/live-work.ts';
import { measureLookUp } from './measure/look-up.ts';
import { measureMemory } from './measure/memory.ts';
import { measureSettle } from './measure/settle.ts';
import { createWork } from './measure/work.ts';
import type { Figures } from './row.ts';
import { SUBJECTS, type SubjectName } from './subjects/index.ts';
import type { Recipe, SetUp, Work } from './subjects/subject.ts';

/** Undefined where the subject has no such set-up. */
async function measure(
  subjectName: SubjectName,
  theCase: Case,
  effort: Effort,
): Promise<Figures | undefined> {
  const subject = await SUBJECTS[subjectName]();
  const guarded = subjectName !== 'bare';
  const using = async <T>(
    run: Work,
    measured: (recipe: Recipe) => Promise<T>,
    setUp: SetUp = theCase.setUp,
  ): Promise<T | undefined> => {
    const recipe = subject.recipe(setUp, run);
    return recipe === undefined ? undefined : measured(recipe);
  };
  const work = createWork();
  switch (theCase.measure) {
    case 'success': {
      const run = theCase.callee === 'sync' ? work.runSync : work.run;
      return timed(await using(run, (recipe) => measureSuccess(recipe, work, effort)));
    }
    case 'client': {
      const client = await CLIENTS[theCase.client](work.run);
      const adapted = subject.adapter?.(theCase.setUp, client);
      const timedBy = (recipe: Recipe): Promise<number> => measureClientCalls(recipe, work, effort);
      return timed(await (adapted ? timedBy(adapted) : using(client.call, timedBy)));
    }
    case 'refusal':
      return timed(await using(work.run, (recipe) => measureRefusal(recipe, work, effort, guarded)));
    case 'failure': {
      const { inWindow } = theCase;
      const cost = await using(work.run, (recipe) => measureFailure(recipe, work, effort, inWindow));
      return cost === undefined ? undefined : { nsMedian: cost.ns, ratioToEmpty: cost.ratioToEmpty };
    }
    case 'settle':
      return timed(await measureSettle(subject, effort));
    case 'look-up':
      return timed(await measureLookUp(subject, effort));
    case 'live-load': {
      const live = createLiveWork();
      return untimed(await using(live.run, (recipe) => measureLiveLoad(recipe, live, effort)));
    }
    case 'allocation': {
      const open = theCase.circuit === 'open' && guarded;
      return untimed(await using(work.run, (recipe) => measureAllocation(recipe, work, effort, open)));
    }
    case 'memory':
      return using(work.run, (recipe) => measureMemory(recipe, effort));
    case 'idle-cpu': {
      const idle = (recipe: Recipe): ReturnType<typeof measureIdleCpu> => measureIdleCpu(recipe, effort);
      // Idle breakers of a library without a time window are those that it has.
      return untimed((await using(work.run, idle)) ?? (await using(work.run, idle, 'count')));
    }
  }
}

function timed(nsMedian: number | undefined): Figures | undefined {
  return nsMedian === undefined ? undefined : { nsMedian };
}

function untimed(figures: Omit<Figures, 'nsMedian'> | undefined): Figures | undefined {
  return figures === undefined ? undefined : { nsMedian: null, ...figures };
}

const [subjectName, caseName, effort] = process.argv.slice(2);
const theCase = CASES.find(({ name }) => name === caseName);
if (theCase === undefined) throw new Error(`no case ${caseName}`);
const figures = await measure(subjectName as SubjectName, theCase, effort === 'quick' ? QUICK : FULL);
// Some subjects leave timers behind that would keep the process alive.
process.stdout.write(JSON.stringify(figures ?? null), () => process.exit(0));
