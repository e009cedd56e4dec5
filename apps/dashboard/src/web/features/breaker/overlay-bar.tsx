import { ModeMark } from '../../components/mode-mark.tsx';
import { openAct } from '../../lib/dialogs.ts';
import {
  computedWords,
  endsIn,
  modeWord,
  type Overlaid,
  overlaysOf,
  whereWords,
  withoutWords,
} from '../../lib/overlay-words.ts';
import { useMayNotAct } from '../../lib/past.ts';
import { mayAct } from '../../lib/roles.ts';
import { useNow } from '../../lib/seconds.ts';
import { useRole } from '../../live/hooks.ts';
import type { RowView } from '../../live/row-view.ts';

/** What people laid over the breaker, and what it computes below: both, always. */
export function OverlayBar({ view }: { view: RowView }) {
  const overlays = overlaysOf(view.instances);
  if (overlays.length === 0) return null;
  return (
    <ul className="overlays" aria-label="Set by people">
      {overlays.map((each, i) => (
        <Overlay key={i} overlay={each} view={view} />
      ))}
    </ul>
  );
}

function Overlay({ overlay, view }: { overlay: Overlaid; view: RowView }) {
  const now = useNow();
  const role = useRole();
  const { mode, by, note, until, instances } = overlay;
  const past = useMayNotAct();
  const releases = !past && mayAct(role, 'operator') && instances.some(({ control }) => control);
  return (
    <li className={`panel overlay overlay-${mode}`} data-overlay={mode}>
      <ModeMark mode={mode} />
      <p>
        <b>{modeWord(mode)}</b>
        {whereWords(instances.length, view.instances.length)}
        {by && (
          <>
            {' '}
            by <b>{by}</b>
          </>
        )}
        {note && <> · “{note}”</>} · <span className="overlay-end">{endsIn(until, now)}</span>
        <span className="overlay-computed">
          Computed: <b>{computedWords(instances)}</b>. {withoutWords(overlay)}
        </span>
      </p>
      {releases && (
        <button type="button" className="button" onClick={() => openAct(view.row, 'release')}>
          Release…
        </button>
      )}
    </li>
  );
}
