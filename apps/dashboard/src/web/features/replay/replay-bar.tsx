import { useEffect } from 'react';
import { Link, useLocation } from 'wouter';
import { Kbd } from '../../components/kbd.tsx';
import { serverNow } from '../../lib/clock.ts';
import { addCommands } from '../../lib/commands.ts';
import { clock, day, elapsed, exact } from '../../lib/format.ts';
import { hasTimeAxis, withSearch } from '../../lib/paths.ts';
import {
  type Replay,
  SPEEDS,
  seek,
  setSpeed,
  stopReplay,
  togglePlaying,
  useReplay,
} from '../../lib/replay.ts';
import { useNow } from '../../lib/seconds.ts';
import { copyLink } from '../../lib/view-link.ts';
import { REPLAY_COMMANDS } from './replay-commands.ts';
import './replay.css';

addCommands(...REPLAY_COMMANDS);

/** The player of an incident: over everything that follows the time. */
export function ReplayBar() {
  const replay = useReplay();
  const shown = replay !== null;
  // Room below the page for the bar that lies over it.
  useEffect(() => {
    if (!shown) return;
    document.documentElement.dataset.replay = '';
    return () => {
      delete document.documentElement.dataset.replay;
    };
  }, [shown]);
  return replay && <Bar replay={replay} />;
}

function Bar({ replay }: { replay: Replay }) {
  const [path] = useLocation();
  const shown = hasTimeAxis(path);
  // Nobody sees it there, and whoever comes back goes on where they were.
  useEffect(() => {
    if (!shown && replay.playing) togglePlaying();
  }, [shown, replay.playing]);
  return shown ? <Player replay={replay} /> : <Elsewhere />;
}

/** Some pages have no past: what is on them must not be taken for it. */
function Elsewhere() {
  return (
    <section className="replay" aria-label="Replay" data-replay="elsewhere">
      <div className="replay-row">
        <p className="replay-elsewhere">
          <b>The replay is stopped.</b> This page knows no past: what it shows is of now.
        </p>
        <Link className="button" href={withSearch('/')}>
          Back to the replay
        </Link>
        <button type="button" className="button primary" onClick={stopReplay}>
          Back to live
        </button>
      </div>
    </section>
  );
}

function Player({ replay }: { replay: Replay }) {
  const { from, to, playing, speed } = replay;
  const now = useNow();
  const at = Math.min(to, Math.max(from, now));
  return (
    <section className="replay" aria-label="Replay" data-replay={playing ? 'playing' : 'stopped'}>
      <div className="replay-row">
        <button type="button" className="button replay-play" onClick={togglePlaying}>
          <svg width="11" height="12" viewBox="0 0 11 12" fill="currentColor" aria-hidden="true">
            {playing ? <path d="M0 0h3.4v12H0ZM7 0h3.4v12H7Z" /> : <path d="M1 0v12l10-6Z" />}
          </svg>
          <span className="replay-play-word">{playing ? 'Pause' : 'Play'}</span>
          <Kbd>p</Kbd>
        </button>
        <time
          className="replay-clock"
          dateTime={new Date(at).toISOString()}
          title={exact(at)}
          data-replay-at={at}
        >
          {clock(at)}
          <span className="replay-ago">{ago(at)}</span>
        </time>
        <fieldset className="ranges replay-speeds" aria-label="Speed">
          {SPEEDS.map((each) => (
            <button key={each} type="button" aria-pressed={each === speed} onClick={() => setSpeed(each)}>
              {each}×
            </button>
          ))}
        </fieldset>
        <input
          className="replay-scrubber"
          type="range"
          aria-label="Moment"
          aria-valuetext={clock(at)}
          min={from}
          max={to}
          step={stepOf(to - from)}
          value={at}
          onChange={(event) => seek(Number(event.target.value))}
        />
        <span className="muted replay-ends">
          {said(from)} → {said(to)}
        </span>
        <button type="button" className="button replay-link" onClick={() => void copyLink()}>
          Copy link
        </button>
        <button type="button" className="button primary" onClick={stopReplay}>
          Back to live
        </button>
      </div>
      <p className="muted replay-note">
        States, counts and reasons are those of this moment. What is marked “now” was not kept.
      </p>
    </section>
  );
}

/** An arrow key goes one step: a thousand of them cross it. */
function stepOf(lengthMs: number): number {
  return Math.max(1000, Math.round(lengthMs / 1_000_000) * 1000);
}

/** So that nobody takes it for what happens: how long it has been over. */
function ago(t: number): string {
  const ms = serverNow() - t;
  // Seconds of an hour ago run and say nothing.
  return `${elapsed(ms < 600_000 ? ms : ms - (ms % 60_000)).replace(/ 0[smh]$/, '')} ago`;
}

/** With its day where that is not today. */
function said(t: number): string {
  const of = day(t);
  return of === day(serverNow()) ? clock(t) : `${of}, ${clock(t)}`;
}
