import type { Moment } from '@cb/protocol';
import { useEffect, useState } from 'react';
import { readMoment } from '../../live/api.ts';
import { useFleetIndex } from '../../live/hooks.ts';

/** A pointer that only passes asks for nothing. */
const REST_MS = 80;
const MOST_KEPT = 50;

const kept = new Map<string, Moment>();

/** What led to a state of a row, as the server knows it. What is over will not change any more; the rest is asked again. */
export function useMoment(row: number, since: number, over: boolean): Moment | undefined {
  const { epoch } = useFleetIndex();
  const key = `${epoch}:${row}:${since}`;
  const [, setAnswered] = useState(0);
  // Dependencies on purpose: the key stands for row and moment.
  useEffect(() => {
    if (over && kept.get(key)?.until !== undefined) return;
    const abort = new AbortController();
    const timer = setTimeout(() => {
      readMoment(row, since, abort.signal).then(
        (moment) => {
          keep(key, moment);
          setAnswered((times) => times + 1);
        },
        () => {},
      );
    }, REST_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [key, over]);
  return kept.get(key);
}

function keep(key: string, moment: Moment): void {
  kept.set(key, moment);
  for (const oldest of kept.keys()) {
    if (kept.size <= MOST_KEPT) break;
    kept.delete(oldest);
  }
}
