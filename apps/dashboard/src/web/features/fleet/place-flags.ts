import type { Marker } from '@cb/protocol';
import type { TimeWindow } from '@cb/timeline/drawing';
import { markerLabel } from '../../lib/marker-words.ts';

/** Rough width of a character of the labels. */
const CHAR_PX = 6;

interface Flag {
  marker: Marker;
  x: number;
  side: 'right' | 'left' | 'none';
}

/** A text stands to the right of its sign, or to the left of it, where it meets no other. */
export function placeFlags(markers: readonly Marker[], window: TimeWindow, width: number): Flag[] {
  const perMs = width / (window.to - window.from);
  const xs = markers.map(({ t }) => (t - window.from) * perMs);
  let taken = 0;
  return markers.map((marker, i) => {
    const x = xs[i] ?? 0;
    const chars = markerLabel(marker).length * CHAR_PX + 12;
    const next = xs[i + 1] ?? width;
    const side = x + chars <= next ? 'right' : x - chars >= taken ? 'left' : 'none';
    taken = side === 'right' ? x + chars : x + 6;
    return { marker, x, side };
  });
}
