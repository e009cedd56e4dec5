import { LANE } from '@cb/protocol';
import { BLANK, fillColumns, type LaneView } from '@cb/timeline/drawing';
import { palette } from '../../lib/palette.ts';
import type { Track } from '../../lib/track.ts';

/** Height of one breaker, in pixels. A few get as much as a name needs. */
export function lineOf(breakers: number): number {
  if (breakers <= 40) return 14;
  return breakers <= 120 ? 6 : 2;
}

let columns = new Uint8Array(0);
let image: ImageData | undefined;
let sheet: HTMLCanvasElement | undefined;

/**
 * Lanes of a few pixels each, as an image: a rectangle for every run of thousands of lanes would take seconds a minute.
 * They are written a pixel high, one number a pixel, and drawn as high as a line is.
 */
export function paintFleetStrip(
  ctx: CanvasRenderingContext2D,
  tracks: readonly (Track | undefined)[],
  view: LaneView,
  line: number,
): void {
  const width = Math.floor(view.width);
  const height = tracks.length;
  if (width < 1 || height < 1) return;
  if (columns.length !== width) columns = new Uint8Array(width);
  if (image?.width !== width || image.height !== height) image = ctx.createImageData(width, height);
  const pixels = new Uint32Array(image.data.buffer);
  const colours = coloursOf();
  tracks.forEach((track, i) => {
    if (track) fillColumns(track, view, view.until, columns);
    else columns.fill(BLANK);
    const at = i * width;
    for (let x = 0; x < width; x++) pixels[at + x] = colours[columns[x] ?? BLANK] ?? 0;
  });
  sheet ??= document.createElement('canvas');
  if (sheet.width !== width || sheet.height !== height) {
    sheet.width = width;
    sheet.height = height;
  }
  sheet.getContext('2d')?.putImageData(image, 0, 0);
  ctx.imageSmoothingEnabled = false;
  ctx.drawImage(sheet, 0, 0, width, height * line);
  // Where there is room for it, one breaker ends before the next begins.
  const gap = line > 2 ? Math.max(1, Math.floor(line / 5)) : 0;
  for (let i = 0; gap > 0 && i < height; i++) ctx.clearRect(0, (i + 1) * line - gap, width, gap);
}

/** By code, as the numbers that a pixel is: closed is faint, so that all the rest stands out. */
function coloursOf(): number[] {
  const { closedSoft, halfOpenSolid, isolatedSolid, openSolid, noData } = palette();
  const colours: number[] = [];
  colours[LANE.noData] = pixelOf(noData, 0.35);
  colours[LANE.closed] = pixelOf(closedSoft, 0.45);
  colours[LANE.halfOpen] = pixelOf(halfOpenSolid, 1);
  colours[LANE.isolated] = pixelOf(isolatedSolid, 1);
  colours[LANE.open] = pixelOf(openSolid, 1);
  return colours;
}

/** `rgb(1, 2, 3)` as one number of four bytes, in the order in which every machine that runs browsers keeps them. */
function pixelOf(colour: unknown, alpha: number): number {
  const [red = 0, green = 0, blue = 0] = (String(colour).match(/[\d.]+/g) ?? []).map(Number);
  return ((Math.round(alpha * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}
