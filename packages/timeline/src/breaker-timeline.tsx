'use client';
import { type ReactElement, type RefObject, useEffect, useMemo, useRef, useSyncExternalStore } from 'react';
import { onCanvasChange } from './drawing/fit-canvas.ts';
import { STATE_SLUGS, slugOf, wordOf } from './drawing/states.ts';
import type { TimelineLane, TimelineSelection } from './lanes.ts';
import { paint, type Scene } from './paint.ts';
import { isMoment, readLane } from './read-lane.ts';
import { labelOf, selectionOf, shownRuns } from './runs.ts';
import { SegmentTable } from './segment-table.tsx';
import { Sign } from './sign.tsx';
import { useCursor } from './use-cursor.ts';
import { clockOf, describe } from './words.ts';

const MOST_LANES = 100;
const HEIGHT = { least: 12, usual: 32, most: 96 };

/** What `<BreakerTimeline>` is given. */
export interface BreakerTimelineProps {
  /** What is drawn, from top to bottom. At most the first 100. */
  readonly lanes: readonly TimelineLane[];
  /** The left edge, in epoch milliseconds. */
  readonly fromMs: number;
  /** The right edge, in epoch milliseconds, after `fromMs`. */
  readonly toMs: number;
  /**
   * The present, in epoch milliseconds: nothing is drawn after it, and a state without an end lasts until then.
   * @default toMs
   */
  readonly now?: number | undefined;
  /**
   * Until when something is known, in epoch milliseconds: after it all lanes show "no data".
   * @default now
   */
  readonly knownUntilMs?: number | undefined;
  /**
   * Height of one lane, in CSS pixels, 12 to 96. From 24 on states are drawn as high as on the dashboard's pages.
   * @default 32
   */
  readonly height?: number | undefined;
  /**
   * Dark or light: `auto` as the reader's system has it.
   * @default 'auto'
   */
  readonly theme?: 'auto' | 'light' | 'dark' | undefined;
  /** What the timeline is called where it is read aloud. @default 'Circuit breaker states' */
  readonly label?: string | undefined;
  /** One sentence about what is wrong, shown under the lanes and read aloud when it comes. */
  readonly problem?: string | undefined;
  /** Nothing was read yet, and it is on its way. @default false */
  readonly loading?: boolean | undefined;
  /** Somebody clicked on a state, or pressed Enter on it. */
  readonly onSelect?: ((selection: TimelineSelection) => void) | undefined;
}

const never = () => () => {};

/**
 * State timelines of circuit breakers, as the dashboard draws them: one lane each on a common time axis. Needs
 * `@cb/timeline/style.css` on the page, and no server. Whatever it is given, it does not throw.
 *
 * Arrow keys go from change to change and from lane to lane; what is pointed at stands under the lanes in words. Screen readers
 * find a table with the same.
 *
 * @example
 * ```tsx
 * import { BreakerTimeline } from '@cb/timeline';
 * import '@cb/timeline/style.css';
 *
 * const lanes = [{ label: 'payments', segments: [
 *   { state: 'closed', fromMs: 0 },
 *   { state: 'open', fromMs: 60_000, toMs: 90_000, why: '61 % of calls failed' },
 * ] }] as const;
 *
 * export const timeline = <BreakerTimeline lanes={lanes} fromMs={0} toMs={120_000} />;
 * ```
 */
