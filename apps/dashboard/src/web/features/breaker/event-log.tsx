import { laneOf } from '@cb/protocol';
import { Glyph } from '../../components/glyph.tsx';
import { serverNow } from '../../lib/clock.ts';
import { clock, clockMs, day } from '../../lib/format.ts';
import { setHoverTime } from '../../lib/hover.ts';
import { slugOf } from '../../lib/states.ts';
import { eventLine } from '../../lib/why.ts';
import { useEvents } from './use-events.ts';

/** Every change in the range on screen, newest first: the lane in words. */
export function EventLog({ row, epoch }: { row: number; epoch: string }) {
  const { events, more, loaded } = useEvents(row, epoch);
  const today = day(serverNow());
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
            <time dateTime={new Date(event.t).toISOString()} title={clockMs(event.t)}>
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
