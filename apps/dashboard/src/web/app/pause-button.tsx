import { Kbd } from '../components/kbd.tsx';
import { togglePause, useView } from '../lib/view.ts';

export function PauseButton() {
  const { at } = useView();
  const paused = at !== null;
  return (
    <button type="button" className="button pause" aria-pressed={paused} onClick={() => togglePause()}>
      <svg width="11" height="12" viewBox="0 0 11 12" fill="currentColor" aria-hidden="true">
        {paused ? <path d="M1 0v12l10-6Z" /> : <path d="M0 0h3.4v12H0ZM7 0h3.4v12H7Z" />}
      </svg>
      <span className="pause-word">{paused ? 'Resume' : 'Pause'}</span>
      <Kbd>space</Kbd>
    </button>
  );
}
