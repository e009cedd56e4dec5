import { startReplay, stopReplay, useReplay } from '../lib/replay.ts';
import { unknownUntil } from '../live/known.ts';

export function ReplayButton() {
  const replaying = useReplay() !== null;
  return (
    <button
      type="button"
      className="icon-button replay-button"
      aria-pressed={replaying}
      aria-label="Replay what is on screen"
      title={replaying ? 'Leave the replay' : 'Replay what is on screen (p)'}
      onClick={replaying ? stopReplay : () => startReplay(unknownUntil())}
    >
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        <path
          d="M3.2 5.2A5.6 5.6 0 1 1 2.4 8M3 2.2v3.2h3.2"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.4"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
        <path d="M6.8 5.8v4.4L10.4 8Z" fill="currentColor" />
      </svg>
    </button>
  );
}
