import { useState } from 'react';
import { Glyph } from '../../../components/glyph.tsx';
import { clockMs } from '../../../lib/format.ts';
import { setHoverTime } from '../../../lib/hover.ts';
import { causeOf } from '../../../lib/why.ts';
import type { Change } from './sum.ts';

/** More of them are not read by anybody. */
const MOST = 200;

/** The would-be lane in words. */
export function ChangeList({ changes, several }: { changes: readonly Change[]; several: boolean }) {
  const [open, setOpen] = useState(false);
  if (changes.length === 0) return null;
  return (
    <details className="what-if-changes" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        {changes.length === 1 ? '1 change of state' : `${changes.length} changes of state`} it would have made
      </summary>
      <ol>
        {/* While a slider is dragged, what nobody sees is not made. */}
        {(open ? changes : []).slice(0, MOST).map((change, i) => (
          <li
            key={i}
            data-at={change.at}
            data-to={change.to}
            data-rule={change.why.rule}
            onPointerEnter={() => setHoverTime(change.at)}
            onPointerLeave={() => setHoverTime(null)}
          >
            <time dateTime={new Date(change.at).toISOString()}>{clockMs(change.at)}</time>
            <Glyph state={change.to} size={15} />
            <span>
              {WORDS[change.to]}
              {causeOf(change.why) && `: ${causeOf(change.why)}`}
              {several && <span className="event-where"> {change.instance}</span>}
            </span>
          </li>
        ))}
      </ol>
      {changes.length > MOST && <p className="muted">And {changes.length - MOST} more.</p>}
    </details>
  );
}

const WORDS = { open: 'Open', 'half-open': 'Half-open', closed: 'Closed' } as const;
