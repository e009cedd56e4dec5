import type { TraceStretch } from '@cb/protocol';
import { useEffect, useRef, useState } from 'react';
import type { Config } from '../../../lib/breaker-config.ts';
import { serverNow } from '../../../lib/clock.ts';
import { getView, onViewChange, timeWindow } from '../../../lib/view.ts';
import { useConnectionState, useFleetIndex } from '../../../live/hooks.ts';
import { history } from '../../../live/live.ts';
import { readLane, type TriedLane } from './read-lanes.ts';
import { NOTHING_SIMULATED, type Simulated, Simulator } from './simulator.ts';

/** While the page follows the present, what is new is read this often; longer ranges less often. */
const FRESH_MS = 4_000;
const RETRY_MS = 2_000;
/** Lanes that are not there yet are on their way. */
const SOON_MS = 250;
const LEAST_LOOKBACK_MS = 60_000;

export interface Simulation extends Simulated {
  /** Where every call was recorded, while all of the range was not. */
  recorded: TraceStretch | undefined;
  loaded: boolean;
}

/** Reads the traffic of the range on screen and plays it to the candidate, whenever one of them changes. */
export function useSimulation(
  row: number,
  lanes: readonly { lane: number; instance: string }[],
  inForce: Config,
  candidate: Config,
): Simulation {
  const [simulated, setSimulated] = useState<Simulated>(NOTHING_SIMULATED);
  const [read, setRead] = useState<{ recorded: TraceStretch | undefined }>();
  const simulator = useRef<Simulator>(undefined);
  const { epoch } = useFleetIndex();
  const state = useConnectionState();
  const key = `${epoch}:${state}:${row}:${lanes.map(({ lane }) => lane).join(',')}`;

  useEffect(() => {
    const made = new Simulator(setSimulated);
    simulator.current = made;
    return () => made.close();
  }, []);
  // Dependencies on purpose: the key says when the lanes are others, or have to be read again after a reconnect.
  useEffect(() => {
    if (state !== 'live') return;
    let abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = (ms: number): void => {
      clearTimeout(timer);
      timer = setTimeout(load, ms);
    };
    const load = (): void => {
      const tried = lanes.map((each): TriedLane => ({ ...each, track: history.lane(each.lane) }));
      if (tried.some(({ track }) => track === undefined)) {
        later(SOON_MS);
        return;
      }
      abort.abort();
      abort = new AbortController();
      const { signal } = abort;
      const { from, to } = timeWindow();
      const range = { from, to: Math.min(to, serverNow()) };
      const lookbackMs = lookbackFor(inForce);
      Promise.all(tried.map((each) => readLane(row, each, range, lookbackMs, signal))).then(
        (data) => {
          simulator.current?.load(inForce, data, range);
          setRead({ recorded: data[0]?.recorded });
          if (getView().at === null) later(Math.max(FRESH_MS, (to - from) / 200));
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
  }, [key, inForce]);
  useEffect(() => simulator.current?.play(candidate), [candidate]);

  return { ...simulated, recorded: read?.recorded, loaded: read !== undefined };
}

/** Before the range, so that the window is filled when it begins. */
function lookbackFor({ window, stayOpen }: Config): number {
  const windowMs = 'ms' in window ? window.ms : 0;
  return Math.min(3_600_000, Math.max(LEAST_LOOKBACK_MS, 2 * windowMs, stayOpen.maxMs));
}
