import { clock } from '../../lib/format.ts';
import { markerLabel } from '../../lib/marker-words.ts';
import { useNow } from '../../lib/seconds.ts';
import { surroundings } from '../../lib/view.ts';
import { useMarkers } from '../../live/hooks.ts';
import { placeFlags } from './place-flags.ts';

/** More of them say nothing any more. */
const MOST = 60;

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
