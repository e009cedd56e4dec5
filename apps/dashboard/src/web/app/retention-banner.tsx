import { useEffect, useState } from 'react';
import { useLocation } from 'wouter';
import { serverNow } from '../lib/clock.ts';
import { dated, keptWords } from '../lib/format.ts';
import { hasTimeAxis } from '../lib/paths.ts';
import { resume, timeWindow, useKept, useView } from '../lib/view.ts';
import { unknownUntil } from '../live/known.ts';

/** Lanes tell nobody that they were read. */
const LOOK_MS = 500;
const PATIENCE = 4;

/** Says so where a link leads further back than anything is kept: an empty lane would read as "nothing happened". */
export function RetentionBanner() {
  const { at } = useView();
  const kept = useKept();
  const [path] = useLocation();
  const [begins, setBegins] = useState<number>();
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    setLooks(0);
    if (at === null) {
      setBegins(undefined);
      return;
    }
    const timer = setInterval(() => {
      setBegins(unknownUntil());
      setLooks((before) => before + 1);
    }, LOOK_MS);
    return () => clearInterval(timer);
  }, [at]);
  const { to } = timeWindow();
  // The lanes say more, where there are any: they have a moment to be read.
  const older = looks >= PATIENCE && to < serverNow() - kept;
  const unknown = begins !== undefined && begins >= to;
  if (at === null || !hasTimeAxis(path) || !(older || unknown)) return null;
  return (
    <div className="banner" role="status">
      <b>Nothing is kept of this time.</b>{' '}
      {unknown && Number.isFinite(begins) && `What is known begins on ${dated(begins)}. `}
      {older && `It is older than what is kept: the last ${keptWords(kept)}. `}
      <button type="button" className="link-button" onClick={resume}>
        Back to live
      </button>
    </div>
  );
}
