import { dated } from '../lib/format.ts';
import { useNow } from '../lib/seconds.ts';
import { timeWindow, useView } from '../lib/view.ts';
import { linkToMoment } from '../lib/view-link.ts';

/** Stands on paper only: of which moment this is, and where to see it again. */
export function PrintHeader() {
  const now = useNow();
  useView();
  const { from, to } = timeWindow(now);
  return (
    <div className="print-header" aria-hidden="true">
      <b>breakers</b>
      <span>
        {dated(from)} → {dated(to)}
      </span>
      <span className="print-link">{linkToMoment()}</span>
    </div>
  );
}
