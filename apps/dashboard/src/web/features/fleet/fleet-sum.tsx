import { LANE, type StatsAnswer } from '@cb/protocol';
import { count, timeShare } from '../../lib/format.ts';
import { slugOf, wordOf } from '../../lib/states.ts';

const TOLD = [LANE.closed, LANE.open, LANE.isolated, LANE.halfOpen, LANE.noData] as const;

/** All breakers together in the range shown: shares of their time, and how often they opened. */
export function FleetSum({ sum }: { sum: StatsAnswer['fleet'] }) {
  if (!sum) return null;
  const all = sum.ms.reduce((a, b) => a + b, 0);
  const parts = TOLD.flatMap((code) =>
    sum.ms[code] > 0 ? [`${wordOf(slugOf(code)).toLowerCase()} ${timeShare(sum.ms[code] / all)}`] : [],
  );
  return (
    <tr className="fleet-grid fleet-sum">
      <td />
      <td className="cell-name">
        All breakers <span className="row-open">{count(sum.rows)}</span>
      </td>
      <td className="sum-shares">{parts.join(' · ')}</td>
      <td />
      <td />
      <td />
      <td className="cell-number cell-range">{count(sum.opens)}</td>
      <td className="cell-number cell-range">
        {all > 0 ? timeShare((sum.ms[LANE.open] + sum.ms[LANE.isolated]) / all) : ''}
      </td>
      <td />
      <td />
    </tr>
  );
}
