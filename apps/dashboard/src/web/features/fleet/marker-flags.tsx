import type { Marker } from '@cb/protocol';
import type { TimeWindow } from '../../lib/columns.ts';
import { clock } from '../../lib/format.ts';
import { markerLabel } from '../../lib/marker-words.ts';
import { useNow } from '../../lib/seconds.ts';
import { surroundings } from '../../lib/view.ts';
import { useMarkers } from '../../live/hooks.ts';

/** More of them say nothing any more. */
const MOST = 60;
/** Rough width of a character of the labels. */
const CHAR_PX = 6;

/** Deploys and notes over the strip: a triangle for each, with its text where there is room. */
export function MarkerFlags({ width }: { width: number }) {
  useNow();
  const markers = useMarkers();
  const { from, to } = surroundings();
  const shown = markers.filter(({ t }) => t >= from && t <= to).slice(-MOST);
  const flags = placeFlags(shown, { from, to }, width);
  return (
    <ul className="flags" aria-label="Deploys and notes">
      {flags.map(({ marker, x, side }) => (
        <li
          key={marker.marker}
          className={`flag flag-${side}`}
          data-marker={marker.marker}
          style={{ left: x }}
          title={`${clock(marker.t)} ${markerLabel(marker)}${marker.service ? ` (${marker.service})` : ''}`}
        >
          <svg width="9" height="8" viewBox="0 0 9 8" aria-hidden="true">
            <path d="M4.5 0 9 8H0Z" />
          </svg>
          <span className={side === 'none' ? 'hidden' : undefined}>{markerLabel(marker)}</span>
        </li>
      ))}
    </ul>
  );
}

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
