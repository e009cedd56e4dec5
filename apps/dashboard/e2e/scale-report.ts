import { readFileSync } from 'node:fs';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { type Visit, visit } from './browser.ts';

/** What the page may cost at ten thousand breakers on twenty instances each, on a machine that does nothing else. */
export const GOALS = {
  firstLanesMs: 500,
  /** Of one core, while the numbers of what is on screen come ten times a second. */
  steadyMainThreadRatio: 0.2,
  scrollFrameP95Ms: 40,
} as const;

export type Figures = Record<keyof typeof GOALS, number> & {
  longestFrameMs: number;
  pageHeapMb: number;
  serverRssMb: number;
};

const ROUNDS = 3;
const STEADY_MS = 6_000;
const SCROLLED_FRAMES = 200;

/** Measures a few times and keeps the smallest of each: whatever else the machine does only adds to it. */
export async function measure(browser: Browser, url: string, serverPid: number): Promise<Figures> {
  const rounds: Figures[] = [];
  for (let i = 0; i < ROUNDS; i++) rounds.push(await measureOnce(browser, url, serverPid));
  const [first, ...others] = rounds as [Figures, ...Figures[]];
  const smallest = { ...first };
  for (const each of others) {
    for (const key of Object.keys(smallest) as (keyof Figures)[]) {
      smallest[key] = Math.min(smallest[key], each[key]);
    }
  }
  return smallest;
}

async function measureOnce(browser: Browser, url: string, serverPid: number): Promise<Figures> {
  const visited = await visitAndTime(browser, `${url}?hz=10`);
  const { page } = visited;
  const firstLanesMs = await page.evaluate(() => window.firstLanesAt ?? Number.POSITIVE_INFINITY);
  const session = await page.context().newCDPSession(page);
  // Time of the thread itself: not of whatever else runs on its core.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await metricsOf(session);
  const startedAt = performance.now();
  await page.waitForTimeout(STEADY_MS);
  const after = await metricsOf(session);
  const tookMs = performance.now() - startedAt;
  const busy = (after.get('TaskDuration') ?? 0) - (before.get('TaskDuration') ?? 0);
  const frames = await scroll(page);
  const figures: Figures = {
    firstLanesMs,
    steadyMainThreadRatio: (busy * 1_000) / tookMs,
    scrollFrameP95Ms: frames.p95,
    longestFrameMs: frames.longest,
    pageHeapMb: (after.get('JSHeapUsedSize') ?? 0) / 2 ** 20,
    serverRssMb: rssOf(serverPid),
  };
  await page.context().close();
  return figures;
}

declare global {
  interface Window {
    /** When the first lane was drawn, since the page was asked for. */
    firstLanesAt?: number;
  }
}

async function visitAndTime(browser: Browser, url: string): Promise<Visit> {
  const visited = await visit(browser, url, {}, (page) => page.addInitScript(noteFirstLanes));
  await visited.page.waitForFunction(() => window.firstLanesAt !== undefined);
  return visited;
}

/** Runs in the page before anything of its own does. */
function noteFirstLanes(): void {
  const { prototype } = CanvasRenderingContext2D;
  const fillRect = Object.getOwnPropertyDescriptor(prototype, 'fillRect')?.value as typeof prototype.fillRect;
  prototype.fillRect = function (...box) {
    if (this.canvas.className === 'lane-canvas') window.firstLanesAt ??= performance.now();
    fillRect.apply(this, box);
  };
}

async function metricsOf(session: CDPSession): Promise<ReadonlyMap<string, number>> {
  const { metrics } = await session.send('Performance.getMetrics');
  return new Map(metrics.map(({ name, value }) => [name, value]));
}

/** Two rows further in every frame, so that other rows are looked at all the time. */
async function scroll(page: Page): Promise<{ p95: number; longest: number }> {
  return await page.evaluate(
    (count) =>
      new Promise<{ p95: number; longest: number }>((resolve) => {
        const gaps: number[] = [];
        let last = performance.now();
        const step = (): void => {
          const now = performance.now();
          gaps.push(now - last);
          last = now;
          scrollBy(0, 60);
          if (gaps.length < count) requestAnimationFrame(step);
          else {
            gaps.sort((a, b) => a - b);
            resolve({ p95: gaps[Math.floor(count * 0.95)] ?? 0, longest: gaps.at(-1) ?? 0 });
          }
        };
        requestAnimationFrame(step);
      }),
    SCROLLED_FRAMES,
  );
}

/** Where the system does not say, nothing is said. */
function rssOf(pid: number): number {
  try {
    const kb = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kb) / 1_024;
  } catch {
    return Number.NaN;
  }
}

export function lines(figures: Figures): string {
  const goal = (key: keyof typeof GOALS, factor: number, unit: string): string =>
    `${(figures[key] * factor).toFixed(factor === 1 ? 0 : 1)} ${unit} (goal: under ${GOALS[key] * factor})`;
  return [
    `first lanes             ${goal('firstLanesMs', 1, 'ms')}`,
    `main thread at 10 Hz    ${goal('steadyMainThreadRatio', 100, '%')}`,
    `scrolling, frame p95    ${goal('scrollFrameP95Ms', 1, 'ms')}, longest ${figures.longestFrameMs.toFixed(0)} ms`,
    `memory                  page ${figures.pageHeapMb.toFixed(0)} MB of heap, server ${figures.serverRssMb.toFixed(0)} MB resident`,
  ].join('\n');
}
