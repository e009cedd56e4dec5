import { type EventRecord, isWebUrl, laneOf, type Marker } from '@cb/protocol';
import { Glyph } from '../../components/glyph.tsx';
import { serverNow } from '../../lib/clock.ts';
import { clock, day, exact } from '../../lib/format.ts';
import { setHoverTime } from '../../lib/hover.ts';
import { markerLabel } from '../../lib/marker-words.ts';
import { slugOf } from '../../lib/states.ts';
import { timeWindow, useView } from '../../lib/view.ts';
import { eventLine } from '../../lib/why.ts';
import { useMarkers } from '../../live/hooks.ts';
import type { Events } from './use-events.ts';

/** Every change in the range on screen, and what was deployed meanwhile, newest first: the lane in words. */
export function EventLog({ events, more, loaded, service }: Events & { service: string }) {
  useView();
  const { from, to } = timeWindow();
  const marked = useMarkers().filter(
    (marker) =>
      marker.t >= from && marker.t <= to && (marker.service === undefined || marker.service === service),
  );
  const entries = [...events, ...marked].sort((a, b) => b.t - a.t);
  const today = day(serverNow());
  return (
    <section className="panel events" aria-label="Events">
      <h2>Events</h2>
      {loaded && events.length === 0 && <p className="muted">No change of state in this range.</p>}
      <ol>
        {entries.map((entry) => (
          <li
            key={'event' in entry ? `e${entry.event}` : `m${entry.marker}`}
            {...('event' in entry ? { 'data-event': entry.event } : { 'data-marker': entry.marker })}
            onPointerEnter={() => setHoverTime(entry.t)}
            onPointerLeave={() => setHoverTime(null)}
          >
            <time dateTime={new Date(entry.t).toISOString()} title={exact(entry.t)}>
              {day(entry.t) === today ? '' : `${day(entry.t)} `}
              {clock(entry.t)}
            </time>
            {'event' in entry ? <Changed event={entry} /> : <Marked marker={entry} />}
          </li>
        ))}
      </ol>
      {more && <p className="muted">Older ones: show an earlier range.</p>}
    </section>
  );
}

function Changed({ event }: { event: EventRecord }) {
  return (
    <>
      <Glyph state={slugOf(laneOf(event.to, event.mode))} size={15} />
      <span className="event-what">
        {eventLine(event)} <span className="event-where">{event.instance}</span>
      </span>
    </>
  );
}

function Marked({ marker }: { marker: Marker }) {
  const label = markerLabel(marker);
  return (
    <>
      <svg className="marker-sign" width="15" height="15" viewBox="0 0 15 15" aria-hidden="true">
        <path d="M7.5 3 12 11H3Z" />
      </svg>
      <span className="event-what">
        {isWebUrl(marker.url) ? (
          <a className="marker-link" href={marker.url} target="_blank" rel="noopener noreferrer">
            {label}
          </a>
        ) : (
          label
        )}
      </span>
    </>
  );
}
