import { useCallback, useMemo } from 'react';
import { Glyph } from '../../components/glyph.tsx';
import { LaneCanvas } from '../../components/lane-canvas.tsx';
import type { LaneRect } from '../../lib/draw-lanes.ts';
import { useNarrow } from '../../lib/narrow.ts';
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
    () => [...view.instances].sort((a, b) => a.instance.localeCompare(b.instance, 'en', { numeric: true })),
    [view.instances],
  );
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
          <b>{view.notClosed}</b> of {view.size} open
        </span>
      </div>
      <div className="track track-instances" style={{ height: instances.length * HEIGHT[room] }}>
        <ul className="instances">
          {instances.map((each) => {
            const slug = slugOf(each.code);
            return (
              <li key={each.lane} data-instance={each.instance} data-state={slug} title={each.instance}>
                <Glyph state={slug} size={13} />
                <span className="hidden">{wordOf(slug)} </span>
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
