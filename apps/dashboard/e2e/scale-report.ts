import { readFileSync } from 'node:fs';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { visit } from './browser.ts';
import type { FleetLoad } from './fleet-load.ts';

/** What the page may cost at ten thousand breakers on twenty instances each, on a machine that does nothing else. */
export const GOALS = {
  firstLanesMs: 500,
  /** Of one core, while the numbers of what is on screen come ten times a second. */
  steadyMainThreadRatio: 0.2,
  scrollFrameP95Ms: 40,
} as const;

export type Figures = Record<keyof typeof GOALS, number> & {
  /** What of it the page's main thread was busy, which other programs move less. */
  firstLanesBusyMs: number;
  /** While the thousand services report, on the same machine. */
  firstLanesLivelyMs: number;
  longestFrameMs: number;
  scrollBusyMsPerFrame: number;
  pageHeapMb: number;
  serverRssMb: number;
};

/** Rounds of each where it matters: the first page takes the longest, since nothing is in any cache. */
const ROUNDS = { visits: 5, steady: 2 };
const ONCE = { visits: 1, steady: 1 };
const STEADY_MS = 6_000;
const SCROLLED_FRAMES = 200;

export interface Measured {
  browser: Browser;
  url: string;
  serverPid: number;
  load: FleetLoad;
  /** Once of each is enough to see that it can be measured. */
  often: boolean;
}

/**
 * Measures a few times and keeps the smallest of each: whatever else the machine does only adds to it. A thousand services
 * run on the same machine here, so pages are opened while they are silent, and again while they report every five seconds;
 * then they are scrolled too. The numbers on screen come ten times a second while the fleet reports every second.
 */
export async function measure({ browser, url, serverPid, load, often }: Measured): Promise<Figures> {
  const { visits: visiting, steady: staying } = often ? ROUNDS : ONCE;
  load.become('quiet');
  const visits = await rounds(visiting, () => measureVisit(browser, url));
  load.become('lively');
  const lively = await rounds(visiting, () => measureScroll(browser, url));
  load.become('busy');
  const steady = await rounds(staying, () => measureSteady(browser, url));
  return { ...visits, ...lively, ...steady, serverRssMb: rssOf(serverPid) };
}

async function rounds<T extends Record<string, number>>(many: number, once: () => Promise<T>): Promise<T> {
  const smallest: Record<string, number> = {};
  for (let i = 0; i < many; i++) {
    for (const [key, value] of Object.entries(await once())) {
      smallest[key] = Math.min(smallest[key] ?? Number.POSITIVE_INFINITY, value);
    }
  }
  return smallest as T;
}

async function measureVisit(browser: Browser, url: string) {
  const { page, session, firstLanesMs } = await visitAndTime(browser, url);
  const { busyMs } = await metricsOf(session);
  await page.context().close();
  return { firstLanesMs, firstLanesBusyMs: busyMs };
}

async function measureScroll(browser: Browser, url: string) {
  const { page, session, firstLanesMs } = await visitAndTime(browser, url);
  const opened = await metricsOf(session);
  const frames = await scroll(page);
  const scrolled = await metricsOf(session);
  await page.context().close();
  return {
    firstLanesLivelyMs: firstLanesMs,
    scrollFrameP95Ms: frames.p95,
    longestFrameMs: frames.longest,
    scrollBusyMsPerFrame: (scrolled.busyMs - opened.busyMs) / SCROLLED_FRAMES,
  };
}

async function measureSteady(browser: Browser, url: string) {
  const { page, session } = await visitAndTime(browser, `${url}?hz=10`);
  await page.locator('.fleet-row .cell-number', { hasText: /^\d/ }).first().waitFor();
  const before = await metricsOf(session);
  const startedAt = performance.now();
  await page.waitForTimeout(STEADY_MS);
  const after = await metricsOf(session);
  const tookMs = performance.now() - startedAt;
  await page.context().close();
  return {
    steadyMainThreadRatio: (after.busyMs - before.busyMs) / tookMs,
    pageHeapMb: after.heapMb,
  };
}

declare global {
  interface Window {
    /** When the first lane was drawn, since the page was asked for. */
    firstLanesAt?: number;
  }
}

async function visitAndTime(
  browser: Browser,
  url: string,
): Promise<{ page: Page; session: CDPSession; firstLanesMs: number }> {
  let session: CDPSession | undefined;
  const { page } = await visit(browser, url, {}, async (fresh) => {
    await fresh.addInitScript(noteFirstLanes);
    session = await fresh.context().newCDPSession(fresh);
    // Time of the thread itself: not of whatever else runs on its core.
    await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  });
  await page.waitForFunction(() => window.firstLanesAt !== undefined);
  const firstLanesMs = await page.evaluate(() => window.firstLanesAt ?? Number.POSITIVE_INFINITY);
  return { page, session: session as CDPSession, firstLanesMs };
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

async function metricsOf(session: CDPSession): Promise<{ busyMs: number; heapMb: number }> {
  const { metrics } = await session.send('Performance.getMetrics');
  const value = (wanted: string): number => metrics.find(({ name }) => name === wanted)?.value ?? Number.NaN;
  return { busyMs: value('TaskDuration') * 1_000, heapMb: value('JSHeapUsedSize') / 2 ** 20 };
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
    `first lanes             ${goal('firstLanesMs', 1, 'ms')}, ${figures.firstLanesBusyMs.toFixed(0)} ms of them busy; ${figures.firstLanesLivelyMs.toFixed(0)} ms while the fleet reports`,
    `main thread at 10 Hz    ${goal('steadyMainThreadRatio', 100, '%')}`,
    `scrolling, frame p95    ${goal('scrollFrameP95Ms', 1, 'ms')}, longest ${figures.longestFrameMs.toFixed(0)} ms, ${figures.scrollBusyMsPerFrame.toFixed(1)} ms of each busy`,
    `memory                  page ${figures.pageHeapMb.toFixed(0)} MB of heap, server ${figures.serverRssMb.toFixed(0)} MB resident`,
  ].join('\n');
}
