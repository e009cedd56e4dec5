import { useEffect, useMemo, useState } from 'react';
import { readConfig } from '../../../lib/breaker-config.ts';
import { getView, onViewChange, timeWindow } from '../../../lib/view.ts';
import { readEvents, readLaneSeries } from '../../../live/api.ts';
import { useConnectionState } from '../../../live/hooks.ts';
import { advise } from './advice.ts';
import type { Advice, Observed } from './observed.ts';

/** What is said about a range changes slowly. */
const FRESH_MS = 15_000;
const RETRY_MS = 5_000;
const SOON_MS = 400;
const MOST_EVENTS = 500;

const NONE: readonly Advice[] = [];

/** Advice about one instance in the range on screen. */
export function useAdvice(
  row: number,
  lane: number | undefined,
  epoch: string,
  config: unknown,
): readonly Advice[] {
  const [read, setRead] = useState<Omit<Observed, 'config'>>();
  const state = useConnectionState();
  const inForce = useMemo(() => readConfig(config), [config]);
  // Dependencies on purpose: read again after every reconnect.
  useEffect(() => {
    if (state !== 'live' || lane === undefined) return;
    let abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(load, ms);
    };
    const load = (): void => {
      abort.abort();
      abort = new AbortController();
      const { signal } = abort;
      const { from, to } = timeWindow();
      Promise.all([
        readEvents(row, from, to + 1_000, signal, MOST_EVENTS),
        readLaneSeries(row, lane, from, to, signal),
      ]).then(
        ([{ events }, series]) => {
          const own = events.filter((event) => event.lane === lane).reverse();
          setRead({ events: own, series });
          if (getView().at === null) later(FRESH_MS);
        },
        () => {
          if (!signal.aborted) later(RETRY_MS);
        },
      );
    };
    load();
    const stop = onViewChange(() => later(SOON_MS));
    return () => {
      stop();
      abort.abort();
      clearTimeout(timer);
    };
  }, [row, lane, epoch, state]);
  return useMemo(() => (read && inForce ? advise({ ...read, config: inForce }) : NONE), [read, inForce]);
}
