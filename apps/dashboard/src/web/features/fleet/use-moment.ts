import type { Moment } from '@cb/protocol';
import { useEffect, useState } from 'react';
import { readMoment } from '../../live/api.ts';
import { useFleetIndex } from '../../live/hooks.ts';

/** A pointer that only passes asks for nothing. */
const REST_MS = 80;
const MOST_KEPT = 50;

const kept = new Map<string, Moment>();

/** What led to a state of a row, as the server knows it. Kept once it is over: it will not change any more. */
export function useMoment(row: number, since: number, over: boolean): Moment | undefined {
  const { epoch } = useFleetIndex();
  const key = `${epoch}:${row}:${since}`;
  const [answer, setAnswer] = useState<{ key: string; moment: Moment }>();
  const held = kept.get(key);
  // Dependencies on purpose: the key stands for row and moment.
  useEffect(() => {
    if (held) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      readMoment(row, since, abort.signal).then(
        (moment) => {
          if (over && moment.until !== undefined) keep(key, moment);
          if (!abort.signal.aborted) setAnswer({ key, moment });
        },
        () => {},
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key, over]);
  return held ?? (answer?.key === key ? answer.moment : undefined);
}

function keep(key: string, moment: Moment): void {
  kept.set(key, moment);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
}
