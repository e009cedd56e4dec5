import type { AdapterUnderTest, CaseId, OptionalCaseId } from './adapter-under-test.ts';
import type { Scene } from './scene.ts';
import { inScene } from './scene.ts';

/** One promise that an adapter keeps. */
export interface ConformanceCase {
  readonly id: CaseId;
  /** The promise, in one sentence. */
  readonly promise: string;
  /** For a case that runs only where `caps.can` names it: why it is skipped elsewhere. */
  readonly skippedSince?: string;
  /** Resolves when the adapter keeps the promise, rejects when it does not. Starts and stops its own server. */
  readonly run: (adapter: AdapterUnderTest) => Promise<void>;
}

/** Makes a case out of what happens in its scene. */
export function promise(
  id: CaseId,
  sentence: string,
  scene: (scene: Scene) => Promise<void>,
): ConformanceCase {
  return { id, promise: sentence, run: (adapter) => inScene(adapter, scene) };
}

/** Makes a case about something that most hosts do not have. */
export function optionalPromise(
  id: OptionalCaseId,
  sentence: string,
  skippedSince: string,
  scene: (scene: Scene) => Promise<void>,
): ConformanceCase {
  return { ...promise(id, sentence, scene), skippedSince };
}

/** Why a case is not run with an adapter; undefined where it is. For runners other than Vitest. */
export function reasonToSkip(
  { id, skippedSince }: ConformanceCase,
  { caps }: AdapterUnderTest,
): string | undefined {
  const able: readonly CaseId[] = caps?.can ?? [];
  return caps?.cannot?.[id] ?? (able.includes(id) ? undefined : skippedSince);
}
