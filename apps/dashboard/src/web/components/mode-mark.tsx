import type { Mode } from '@cb/protocol';
import './mode-mark.css';

/** The sign of a mode that a person set: a padlock, a closed switch in a frame, an eye. */
export function ModeMark({ mode, size = 16 }: { mode: Mode; size?: number }) {
  return (
    <svg
      className={`glyph mode-mark mode-${mode}`}
      width={size}
      height={size}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      {SHAPES.get(mode)}
    </svg>
  );
}

const SHAPES: ReadonlyMap<Mode, React.ReactNode> = new Map<Mode, React.ReactNode>([
  [
    'forced-open',
    <g key="forced-open">
      <path d="M5 7.4V5.2a3 3 0 0 1 6 0v2.2" fill="none" strokeWidth="1.8" />
      <rect x="3" y="7" width="10" height="7.4" rx="1.4" />
    </g>,
  ],
  [
    'forced-closed',
    <g key="forced-closed">
      <rect x="1.2" y="2.6" width="13.6" height="10.8" rx="2" fill="none" strokeWidth="1.4" />
      <path d="M4 8h8" strokeWidth="2.2" />
    </g>,
  ],
  [
    'observing',
    <g key="observing">
      <path d="M1.4 8c3.4-5.4 9.8-5.4 13.2 0-3.4 5.4-9.8 5.4-13.2 0Z" fill="none" strokeWidth="1.4" />
      <circle cx="8" cy="8" r="2.2" />
    </g>,
  ],
]);
