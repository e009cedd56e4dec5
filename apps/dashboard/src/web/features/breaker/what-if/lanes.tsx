import { useCallback } from 'react';
import { LaneCanvas } from '../../../components/lane-canvas.tsx';
import type { LaneRect } from '../../../lib/draw-lanes.ts';
import { useHoverTime } from '../../../lib/hover.ts';
import { slugOf, wordOf } from '../../../lib/states.ts';
import { runAt, type Track } from '../../../lib/track.ts';
import { history } from '../../../live/live.ts';

/** What one instance really showed, where the lane above is that of all of them. */
export function RealLane({ lane, instance }: { lane: number; instance: string }) {
  const lanes = useCallback(
    (): LaneRect[] => [{ middle: 20, size: 'row', track: history.lane(lane) }],
    [lane],
  );
  return (
    <div className="track">
      <Label title="Was" track={history.lane(lane)} where={instance} />
      <LaneCanvas lanes={lanes} className="state-canvas" />
    </div>
  );
}

/** What it would have shown: on the same axis, hatched, so that nobody takes it for what was. */
export function WouldBeLane({ track }: { track: Track | undefined }) {
  const lanes = useCallback((): LaneRect[] => [{ middle: 20, size: 'row', track }], [track]);
  return (
    <div className="track track-would-be" data-would-be>
      <Label title="Would be" track={track} />
      <LaneCanvas lanes={lanes} className="state-canvas would-be-canvas" />
    </div>
  );
}

function Label({ title, track, where }: { title: string; track: Track | undefined; where?: string }) {
  const t = useHoverTime();
  const code = t === null ? undefined : runAt(track, t)?.code;
  const state = code === undefined ? '' : wordOf(slugOf(code)).toLowerCase();
  return (
    <div className="track-label">
      <h2>{title}</h2>
      <span className="would-be-where" title={where}>
        {state || where}
      </span>
    </div>
  );
}
