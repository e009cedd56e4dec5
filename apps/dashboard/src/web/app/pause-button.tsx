import { useLocation } from 'wouter';
import { Kbd } from '../components/kbd.tsx';
import { useMayNotAct } from '../lib/past.ts';
import { hasTimeAxis } from '../lib/paths.ts';
import { togglePlaying, useReplay } from '../lib/replay.ts';
import { togglePause, useView } from '../lib/view.ts';

export function PauseButton() {
  const { at } = useView();
  const replay = useReplay();
  const past = useMayNotAct();
  const [path] = useLocation();
  // On pages that know no past there is nothing to go on with.
  if (past && !hasTimeAxis(path)) return null;
  const paused = replay ? !replay.playing : at !== null;
  return (
    <button
      type="button"
      className="button pause"
      aria-pressed={paused}
      onClick={() => (replay ? togglePlaying() : togglePause())}
    >
      <svg width="11" height="12" viewBox="0 0 11 12" fill="currentColor" aria-hidden="true">
        {paused ? <path d="M1 0v12l10-6Z" /> : <path d="M0 0h3.4v12H0ZM7 0h3.4v12H7Z" />}
      </svg>
      <span className="pause-word">{!paused ? 'Pause' : replay ? 'Play' : 'Resume'}</span>
      <Kbd>space</Kbd>
    </button>
  );
}
