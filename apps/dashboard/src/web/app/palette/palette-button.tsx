import { isMac } from '../../lib/keys.ts';
import { showOverlay } from '../overlay.ts';

/** Opens the palette; stands in the search box, where people look for it. */
export function PaletteButton() {
  const keys = isMac() ? '⌘ K' : 'Ctrl K';
  return (
    <button
      type="button"
      className="palette-button"
      aria-keyshortcuts={isMac() ? 'Meta+K' : 'Control+K'}
      title={`Breakers, pages and commands by name (${keys})`}
      onClick={() => showOverlay('palette')}
    >
      <span className="hidden">Command palette</span>
      <span className="palette-button-keys">{keys}</span>
      <svg width="13" height="13" viewBox="0 0 13 13" aria-hidden="true">
        <path
          d="M1.5 3.5h10M1.5 6.5h7M1.5 9.5h4"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
          strokeLinecap="round"
        />
      </svg>
    </button>
  );
}
