import { percent } from '../lib/format.ts';

/** Share of failures with a tick where the limit is. Red only where the limit is reached. */
export function ErrorBar({ ratio, limit }: { ratio: number | undefined; limit: number | undefined }) {
  const known = ratio !== undefined && ratio >= 0;
  const over = known && limit !== undefined && ratio >= limit;
  return (
    <span className="error-bar">
      <span className="error-track" aria-hidden="true">
        <span
          className={over ? 'error-fill over' : 'error-fill'}
          style={{ width: `${known ? Math.min(1, ratio) * 100 : 0}%` }}
        />
        {limit !== undefined && (
          <span className="error-limit" style={{ left: `${Math.min(1, limit) * 100}%` }} />
        )}
      </span>
      <span className="error-value">{percent(ratio)}</span>
    </span>
  );
}
