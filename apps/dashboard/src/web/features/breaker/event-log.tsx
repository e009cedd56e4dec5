import { laneOf } from '@cb/protocol';
import { Glyph } from '../../components/glyph.tsx';
import { clock, day, exact } from '../../lib/format.ts';
import { setHoverTime } from '../../lib/hover.ts';
import { slugOf } from '../../lib/states.ts';
import { eventLine } from '../../lib/why.ts';
import type { Events } from './use-events.ts';

/** Every change in the range on screen, newest first: the lane in words. */
export function EventLog({ events, more, loaded }: Events) {
  const today = day(events[0]?.t ?? 0);
  return (
    <section className="panel events" aria-label="Events">
      <h2>Events</h2>
      {loaded && events.length === 0 && <p className="muted">No change of state in this range.</p>}
      <ol>
        {events.map((event) => (
          <li
            key={event.event}
            data-event={event.event}
            onPointerEnter={() => setHoverTime(event.t)}
            onPointerLeave={() => setHoverTime(null)}
          >
            <time dateTime={new Date(event.t).toISOString()} title={exact(event.t)}>
              {day(event.t) === today ? '' : `${day(event.t)} `}
              {clock(event.t)}
            </time>
            <Glyph state={slugOf(laneOf(event.to, event.mode))} size={15} />
            <span className="event-what">
              {eventLine(event)} <span className="event-where">{event.instance}</span>
            </span>
          </li>
        ))}
      </ol>
      {more && <p className="muted">Older ones: show an earlier range.</p>}
    </section>
  );
}
