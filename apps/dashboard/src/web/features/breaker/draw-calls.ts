import type uPlot from 'uplot';
import { palette } from '../../lib/palette.ts';

/** One stacked bar a step on whole pixels: ok, failed, and grey for what was refused, which is no failure. */
export function drawCalls(self: uPlot): void {
  const [t, ok, fail, rejected] = self.data;
  if (!t || t.length < 2) return;
  const { ctx, bbox } = self;
  const colours = palette();
  const stack = [
    { column: ok, fill: colours.closedSoft },
    { column: fail, fill: colours.openSolid },
    { column: rejected, fill: colours.rejected },
  ];
  const step = (t[1] ?? 0) - (t[0] ?? 0);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  const gap = self.valToPos((t[0] ?? 0) + step, 'x', true) - self.valToPos(t[0] ?? 0, 'x', true) > 4 ? 1 : 0;
  for (let i = 0; i < t.length; i++) {
    const from = t[i] ?? 0;
    const left = Math.round(self.valToPos(from, 'x', true));
    const right = Math.round(self.valToPos(from + step, 'x', true));
    if (right < bbox.left || left > bbox.left + bbox.width) continue;
    let sum = 0;
    let bottom = Math.round(self.valToPos(0, 'y', true));
    for (const { column, fill } of stack) {
      const value = column?.[i] ?? 0;
      if (!value) continue;
      sum += value;
      // Few failures among many calls stay visible.
      const top = Math.min(bottom - 1, Math.round(self.valToPos(sum, 'y', true)));
      ctx.fillStyle = fill;
      ctx.fillRect(left, top, Math.max(1, right - left - gap), bottom - top);
      bottom = top;
    }
  }
  ctx.restore();
}