export function BreakerTimeline(props: BreakerTimelineProps): ReactElement {
  const { theme = 'auto', label = 'Circuit breaker states', problem, loading = false, onSelect } = props;
  const inBrowser = useSyncExternalStore(
    never,
    () => true,
    () => false,
  );
  const usable = isMoment(props.fromMs) && isMoment(props.toMs) && props.fromMs < props.toMs;
  const [from, to] = usable ? [props.fromMs, props.toMs] : [0, 1];
  const now = isMoment(props.now) ? Math.min(props.now, to) : to;
  const knownUntil = isMoment(props.knownUntilMs) ? props.knownUntilMs : undefined;
  const silent = knownUntil !== undefined && knownUntil < now;
  const height = clamp(props.height);
  const given: readonly TimelineLane[] = Array.isArray(props.lanes) && usable ? props.lanes : NONE;
  const lanes = useMemo(() => given.slice(0, MOST_LANES), [given]);
  const read = useMemo(
    () => lanes.map((lane) => readLane(lane?.segments, silent ? knownUntil : undefined)),
    [lanes, silent, knownUntil],
  );
  const window = useMemo(() => ({ from, to }), [from, to]);
  const live = props.now !== undefined && now === to;
  const scene = useMemo(
    () => ({ read, window, now, live, height, theme }),
    [read, window, now, live, height, theme],
  );
  const canvas = usePainted(scene);
  const root = useRef<HTMLElement>(null);
  // By the CSSOM, as a policy without inline styles allows.
  useEffect(() => root.current?.style.setProperty('--cb-lane-height', `${height}px`), [height]);

  const select = (lane: number, run: number) => {
    const of = read[lane];
    if (of) onSelect?.(selectionOf(lanes, lane, of, run, now));
  };
  const { cursor, onKeyDown, ...pointing } = useCursor(scene, select);
  const clock = clockOf(to - from, inBrowser);
  const at = cursor && read[cursor.lane];
  const chosen = cursor && at && selectionOf(lanes, cursor.lane, at, cursor.run, now);
  const states = read.map((lane) => {
    const [first, last] = shownRuns(lane, window, now);
    return last < first ? 'no-data' : slugOf(lane.code[last] ?? 0);
  });
  const told = [
    !usable && !loading && lanesGiven(props.lanes)
      ? 'There is no such range: fromMs must be before toMs.'
      : '',
    given.length > MOST_LANES ? `${given.length - MOST_LANES} more lanes are not shown.` : '',
    problem,
    silent ? `No data since ${clock.at(knownUntil)}.` : '',
    loading && lanes.length === 0 && !problem ? 'Loading…' : '',
  ].filter(Boolean);
  return (
    <figure
      ref={root}
      className="cb-timeline"
      data-theme={theme === 'auto' ? undefined : theme}
      aria-label={label}
    >
      <div className="cb-timeline-body">
        <ul className="cb-timeline-labels">
          {lanes.map((lane, n) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: two lanes may have the same label, and a lane has nothing else.
            <li key={n} title={labelOf(lane)}>
              <Sign state={states[n] ?? 'no-data'} />
              <span className="cb-timeline-label">{labelOf(lane)}</span>
              <span className="cb-timeline-word">{wordOf(states[n] ?? 'no-data')}</span>
            </li>
          ))}
        </ul>
        <div className="cb-timeline-plot">
          <canvas
            ref={canvas}
            role="img"
            aria-label={lanes.length > 0 ? `${label}, ${clock.at(from)} to ${clock.at(to)}` : label}
          />
          {cursor && <i className="cb-timeline-cursor" style={{ left: `${cursor.share * 100}%` }} />}
          {lanes.length > 0 && (
            <div
              className="cb-timeline-hand"
              role="slider"
              tabIndex={0}
              aria-label={`${label}: go through them with the arrow keys`}
              aria-valuemin={0}
              aria-valuemax={cursor ? cursor.count - 1 : 0}
              aria-valuenow={cursor?.place ?? 0}
              aria-valuetext={
                chosen ? `${chosen.label}: ${describe(chosen, clock, now, true)}` : 'nothing chosen'
              }
              {...pointing}
              onKeyDown={onKeyDown}
              onClick={() => cursor && select(cursor.lane, cursor.run)}
            />
          )}
        </div>
      </div>
      <div className="cb-timeline-foot" aria-hidden="true">
        {chosen ? (
          <span>
            <Sign state={chosen.state} />
            <b>{chosen.label}</b> {describe(chosen, clock, now)}
          </span>
        ) : (
          STATE_SLUGS.map((state) => (
            <span key={state}>
              <Sign state={state} />
              {wordOf(state)}
            </span>
          ))
        )}
      </div>
      <p className="cb-timeline-problem" role="status">
        {told.join(' ')}
      </p>
      <SegmentTable lanes={lanes} read={read} window={window} now={now} clock={clock} />
    </figure>
  );
}

const NONE: readonly TimelineLane[] = [];

function lanesGiven(lanes: unknown): boolean {
  return Array.isArray(lanes) && lanes.length > 0;
}

function clamp(height: unknown): number {
  if (typeof height !== 'number' || Number.isNaN(height)) return HEIGHT.usual;
  return Math.round(Math.min(HEIGHT.most, Math.max(HEIGHT.least, height)));
}

/** A canvas that is painted when the scene changes, and when its place on the page does. */
function usePainted(scene: Scene): RefObject<HTMLCanvasElement | null> {
  const canvas = useRef<HTMLCanvasElement>(null);
  const latest = useRef(scene);
  useEffect(() => {
    latest.current = scene;
    if (canvas.current) paint(canvas.current, scene);
  }, [scene]);
  useEffect(() => {
    const { current } = canvas;
    if (!current) return;
    const redraw = () => paint(current, latest.current);
    const stop = onCanvasChange(current, redraw);
    const dark = typeof matchMedia === 'undefined' ? undefined : matchMedia('(prefers-color-scheme: dark)');
    dark?.addEventListener('change', redraw);
    return () => {
      stop();
      dark?.removeEventListener('change', redraw);
    };
  }, []);
  return canvas;
}
