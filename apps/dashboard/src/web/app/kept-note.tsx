import { serverNow } from '../lib/clock.ts';
import { clockShort, day } from '../lib/format.ts';
import { useNow } from '../lib/seconds.ts';
import { timeWindow, useKept, useView } from '../lib/view.ts';
import { useFleetIndex } from '../live/hooks.ts';

/** The edge of what is kept moves while somebody looks: it is no news until it is this far inside. */
const TOLERANCE_MS = 60_000;

/** A link may lead further back than the server keeps: an empty lane there does not mean that nothing happened. */
export function KeptNote() {
  const { loaded } = useFleetIndex();
  const kept = useKept();
  useView();
  useNow();
  const now = serverNow();
  const { from, to } = timeWindow(now);
  const edge = now - kept;
  if (!loaded || from >= edge - TOLERANCE_MS) return null;
  return (
    <div className="banner kept-note" role="status">
      {to <= edge ? (
        <>
          <b>Older than what is kept.</b> The server keeps the last {inWords(kept)}.
        </>
      ) : (
        <>
          What was before {day(edge)} {clockShort(edge)} is <b>older than what is kept</b>: the last{' '}
          {inWords(kept)}.
        </>
      )}
    </div>
  );
}

function inWords(ms: number): string {
  const hours = Math.round(ms / 3_600_000);
  return hours % 24 === 0 ? (hours === 24 ? '24 hours' : `${hours / 24} days`) : `${hours} hours`;
}
