import type { ReactElement } from 'react';
import { GLYPHS } from './drawing/glyphs.tsx';
import type { TimelineState } from './lanes.ts';

/** The sign of a state, beside its word. */
export function Sign({ state }: { state: TimelineState }): ReactElement {
  return (
    <svg
      className={`cb-timeline-sign cb-timeline-${state}`}
      width="14"
      height="14"
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      {GLYPHS[state]}
    </svg>
  );
}
