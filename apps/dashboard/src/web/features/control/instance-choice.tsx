import { type InstanceEntry, LANE } from '@cb/protocol';
import { Glyph } from '../../components/glyph.tsx';
import { isOverlaid, modeWord, signature } from '../../lib/overlay-words.ts';
import { slugOf } from '../../lib/states.ts';
import type { Acting } from './use-acting.ts';
import { type Target, takesCommands } from './use-target.ts';

/** Which instances: a line for each, with what it computes and what is laid over it. */
export function InstanceChoice({ target, acting }: { target: Target; acting: Acting }) {
  const { form, able, chosen } = acting;
  const choose = (lanes: readonly InstanceEntry[], on: boolean) => {
    const without = new Set(form.without);
    for (const { lane } of lanes) {
      if (on) without.delete(lane);
      else without.add(lane);
    }
    acting.change({ without });
  };
  return (
    <fieldset className="act-instances">
      <legend>
        Instances{' '}
        <span className="muted">
          {chosen.length} of {target.instances.length}
        </span>
      </legend>
      {able.length > 1 && (
        <label className="act-instance act-all">
          <input
            type="checkbox"
            checked={chosen.length === able.length}
            ref={(box) => {
              if (box) box.indeterminate = chosen.length > 0 && chosen.length < able.length;
            }}
            onChange={(event) => choose(able, event.target.checked)}
          />
          All {able.length === target.instances.length ? able.length : `${able.length} that take commands`}
        </label>
      )}
      <ul>
        {target.instances.map((each) => (
          <li key={each.lane}>
            <label className="act-instance" data-choice={each.instance}>
              <input
                type="checkbox"
                checked={chosen.includes(each)}
                disabled={!takesCommands(each)}
                onChange={(event) => choose([each], event.target.checked)}
              />
              <Glyph state={slugOf(each.code)} size={14} />
              <span className="act-instance-name">{each.instance}</span>
              <span className="act-instance-state">
                <StateWords entry={each} changed={acting.seen(each.lane) !== each.version} />
              </span>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

function StateWords({ entry, changed }: { entry: InstanceEntry; changed: boolean }) {
  if (entry.code === LANE.noData) return <>no heartbeat</>;
  return (
    <>
      {isOverlaid(entry) && (
        <b>
          {modeWord(entry.mode).toLowerCase()}
          {signature(entry.modeBy, undefined)} ·{' '}
        </b>
      )}
      {isOverlaid(entry) ? `computed ${entry.state}` : entry.state}
      {entry.control !== true && ' · takes no commands'}
      {changed && <em> · changed since you opened this</em>}
    </>
  );
}
