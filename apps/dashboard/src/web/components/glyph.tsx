import { GLYPHS, type StateSlug } from '@cb/timeline/drawing';

/** The sign of a circuit: a closed, a lifted or a broken switch, a padlock, dots. Shape alone says the state. */
export function Glyph({ state, size = 16 }: { state: StateSlug; size?: number }) {
  return (
    <svg className={`glyph glyph-${state}`} width={size} height={size} viewBox="0 0 16 16" aria-hidden="true">
      {GLYPHS[state]}
    </svg>
  );
}
