import type { EventRecord } from '@cb/protocol';
import { useEffect, useMemo, useState } from 'react';
import { OneRead } from '../../lib/one-read.ts';
import { pastMoment, useIsPast } from '../../lib/past.ts';
import { aheadMs } from '../../lib/replay.ts';
import { useNow } from '../../lib/seconds.ts';
import { onViewChange } from '../../lib/view.ts';
import { readEvents } from '../../live/api.ts';
import { originOf } from './origin.ts';
import type { Detail } from './use-detail.ts';

const DAY_MS = 86_400_000;
/** A drag says hundreds of moments; the one that it stops at is read. */
const SETTLE_MS = 150;
const RETRY_MS = 2000;
const MOST = 500;

/**
 * What had opened it by the moment that the page shows. Settings are those of the present. Undefined while the past is
 * being read: the row then says what it knows.
 */
export function useDetailAsOf(row: number, detail: Detail | undefined): Detail | undefined {
  const past = useIsPast();
  const now = useNow();
  const events = useEventsUpTo(row, past);
  return useMemo(() => {
    if (!past || !detail) return detail;
    if (!events) return undefined;
    const opened = events.find(({ t, to, from }) => t < now + 1000 && to === 'open' && from !== 'open');
    const { opened: _, origin: __, ...present } = detail;
    if (!opened) return present;
    return { ...present, opened, origin: opened.from === 'half-open' ? originOf(events, opened) : undefined };
  }, [past, detail, events, now]);
}

/** Changes of the day before the moment, newest first, and those that a replay comes to next. */
function useEventsUpTo(row: number, past: boolean): readonly EventRecord[] | undefined {
  const [events, setEvents] = useState<readonly EventRecord[]>();
  useEffect(() => {
    if (!past) return;
    const reads = new OneRead();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      reads.start(async (signal) => {
        const moment = pastMoment();
        if (moment === null) return;
        try {
          const page = await readEvents(row, moment - DAY_MS, moment + 1000 + aheadMs(), signal, MOST);
          if (!signal.aborted) setEvents(page.events);
        } catch {
          if (!signal.aborted) later(RETRY_MS);
        }
      });
    };
    const later = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(read, ms);
    };
    read();
    const stop = onViewChange(() => later(SETTLE_MS));
    return () => {
      stop();
      reads.stop();
      clearTimeout(timer);
      setEvents(undefined);
    };
  }, [row, past]);
  return events;
}
