import type { ReactElement } from 'react';
import type { TimeWindow } from './drawing/columns.ts';
import { elapsed } from './drawing/durations.ts';
import { wordOf } from './drawing/states.ts';
import type { TimelineLane } from './lanes.ts';
import type { ReadLane } from './read-lane.ts';
import { selectionOf, shownRuns } from './runs.ts';
import type { Clock } from './words.ts';

/** Of each lane the newest: a table of thousands of rows helps nobody. */
const MOST_ROWS = 50;

interface Props {
  lanes: readonly TimelineLane[];
  read: readonly ReadLane[];
  window: TimeWindow;
  now: number;
  clock: Clock;
}

/** What is drawn, as text: seen by nobody, read by screen readers. */
export function SegmentTable({ lanes, read, window, now, clock }: Props): ReactElement {
  let left = 0;
  const rows = read.flatMap((lane, n) => {
    const [first, last] = shownRuns(lane, window, now);
    const from = Math.max(first, last - MOST_ROWS + 1);
    left += from - first;
    const shown: ReactElement[] = [];
    for (let at = last; at >= from; at--) {
      const { label, state, fromMs, toMs, why } = selectionOf(lanes, n, lane, at, now);
      shown.push(
        // biome-ignore lint/suspicious/noArrayIndexKey: two lanes may have the same label, and a lane has nothing else.
        <tr key={`${n} ${fromMs}`}>
          <th scope="row">{label}</th>
          <td>{wordOf(state)}</td>
          <td>{clock.at(fromMs)}</td>
          <td>{toMs === undefined ? 'lasts' : clock.at(toMs)}</td>
          <td>{elapsed((toMs ?? now) - fromMs)}</td>
          <td>{why}</td>
        </tr>,
      );
    }
    return shown;
  });
  return (
    <table className="cb-timeline-hidden">
      <caption>
        States, newest first
        {left > 0 && `; the newest ${MOST_ROWS} of each, ${left} earlier ones are left out`}
      </caption>
      <thead>
        <tr>
          {['Breaker', 'State', 'From', 'To', 'Duration', 'Why'].map((head) => (
            <th key={head} scope="col">
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{rows}</tbody>
    </table>
  );
}
