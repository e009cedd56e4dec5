import { useEffect, useState } from 'react';
import { serverNow } from '../lib/clock.ts';
import { dated } from '../lib/format.ts';
import { resume, timeWindow, useKept, useView } from '../lib/view.ts';
import { connection, history } from '../live/live.ts';

/** Lanes tell nobody that they were read. */
const LOOK_MS = 500;
const PATIENCE = 4;

/** Says so where a link leads further back than anything is kept: an empty lane would read as "nothing happened". */
export function RetentionBanner() {
  const { at } = useView();
  const kept = useKept();
  const [begins, setBegins] = useState<number>();
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    setLooks(0);
    if (at === null) {
      setBegins(undefined);
      return;
    }
    const timer = setInterval(() => {
      setBegins(unknownUntil(connection.watched()));
      setLooks((before) => before + 1);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [at]);
  const { to } = timeWindow();
  // The lanes say more, where there are any: they have a moment to be read.
  const older = looks >= PATIENCE && to < serverNow() - kept;
  const unknown = begins !== undefined && begins >= to;
  if (at === null || !(older || unknown)) return null;
  return (
    <div className="banner" role="status">
      <b>Nothing is kept of this time.</b>{' '}
      {unknown && Number.isFinite(begins) && `What is known begins on ${dated(begins)}. `}
      {older && `It is older than what is kept: the last ${inWords(kept)}. `}
      <button type="button" className="link-button" onClick={resume}>
        Back to live
      </button>
    </div>
  );
}

function inWords(ms: number): string {
  const hours = Math.round(ms / 3_600_000);
  return hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : `${hours} hours`;
}

/** Until when nothing is known of any of these rows; undefined where something is, or they were not read yet. */
function unknownUntil(rows: readonly number[]): number | undefined {
  const ends = rows.map((row) => history.unknownUntil(row));
  return ends.length > 0 && ends.every((end) => end !== undefined) ? Math.min(...ends) : undefined;
}
