import type { Chapter } from './chapter.ts';
import { adaptiveThreshold } from './chapters/adaptive-threshold.ts';
import { concurrentCalls } from './chapters/concurrent-calls.ts';
import { everythingTogether } from './chapters/everything-together.ts';
import { fallbackCache } from './chapters/fallback-cache.ts';
import { normalWork } from './chapters/normal-work.ts';
import { opening } from './chapters/opening.ts';
import { recovery } from './chapters/recovery.ts';
import { refusals } from './chapters/refusals.ts';
import type { Page } from './page.ts';
import { startUpstream } from './upstream.ts';

export const CHAPTERS: readonly Chapter[] = [
  normalWork,
  opening,
  refusals,
  fallbackCache,
  recovery,
  concurrentCalls,
  adaptiveThreshold,
  everythingTogether,
];

/** @param only the number of a chapter, from 1 on; without one all are told. */
export async function takeTour(page: Page, only?: number): Promise<void> {
  const upstream = await startUpstream();
  try {
    for (const [index, chapter] of CHAPTERS.entries()) {
      if (only !== undefined && only !== index + 1) continue;
      page.title(`${index + 1}  ${chapter.title}`);
      upstream.behave({});
      await chapter.tell(page, upstream);
    }
  } finally {
    await upstream.close();
  }
}
