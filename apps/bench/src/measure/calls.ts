import type { Recipe } from '../subjects/subject.ts';
import { medianChunk, timeCalls } from './chunks.ts';
import { type Effort, WARM_UP_MS } from './effort.ts';
import { median } from './median.ts';
import type { Switch } from './work.ts';

/** Calls in one chunk of failures: few, so that the chunk itself does not fill the window. */
const FAILING_CHUNK = 100;
/** And not many of them: a window said to hold 10,000 calls ends with 15,000. */
const FAILING_CHUNKS = 50;

export async function measureSuccess(recipe: Recipe, work: Switch, effort: Effort): Promise<number> {
  const call = callOf(recipe);
  await warmUp((calls) => timeCalls(call, calls), effort);
  const ranBefore = work.ran;
  let calls = 0;
  const ns = await medianChunk(effort, () => {
    calls += effort.chunkCalls;
    return timeCalls(call, effort.chunkCalls);
  });
  if (work.ran - ranBefore !== calls) throw new Error('the circuit opened: not every call ran');
  return ns;
}

/** @param guarded False for the bare call, which nothing refuses. */
export async function measureRefusal(
  recipe: Recipe,
  work: Switch,
  effort: Effort,
  guarded: boolean,
): Promise<number> {
  const call = callOf(recipe);
  if (guarded) await openCircuit(call, work);
  await warmUp((calls) => timeCalls(call, calls), effort);
  const ranBefore = work.ran;
  const ns = await medianChunk(effort, () => timeCalls(call, effort.chunkCalls));
  if (guarded && work.ran !== ranBefore) throw new Error('a call ran through an open circuit');
  return ns;
}

/** What a failing call costs, and how much that is beside one of a breaker that has just been made. */
export interface FailingCost {
  readonly ns: number;
  readonly ratioToEmpty: number;
}

/**
 * Chunks on a breaker whose window was filled, and on new ones with an empty window, take turns in one process: between
 * processes the heap differs more than the window does.
 */
export async function measureFailure(
  recipe: Recipe,
  work: Switch,
  effort: Effort,
  inWindow: number,
): Promise<FailingCost> {
  work.fails = true;
  const empty = async (calls: number): Promise<number> => {
    const breaker = recipe.make('empty');
    const ns = await timeFailing(recipe, breaker, work, calls);
    recipe.dispose?.(breaker);
    return ns;
  };
  // Many breakers, so that a cost that grows with the window does not eat the warm-up.
  await warmUp(empty, effort);
  if (inWindow === 0) {
    const ns = await medianChunk({ ...effort, mostChunks: FAILING_CHUNKS }, () => empty(FAILING_CHUNK));
    return { ns, ratioToEmpty: 1 };
  }
  const breaker = await filled(recipe, work, inWindow);
  const onEmpty: number[] = [];
  const ns = await medianChunk({ ...effort, mostChunks: FAILING_CHUNKS }, async () => {
    onEmpty.push(await empty(FAILING_CHUNK));
    return timeFailing(recipe, breaker, work, FAILING_CHUNK);
  });
  return { ns, ratioToEmpty: ns / median(onEmpty) };
}

async function timeFailing(recipe: Recipe, breaker: object, work: Switch, calls: number): Promise<number> {
  const ranBefore = work.ran;
  const ns = await timeCalls(() => recipe.call(breaker), calls);
  if (work.ran - ranBefore !== calls) throw new Error('the circuit opened: not every call ran');
  return ns;
}

export function callOf(recipe: Recipe): () => Promise<unknown> {
  const breaker = recipe.make('bench');
  return () => recipe.call(breaker);
}

async function filled(recipe: Recipe, work: Switch, calls: number): Promise<object> {
  const breaker = recipe.make('failing');
  work.fails = false;
  for (let i = 0; i < calls; i++) await recipe.call(breaker);
  work.fails = true;
  return breaker;
}

export async function openCircuit(call: () => Promise<unknown>, work: Switch): Promise<void> {
  work.fails = true;
  for (let left = 100; left > 0; left--) {
    const ranBefore = work.ran;
    await timeCalls(call, 1);
    if (work.ran === ranBefore) {
      work.fails = false;
      return;
    }
  }
  throw new Error('the circuit did not open');
}

const WARM_UP_CHUNK = 500;

export async function warmUp(run: (calls: number) => Promise<unknown>, effort: Effort): Promise<void> {
  const until = performance.now() + WARM_UP_MS;
  for (let done = 0; done < effort.warmUpCalls && performance.now() < until; done += WARM_UP_CHUNK)
    await run(WARM_UP_CHUNK);
}
