import { useEffect, useState } from 'react';
import { dated } from '../lib/format.ts';
import { resume, timeWindow, useView } from '../lib/view.ts';
import { connection, history } from '../live/live.ts';

/** Lanes tell nobody that they were read. */
const LOOK_MS = 500;

/** Says so where a link leads further back than anything is kept: an empty lane would read as "nothing happened". */
export function RetentionBanner() {
  const { at } = useView();
  const [begins, setBegins] = useState<number>();
  useEffect(() => {
    if (at === null) {
      setBegins(undefined);
      return;
    }
    const timer = setInterval(() => setBegins(unknownUntil(connection.watched())), LOOK_MS);
    return () => clearInterval(timer);
  }, [at]);
  if (at === null || begins === undefined || begins < timeWindow().to) return null;
  return (
    <div className="banner" role="status">
      <b>Nothing is kept of this time.</b>{' '}
      {Number.isFinite(begins) && `What is known begins on ${dated(begins)}. `}
      <button type="button" className="link-button" onClick={resume}>
        Back to live
      </button>
    </div>
  );
}

/** Until when nothing is known of any of these rows; undefined where something is, or they were not read yet. */
function unknownUntil(rows: readonly number[]): number | undefined {
  const ends = rows.map((row) => history.unknownUntil(row));
  return ends.length > 0 && ends.every((end) => end !== undefined) ? Math.min(...ends) : undefined;
}
