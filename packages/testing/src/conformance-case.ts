import type { AdapterUnderTest, CaseId } from './adapter-under-test.ts';
import type { Scene } from './scene.ts';
import { inScene } from './scene.ts';

/** One promise that an adapter keeps. */
export interface ConformanceCase {
  readonly id: CaseId;
  /** The promise, in one sentence. */
  readonly promise: string;
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
