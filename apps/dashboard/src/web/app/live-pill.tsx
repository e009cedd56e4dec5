import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { serverNow } from '../lib/clock.ts';
import { clock, day, elapsed } from '../lib/format.ts';
import { useIsPast, useMayNotAct } from '../lib/past.ts';
import { hasTimeAxis } from '../lib/paths.ts';
import { useReplay } from '../lib/replay.ts';
import { useNow } from '../lib/seconds.ts';
import { resume, useView } from '../lib/view.ts';
import { useConnectionState, useMissed } from '../live/hooks.ts';
import { connection } from '../live/live.ts';

/** How fresh the page is: the age is the time since the server was last heard, not since something changed. */
export function LivePill() {
  const state = useConnectionState();
  const { at } = useView();
  const replay = useReplay();
  const past = useIsPast();
  const now = useNow();
  const missed = useMissed();
  const age = useAge(state === 'live' || state === 'reconnecting');
  const mayNotAct = useMayNotAct();
  const [path] = useLocation();
  // Pages that know no past go on with the present.
  const paused = state === 'live' && at !== null && !(mayNotAct && !hasTimeAxis(path));
  const shown = paused ? 'paused' : state;
  const text =
    shown === 'paused'
      ? replay
        ? `Past · ${clock(now)}`
        : `${past ? 'Past' : 'Paused'} at ${moment(at ?? 0)}${missed > 0 ? ` · +${missed}` : ''}`
      : shown === 'live'
        ? `Live · ${age}`
        : shown === 'reconnecting'
          ? `Reconnecting · ${age}`
          : shown === 'connecting'
            ? 'Connecting'
            : 'Locked';
  return (
    <button
      type="button"
      className={`live-pill live-${shown}`}
      data-connection={shown}
      title={paused ? 'Back to live' : 'Time since the server was last heard'}
      onClick={resume}
      disabled={!paused}
    >
      <span className="live-dot" />
      {text}
    </button>
  );
}

/** With its day where that is not today. */
function moment(t: number): string {
  const of = day(t);
  return of === day(serverNow()) ? clock(t) : `${of}, ${clock(t)}`;
}

function useAge(running: boolean): string {
  const [age, setAge] = useState('0.0 s');
  useEffect(() => {
    if (!running) return;
    const read = () => {
      const ms = connection.ageMs();
      setAge(ms < 9_950 ? `${(ms / 1000).toFixed(1)} s` : elapsed(ms));
    };
    read();
    const timer = setInterval(read, 500);
    return () => clearInterval(timer);
  }, [running]);
  return age;
}
