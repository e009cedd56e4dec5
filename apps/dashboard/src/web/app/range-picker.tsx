import { clock, clockShort, elapsed } from '../lib/format.ts';
import { RANGES, setSpan, timeWindow, useView } from '../lib/view.ts';

/** How much time is shown. A range that was zoomed to stands beside the usual ones. */
export function RangePicker() {
  const { spanMs, at } = useView();
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
        {custom && <span className="range-custom">{custom}</span>}
      </fieldset>
      <select
        className="range-select"
        aria-label="Time range"
        value={usual ? spanMs : ''}
        onChange={(event) => setSpan(Number(event.target.value))}
      >
        {!usual && <option value="">{elapsed(spanMs)}</option>}
        {RANGES.map(({ label, ms }) => (
          <option key={ms} value={ms}>
            {label}
          </option>
        ))}
      </select>
    </>
  );
}
