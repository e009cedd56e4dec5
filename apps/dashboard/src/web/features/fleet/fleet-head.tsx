import { Axis } from '../../components/axis.tsx';
import { NowNote } from '../../components/now-note.tsx';
import type { ChangeFilters } from './filters.ts';
import type { Sort } from './order.ts';

interface Props {
  sort: Sort;
  onChange: ChangeFilters;
}

export function FleetHead({ sort, onChange }: Props) {
  /** Clicked again, trouble comes first again. */
  const heading = (by: Sort, text: React.ReactNode, title: string) => (
    <button
      type="button"
      className="head-sort"
      title={title}
      onClick={() => onChange({ sort: sort === by ? '' : by })}
    >
      {text}
      {sort === by && <span aria-hidden="true"> ↓</span>}
    </button>
  );
  const sorted = (by: Sort) => (sort === by ? (by === 'name' ? 'ascending' : 'descending') : undefined);
  return (
    <tr className="fleet-grid fleet-head">
      <th>
        <span className="hidden">State</span>
      </th>
      <th aria-sort={sorted('name')}>
        {heading('name', 'Breaker', 'Sort by service and name')}{' '}
        <span className="head-note">open on instances</span>
      </th>
      <th className="head-axis">
        <span className="hidden">Timeline</span>
        <Axis />
      </th>
      <th className="cell-number">
        Calls/s <NowNote />
      </th>
      <th>
        Errors <span className="head-note head-limit">limit</span> <NowNote />
      </th>
      <th className="cell-number">
        p95 <NowNote />
      </th>
      <th className="cell-number cell-range" aria-sort={sorted('opens')}>
        {heading('opens', 'Opens', 'How often it opened in the range shown; sort by it')}
      </th>
      <th className="cell-number cell-range" aria-sort={sorted('refused')}>
        {heading('refused', 'Open for', 'Time open or isolated in the range shown; sort by it')}
      </th>
      <th className="cell-number" aria-sort={sorted('changed')}>
        {heading('changed', 'In state', 'Sort by what changed last')}
      </th>
      <th className="cell-why">Why</th>
    </tr>
  );
}
