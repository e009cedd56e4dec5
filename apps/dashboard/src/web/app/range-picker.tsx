import { useState } from 'react';
import { clock, clockShort, elapsed } from '../lib/format.ts';
import { useNow } from '../lib/seconds.ts';
import { RANGES, setSpan, timeWindow, useView } from '../lib/view.ts';
import { RangeDialog } from './range-dialog.tsx';

const CHOOSE = 'choose';

/** How much time is shown. A range that was zoomed to stands beside the usual ones. */
export function RangePicker() {
  const { spanMs, at } = useView();
  // In a replay the range moves on.
  useNow();
  const [choosing, setChoosing] = useState(false);
  const usual = RANGES.some((each) => each.ms === spanMs);
  const { from, to } = timeWindow();
  const say = spanMs < 300_000 ? clock : clockShort;
  const custom = at === null ? (usual ? '' : elapsed(spanMs)) : `${say(from)} → ${say(to)}`;
  return (
    <>
      <fieldset className="ranges" aria-label="Time range">
        {RANGES.map(({ label, ms }) => (
          <button key={ms} type="button" aria-pressed={ms === spanMs} onClick={() => setSpan(ms)}>
            {label}
          </button>
        ))}
        <button
          type="button"
          className="range-custom"
          aria-haspopup="dialog"
          title="From one moment to another"
          onClick={() => setChoosing(true)}
        >
          {custom || 'from → to'}
        </button>
      </fieldset>
      <select
        className="range-select"
        aria-label="Time range"
        value={usual ? spanMs : ''}
        onChange={(event) =>
          event.target.value === CHOOSE ? setChoosing(true) : setSpan(Number(event.target.value))
        }
      >
        {!usual && <option value="">{elapsed(spanMs)}</option>}
        {RANGES.map(({ label, ms }) => (
          <option key={ms} value={ms}>
            {label}
          </option>
        ))}
        <option value={CHOOSE}>from → to …</option>
      </select>
      {choosing && <RangeDialog onClose={() => setChoosing(false)} />}
    </>
  );
}
