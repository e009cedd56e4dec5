import { useEffect } from 'react';
import { Kbd } from '../../components/kbd.tsx';
import { addCommands } from '../../lib/commands.ts';
import { clock, exact } from '../../lib/format.ts';
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
          {playing ? 'Pause' : 'Play'}
          <Kbd>p</Kbd>
        </button>
        <time
          className="replay-clock"
          dateTime={new Date(at).toISOString()}
          title={exact(at)}
          data-replay-at={at}
        >
          {clock(at)}
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
          step={1000}
          value={at}
          onChange={(event) => seek(Number(event.target.value))}
        />
        <span className="muted replay-ends">
          {clock(from)} → {clock(to)}
        </span>
        <button type="button" className="button" onClick={() => void copyLink()}>
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
