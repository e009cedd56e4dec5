import { LANE, type LaneCounts, type Overview } from '@cb/protocol';
import { type TimeWindow, timeTicks } from '@cb/timeline/drawing';
import type { Surface } from '../../components/time-canvas.tsx';
import { palette } from '../../lib/palette.ts';

const STACK = [LANE.open, LANE.isolated, LANE.halfOpen] as const;
/** Height of the times below the plot. */
const TIMES = 15;
const FONT = '11px Inter, system-ui, sans-serif';
/** A single breaker of a small fleet does not fill the plot. */
const LEAST_TOP = 4;

/** Rows that were not closed: the most at once, to which the plot is scaled. */
export function peakOf({ counts }: Overview): number {
  let peak = 0;
  for (let i = 0; i < (counts[0]?.length ?? 0); i++) peak = Math.max(peak, heightAt(counts, i));
  return peak;
}

function heightAt(counts: readonly (readonly number[])[], bucket: number): number {
  return STACK.reduce((sum, code) => sum + (counts[code]?.[bucket] ?? 0), 0);
}

/** @param now What is so at present, which the newest answer may not have yet. */
export function paintOverview(
  { ctx, width, height }: Surface,
  window: TimeWindow,
  overview: Overview | undefined,
  now: LaneCounts,
): void {
  const colours = palette();
  const bottom = height - TIMES;
  ctx.fillStyle = colours.line;
  ctx.fillRect(0, bottom - 1, width, 1);
  paintTimes(ctx, window, width, height);
  if (!overview) return;
  const { from, bucketMs, buckets, counts } = overview;
  const fills = [colours.open, colours.isolated, colours.halfOpen];
  const present = STACK.reduce((sum, code) => sum + now[code], 0);
  const top = Math.max(LEAST_TOP, peakOf(overview), present);
  const perMs = width / (window.to - window.from);
  for (let i = 0; i < buckets; i++) {
    const x = Math.round((from + i * bucketMs - window.from) * perMs);
    const end = Math.round((from + (i + 1) * bucketMs - window.from) * perMs);
    if (end <= 0 || x >= width) continue;
    let y = bottom;
    STACK.forEach((code, k) => {
      const count = Math.max(counts[code]?.[i] ?? 0, i === buckets - 1 ? now[code] : 0);
      if (count === 0) return;
      const h = Math.max(1.5, (count / top) * bottom * 0.96);
      ctx.fillStyle = fills[k] ?? colours.open;
      ctx.fillRect(x, y - h, Math.max(1, end - x), h);
      y -= h;
    });
  }
}

function paintTimes(ctx: CanvasRenderingContext2D, window: TimeWindow, width: number, height: number): void {
  const perMs = width / (window.to - window.from);
  ctx.font = FONT;
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'center';
  ctx.fillStyle = palette().muted;
  for (const { t, label } of timeTicks(window.from, window.to, width)) {
    const x = Math.round((t - window.from) * perMs);
    const half = ctx.measureText(label).width / 2;
    if (x - half >= 0 && x + half <= width) ctx.fillText(label, x, height + 1);
  }
}
