import { Axis } from '../../components/axis.tsx';

export function FleetHead() {
  return (
    <thead>
      <tr className="fleet-grid fleet-head">
        <th>
          <span className="hidden">State</span>
        </th>
        <th>
          Breaker <span className="head-note">open on instances</span>
        </th>
        <th className="head-axis">
          <span className="hidden">Timeline</span>
          <Axis />
        </th>
        <th className="cell-number">Calls/s</th>
        <th>
          Errors <span className="head-note head-limit">limit</span>
        </th>
        <th className="cell-number">p95</th>
        <th className="cell-number">In state</th>
        <th className="cell-why">Why</th>
      </tr>
    </thead>
  );
}
