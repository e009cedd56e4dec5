import { LANE } from '@cb/protocol';
import { elapsed } from '../../lib/format.ts';
import type { RowView } from '../../live/row-view.ts';

const LENGTH = 2 * Math.PI * 15;

/** Seconds until the next probe may go. */
export function ProbeRing({ view, now }: { view: RowView; now: number }) {
  const { last } = view;
  if (view.code !== LANE.open || last?.to !== 'open' || last.retryAt === undefined) return null;
  const left = last.retryAt - now;
  const total = Math.max(1, last.retryAt - last.t);
  const share = Math.min(1, Math.max(0, left / total));
  return (
    <span className="probe">
      <svg width="36" height="36" viewBox="0 0 36 36" aria-hidden="true">
        <circle className="probe-back" cx="18" cy="18" r="15" />
        <circle
          className="probe-left"
          cx="18"
          cy="18"
          r="15"
          strokeDasharray={`${share * LENGTH} ${LENGTH}`}
          transform="rotate(-90 18 18)"
        />
        <text x="18" y="22">
          {left > 0 ? (left < 99_500 ? Math.ceil(left / 1000) : '…') : '0'}
        </text>
      </svg>
      <span className="probe-text">
        {left > 0
          ? `next probe in ${elapsed(Math.ceil(left / 1000) * 1000)}`
          : 'probe due with the next call'}
      </span>
    </span>
  );
}
