import type { BreakerDetail, EventRecord } from '@cb/protocol';
import { useEffect, useState } from 'react';
import { readBreaker } from '../../live/api.ts';
import { useConnectionState } from '../../live/hooks.ts';
import { store } from '../../live/live.ts';
import { readOrigin } from './origin.ts';

export interface Detail extends BreakerDetail {
  /** Where the trouble of `opened` began, if `opened` was only a failed probe. */
  origin?: EventRecord | undefined;
}

const RETRY_MS = 2000;

/** Settings and the newest opening: read once, then carried on by state changes. */
export function useDetail(row: number, epoch: string): Detail | undefined {
  const [detail, setDetail] = useState<Detail>();
  const state = useConnectionState();
  // Dependencies on purpose: read again after every reconnect.
  useEffect(() => {
    if (state !== 'live') return;
    const abort = new AbortController();
    const { signal } = abort;
    let revision = -1;
    const read = async () => {
      const answer = await readBreaker(row, signal);
      revision = answer.configRevision;
      const origin = answer.opened && (await readOrigin(answer.opened, signal).catch(() => undefined));
      if (!signal.aborted) setDetail({ ...answer, origin });
    };
    const tryRead = () => {
      read().catch(() => {
        if (!signal.aborted) setTimeout(() => !signal.aborted && tryRead(), RETRY_MS);
      });
    };
    tryRead();
    const stopRows = store.described.add((described) => {
      if (described === row) tryRead();
    });
    const stop = store.deltas.add(({ row: changed, event }) => {
      if (changed !== row || !event) return;
      if (event.to === 'open' && event.from === 'closed') {
        setDetail((held) => held && { ...held, opened: event, origin: undefined });
      } else if (event.to === 'open' && event.from === 'half-open') {
        setDetail((held) => held && { ...held, opened: event, origin: held.origin ?? held.opened });
      }
      // Another revision is in force than the one on screen.
      if (revision >= 0 && event.configRevision > revision) tryRead();
    });
    return () => {
      abort.abort();
      stopRows();
      stop();
    };
  }, [row, epoch, state]);
  return detail;
}
