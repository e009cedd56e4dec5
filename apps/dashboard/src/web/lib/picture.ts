import { timeTicks } from '@cb/timeline/drawing';
import { drawLanes, type LaneRect } from './draw-lanes.ts';
import { exact } from './format.ts';
import { palette } from './palette.ts';
import { pixelRatio } from './paper.ts';
import { type StateSlug, wordOf } from './states.ts';
import type { Track } from './track.ts';

export interface PictureLane {
  name: string;
  /** What stands behind the name: a service. */
  of: string;
  /** At the right edge. */
  state: StateSlug;
  track: Track | undefined;
  size: 'row' | 'thin';
}

export interface Picture {
  title: string;
  lanes: readonly PictureLane[];
  from: number;
  to: number;
  /** Nothing is drawn after it. */
  until: number;
  knownUntil: number;
}

const WIDTH = 1200;
const EDGE = 24;
const LABEL = 280;
const WORD = 90;
const HEAD = 84;
const FOOT = 20;
const ROW = { row: 30, thin: 20 };
const FONT = 'Inter, system-ui, sans-serif';

/** Lanes with their names, a time axis, a title and the range, in the colours of the page: what somebody pastes into a report. */
export function drawPicture({ title, lanes, from, to, until, knownUntil }: Picture): HTMLCanvasElement {
  const ratio = pixelRatio();
  const height = HEAD + lanes.reduce((sum, { size }) => sum + ROW[size], 0) + FOOT;
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(WIDTH * ratio);
  canvas.height = Math.round(height * ratio);
  const ctx = canvas.getContext('2d');
  if (!ctx) return canvas;
  const colours = palette();
  ctx.scale(ratio, ratio);
  ctx.fillStyle = colours.surface;
  ctx.fillRect(0, 0, WIDTH, height);
  ctx.textBaseline = 'middle';
  write(ctx, title, EDGE, 28, { font: `600 18px ${FONT}`, colour: colours.text, room: WIDTH - 2 * EDGE });
  const range = `${exact(from)} → ${exact(to)}`;
  write(ctx, range, EDGE, 52, { font: `12px ${FONT}`, colour: colours.muted, room: WIDTH - 2 * EDGE });
  const plot = WIDTH - 2 * EDGE - LABEL - WORD;
  ctx.save();
  ctx.translate(EDGE + LABEL, 0);
  drawAxis(ctx, from, to, plot);
  ctx.restore();
  const rects: LaneRect[] = [];
  let top = HEAD;
  for (const lane of lanes) {
    const middle = top + ROW[lane.size] / 2;
    ctx.fillStyle = colours.line;
    if (lane.size === 'row') ctx.fillRect(EDGE, top, WIDTH - 2 * EDGE, 1);
    label(ctx, lane, middle);
    rects.push({ middle, size: lane.size, track: lane.track });
    top += ROW[lane.size];
  }
  ctx.save();
  ctx.translate(EDGE + LABEL, 0);
  drawLanes(ctx, rects, { from, to, width: plot, until, knownUntil }, colours);
  ctx.restore();
  return canvas;
}

function label(ctx: CanvasRenderingContext2D, lane: PictureLane, middle: number): void {
  const colours = palette();
  const font = lane.size === 'row' ? `500 13px ${FONT}` : `12px ${FONT}`;
  const indent = lane.size === 'row' ? 0 : 14;
  const room = LABEL - indent - 12;
  const width = write(ctx, lane.name, EDGE + indent, middle, { font, colour: colours.text, room });
  if (lane.of !== '' && room - width > 40) {
    write(ctx, lane.of, EDGE + indent + width + 8, middle, {
      font: `12px ${FONT}`,
      colour: colours.muted,
      room: room - width - 8,
    });
  }
  write(ctx, wordOf(lane.state), WIDTH - EDGE - WORD + 12, middle, {
    font: `12px ${FONT}`,
    colour: colours.text,
    room: WORD - 12,
  });
}

function drawAxis(ctx: CanvasRenderingContext2D, from: number, to: number, width: number): void {
  const colours = palette();
  ctx.font = `11px ${FONT}`;
  ctx.textAlign = 'center';
  for (const { t, label: text } of timeTicks(from, to, width)) {
    const x = Math.round(((t - from) / (to - from)) * width);
    ctx.fillStyle = colours.muted;
    ctx.fillText(text, x, HEAD - 14);
    ctx.fillStyle = colours.line;
    ctx.fillRect(x, HEAD - 5, 1, 5);
  }
  ctx.textAlign = 'left';
}

/** Text that fits: what does not is cut. Answers how wide it became. */
function write(
  ctx: CanvasRenderingContext2D,
  text: string,
  x: number,
  y: number,
  { font, colour, room }: { font: string; colour: string; room: number },
): number {
  ctx.font = font;
  ctx.fillStyle = colour;
  let said = text;
  while (said.length > 1 && ctx.measureText(said).width > room) said = `${said.slice(0, -2)}…`;
  ctx.fillText(said, x, y);
  return ctx.measureText(said).width;
}
