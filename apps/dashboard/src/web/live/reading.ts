import { useEffect, useRef, useState } from 'react';
import { OneRead } from '../lib/one-read.ts';
import { getView, onViewChange } from '../lib/view.ts';
import { useConnectionState, useFleetIndex } from './hooks.ts';
import { history } from './live.ts';

const RETRY_MS = 2_000;
/** A drag says hundreds of ranges; the one that it stops at is read. */
const SETTLE_MS = 120;

/**
 * What the server works out for the range on screen: read when `key` or the range is another one, and every so often while
 * the page follows the present. The last answer stays until the next is there.
 *
 * @param read undefined where there is nothing to ask for.
 * @param waitMs How long another key has to stay before it is asked for; the first is asked for at once.
 */
export function useReading<T>(
  key: string,
  read: ((signal: AbortSignal) => Promise<T>) | undefined,
  everyMs: number,
  waitMs = 0,
): T | undefined {
  const [answer, setAnswer] = useState<{ epoch: string; value: T }>();
  const state = useConnectionState();
  const { epoch } = useFleetIndex();
  const latest = useRef(read);
  latest.current = read;
  const asked = read !== undefined && (state === 'live' || state === 'connecting') && epoch !== '';
  // Dependencies on purpose: the key says when something else is asked for; after every reconnect it is read again.
  useEffect(() => {
    if (!asked) return;
    const reads = new OneRead();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(run, ms);
    };
    const run = () => {
      reads.start(async (signal) => {
        try {
          // What goes beside the lanes lets them go first, while there are none.
          if (answer === undefined) await history.reading;
          if (signal.aborted) return;
          const value = await latest.current?.(signal);
          if (signal.aborted || value === undefined) return;
          setAnswer({ epoch, value });
          if (getView().at === null) later(everyMs);
        } catch {
          if (!signal.aborted) later(RETRY_MS);
        }
      });
    };
    if (waitMs === 0 || answer === undefined) run();
    else later(waitMs);
    const stop = onViewChange(() => later(SETTLE_MS));
    return () => {
      stop();
      reads.stop();
      clearTimeout(timer);
    };
  }, [key, asked, epoch, everyMs]);
  return answer?.epoch === epoch ? answer.value : undefined;
}
