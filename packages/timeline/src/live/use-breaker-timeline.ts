'use client';
import { useEffect, useRef, useState } from 'react';
import type { TimelineLane } from '../lanes.ts';
import { follow, type Heard } from './follow.ts';
import { type BreakerTimelineSource, readSource } from './source.ts';

export type { BreakerTimelineSource };

/** What was read, as `<BreakerTimeline>` takes it. */
export interface BreakerTimelineData {
  /** A lane for each breaker, labelled with its name. Empty until something was read. */
  readonly lanes: readonly TimelineLane[];
  /** Left edge: epoch milliseconds by the dashboard's clock, as all moments here. */
  readonly fromMs: number;
  /** Right edge: the present. */
  readonly toMs: number;
  /** The present. */
  readonly now: number;
  /** When something was last read; the lanes show "no data" after it. Undefined until then. */
  readonly knownUntilMs: number | undefined;
  /** What is wrong, as one sentence; undefined where nothing is. */
  readonly problem: string | undefined;
  /** The first answer is on its way. */
  readonly loading: boolean;
}

const NONE: Omit<BreakerTimelineData, 'problem'> = {
  lanes: [],
  fromMs: 0,
  toMs: 1,
  now: 1,
  knownUntilMs: undefined,
  loading: true,
};

/**
 * The timeline of a breaker, or of several, read from a dashboard and kept up to date while the component is there and its page
 * can be seen. Does not throw: what is wrong is in `problem`.
 *
 * @example
 * ```tsx
 * import { BreakerTimeline, useBreakerTimeline } from '@cb/timeline';
 *
 * export function Payments() {
 *   const data = useBreakerTimeline({
 *     url: 'https://dashboard.example.com',
 *     service: 'checkout',
 *     breaker: 'payments',
 *   });
 *   return <BreakerTimeline {...data} />;
 * }
 * ```
 */
export function useBreakerTimeline(source: BreakerTimelineSource): BreakerTimelineData {
  const latest = useRef(source);
  latest.current = source;
  // Options are told apart by what they say: an object made anew in each rendering is the same source.
  const { url, token, service, breaker, instance, spanMs, refreshMs } = source;
  const names = Array.isArray(breaker) ? breaker.join('\n') : breaker;
  const key = [url, token, service, names, instance, spanMs, refreshMs].map(String).join('\n\n');
  const [held, setHeld] = useState<{ key: string; data: BreakerTimelineData }>();
  useEffect(() => {
    const tell = (data: BreakerTimelineData) => setHeld({ key, data });
    try {
      const read = readSource(latest.current);
      return follow(read, (heard) => tell(dataOf(heard, read.spanMs, read.breakers)));
    } catch (error) {
      tell({ ...NONE, loading: false, problem: (error as Error).message });
      return undefined;
    }
  }, [key]);
  return held?.key === key ? held.data : { ...NONE, problem: undefined };
}

function dataOf(
  { reading, now, problem }: Heard,
  spanMs: number,
  breakers: readonly string[],
): BreakerTimelineData {
  const nothing = (label: string): TimelineLane => ({ label, segments: [{ state: 'no-data', fromMs: 0 }] });
  return {
    lanes: reading?.lanes ?? breakers.map(nothing),
    fromMs: now - spanMs,
    toMs: now,
    now,
    knownUntilMs: reading?.now,
    problem,
    loading: false,
  };
}
