import type { EventRecord } from '@cb/protocol';
import { useEffect, useMemo, useState } from 'react';
import { OneRead } from '../../lib/one-read.ts';
import { aheadMs } from '../../lib/replay.ts';
import { useNow } from '../../lib/seconds.ts';
import { getView, onViewChange, timeWindow } from '../../lib/view.ts';
import { readEvents } from '../../live/api.ts';
import { useConnectionState } from '../../live/hooks.ts';
import { store } from '../../live/live.ts';

export interface Events {
  events: readonly EventRecord[];
  more: boolean;
  loaded: boolean;
}

/** Texts follow the time to the second. */
const SECOND_MS = 1000;
const RETRY_MS = 2000;
/** More than this is not read by anybody. */
const MOST = 200;

/** The events of the range on screen, carried on while it follows the present. */
export function useEvents(row: number, epoch: string): Events {
  const [held, setHeld] = useState<Events>({ events: [], more: false, loaded: false });
  const state = useConnectionState();
  // Dependencies on purpose: read again after every reconnect.
  useEffect(() => {
    if (state !== 'live') return;
    const reads = new OneRead();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const read = () => {
      reads.start(async (signal) => {
        const { from, to } = timeWindow();
        try {
          const { events, more } = await readEvents(row, from, to + 1000 + aheadMs(), signal);
          if (!signal.aborted) setHeld({ events, more, loaded: true });
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
    const stop = [
      onViewChange(() => later(200)),
      store.deltas.add(({ row: changed, event }) => {
        if (changed !== row || !event || getView().at !== null) return;
        setHeld((was) =>
          was.events.some((each) => each.event === event.event)
            ? was
            : { ...was, events: [event, ...was.events].slice(0, MOST) },
        );
      }),
    ];
    return () => {
      reads.stop();
      clearTimeout(timer);
      for (const each of stop) each();
    };
  }, [row, epoch, state]);
  const now = useNow();
  return useMemo(() => upTo(held, now), [held, now]);
}

/** In a replay more was read than is over. What has just come in is over, whatever the clock here says. */
function upTo(held: Events, now: number): Events {
  if (getView().at === null) return held;
  const events = held.events.filter(({ t }) => t < now + SECOND_MS);
  return events.length === held.events.length ? held : { ...held, events };
}
