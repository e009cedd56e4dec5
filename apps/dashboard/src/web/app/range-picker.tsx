import { serverNow } from '../lib/clock.ts';
import { clock, clockShort, day, elapsed } from '../lib/format.ts';
import { useReplay } from '../lib/replay.ts';
import { useNow } from '../lib/seconds.ts';
import { RANGES, setSpan, timeWindow, useKept, useView } from '../lib/view.ts';
import { showOverlay } from './overlay.ts';

const CHOOSE = 'choose';
const DAY = 86_400_000;

/** How much time is shown. A range that was zoomed to stands beside the usual ones. */
export function RangePicker() {
  const { spanMs, at } = useView();
  // In a replay the range moves on.
  useNow();
  const kept = useKept();
  const ranges = RANGES.filter(({ ms }) => ms <= kept);
  const usual = ranges.some((each) => each.ms === spanMs);
  const { from, to } = timeWindow();
  const say = spanMs < 300_000 ? clock : clockShort;
  // The player says it, with both ends.
  const replaying = useReplay() !== null;
  const custom = replaying ? '' : at === null ? (usual ? '' : elapsed(spanMs)) : stretch(from, to, say);
  return (
    <>
      <fieldset className="ranges" aria-label="Time range">
        {ranges.map(({ label, ms }) => (
          <button key={ms} type="button" aria-pressed={ms === spanMs} onClick={() => setSpan(ms)}>
            {label}
          </button>
        ))}
        <button
          type="button"
          className="range-custom"
          aria-haspopup="dialog"
          title="From one moment to another"
          onClick={() => showOverlay('range')}
        >
          <span className="hidden">From one moment to another</span>
          {custom && <span className="range-stretch">{custom}</span>}
          <svg
            className="range-icon"
            width="14"
            height="14"
            viewBox="0 0 14 14"
            fill="none"
            stroke="currentColor"
            aria-hidden="true"
          >
            <path
              d="M1.5 3h11v9.5h-11ZM1.5 6h11M4.2 1.2v3M9.8 1.2v3"
              strokeWidth="1.3"
              strokeLinejoin="round"
            />
          </svg>
        </button>
      </fieldset>
      <select
        className="range-select"
        aria-label="Time range"
        value={usual ? spanMs : ''}
        onChange={(event) =>
          event.target.value === CHOOSE ? showOverlay('range') : setSpan(Number(event.target.value))
        }
      >
        {!usual && <option value="">{elapsed(spanMs)}</option>}
        {ranges.map(({ label, ms }) => (
          <option key={ms} value={ms}>
            {label}
          </option>
        ))}
        <option value={CHOOSE}>from → to …</option>
      </select>
    </>
  );
}

/** A stretch of the past in few words: with its day where that is not today. */
function stretch(from: number, to: number, say: (t: number) => string): string {
  if (to - from > DAY) return `${day(from)} → ${day(to)}`;
  const before = to < serverNow() - DAY ? `${day(from)} ` : '';
  return `${before}${say(from)} → ${say(to)}`;
}
