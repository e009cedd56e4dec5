import { compareInstances, LANE } from '@cb/protocol';
import { useCallback, useMemo } from 'react';
import { Glyph } from '../../components/glyph.tsx';
import { LaneCanvas } from '../../components/lane-canvas.tsx';
import { ModeMark } from '../../components/mode-mark.tsx';
import type { LaneRect } from '../../lib/draw-lanes.ts';
import { NONE } from '../../lib/format.ts';
import { useNarrow } from '../../lib/narrow.ts';
import { modeWord, overlayLine } from '../../lib/overlay-words.ts';
import { slugOf, wordOf } from '../../lib/states.ts';
import { history } from '../../live/live.ts';
import type { RowView } from '../../live/row-view.ts';

const HEIGHT = { wide: 18, narrow: 34 };
/** Middle of a lane in its row; where there is no room beside the name, below it. */
const MIDDLE = { wide: 9, narrow: 26 };

/** One lane per instance, in the order of their names: which of them opened first is seen at a glance. */
export function InstanceLanes({ view }: { view: RowView }) {
  const room = useNarrow() ? 'narrow' : 'wide';
  const instances = useMemo(
    () => [...view.instances].sort((a, b) => compareInstances(a.instance, b.instance)),
    [view.instances],
  );
  const isolated = instances.filter(({ code }) => code === LANE.isolated).length;
  const key = instances.map((each) => each.lane).join(',');
  const lanes = useCallback(
    (): LaneRect[] =>
      key === ''
        ? []
        : key.split(',').map((lane, i) => ({
            middle: i * HEIGHT[room] + MIDDLE[room],
            size: 'thin',
            track: history.lane(Number(lane)),
          })),
    [key, room],
  );
  return (
    <>
      <div className="track track-instances-head">
        <div className="track-label">
          <h2>Instances</h2>
        </div>
        <span className="muted">
          <b>{view.notClosed === undefined ? NONE : view.notClosed - isolated}</b> of {view.size} open
          {isolated > 0 && (
            <>
              , <b>{isolated}</b> isolated
            </>
          )}
        </span>
      </div>
      <div className="track track-instances" style={{ height: instances.length * HEIGHT[room] }}>
        <ul className="instances">
          {instances.map((each) => {
            const slug = slugOf(each.code);
            const overlay = overlayLine([each]);
            return (
              <li
                key={each.lane}
                data-instance={each.instance}
                data-state={slug}
                title={overlay ? `${each.instance}\n${overlay}` : each.instance}
                {...(overlay && { 'data-mode': each.mode, 'data-computed': each.state })}
              >
                {overlay && <ModeMark mode={each.mode} size={13} />}
                <Glyph state={overlay ? each.state : slug} size={13} />
                <span className="hidden">
                  {overlay ? `${modeWord(each.mode)}, computed ${each.state}` : wordOf(slug)}{' '}
                </span>
                <span className="instance-name">{each.instance}</span>
              </li>
            );
          })}
        </ul>
        <LaneCanvas lanes={lanes} className="instances-canvas" />
      </div>
    </>
  );
}
