import { compareInstances, type TraceStretch } from '@cb/protocol';
import { useMemo } from 'react';
import { type Changes, type Config, changesOf, isSame, readConfig } from '../../../lib/breaker-config.ts';
import { isRecord } from '../../../lib/config-words.ts';
import { clock } from '../../../lib/format.ts';
import { select } from '../../../lib/view.ts';
import { ALL_INSTANCES, setWhatIf, useWhatIf } from '../../../lib/what-if-state.ts';
import type { RowView } from '../../../live/row-view.ts';
import { ChangeList } from './change-list.tsx';
import { CodeBlock } from './code-block.tsx';
import { ControlGroups } from './control-groups.tsx';
import { RealLane, WouldBeLane } from './lanes.tsx';
import { isPreset, PRESETS, withPreset } from './presets.ts';
import { sumOf, trackOf } from './sum.ts';
import { type Simulation, useSimulation } from './use-simulation.ts';
import { badgeOf, wordsOf } from './words.ts';
import './what-if.css';

/** Instances that are simulated together at most. */
const MOST_INSTANCES = 12;

interface Props {
  view: RowView;
  /** As the service said it; undefined while that is not known. */
  config: unknown;
  /** The instance that opened last. */
  opened: string | undefined;
  /** Opens whatever changes settings of a running breaker. */
  onApply?: ((changes: Changes) => void) | undefined;
}

/** What the breaker would have done with the traffic on screen, had its settings been others. */
export default function WhatIf({ view, config, opened, onApply }: Props) {
  const inForce = useMemo(() => readConfig(config), [config]);
  if (inForce === undefined) {
    return (
      <div className="track what-if-panel" data-apart>
        {config === undefined
          ? 'Reading the settings…'
          : 'The service did not say its settings in a way that can be replayed.'}
      </div>
    );
  }
  return <Panel view={view} inForce={inForce} opened={opened} onApply={onApply} />;
}

function Panel({ view, inForce, opened, onApply }: Omit<Props, 'config'> & { inForce: Config }) {
  const { changes, on } = useWhatIf();
  const candidate = useMemo(() => candidateOf(inForce, changes), [inForce, changes]);
  const lanes = chosenLanes(view, on, opened);
  const simulation = useSimulation(view.row, lanes, inForce, candidate);
  const set = (next: Config): void => setWhatIf({ changes: changesOf(next, inForce) });
  const changed = !isSame(candidate, inForce);
  const several = lanes.length > 1;
  const runs = simulation.outcome?.lanes;
  const track = useMemo(() => runs && trackOf(runs.map((each) => each.candidate)), [runs]);
  const [lane] = lanes;
  return (
    <>
      {lane && !several && view.instances.length > 1 && <RealLane {...lane} />}
      <WouldBeLane track={track} />
      <section className="what-if-panel" aria-label="What if" data-apart data-exact={exactOf(simulation)}>
        <header className="what-if-head">
          <h2>What if…</h2>
          <InstanceChoice view={view} on={on} chosen={lanes} />
          <fieldset className="ranges" aria-label="Starting points">
            <button type="button" aria-pressed={!changed} onClick={() => set(inForce)}>
              In force
            </button>
            {PRESETS.map((preset) => (
              <button
                key={preset.name}
                type="button"
                title={preset.says}
                aria-pressed={isPreset(candidate, inForce, preset)}
                onClick={() => set(withPreset(inForce, preset))}
              >
                {preset.name}
              </button>
            ))}
          </fieldset>
          <span className="what-if-acts">
            {onApply && changed && (
              <button
                type="button"
                className="button primary"
                onClick={() => onApply(changesOf(candidate, inForce))}
              >
                Apply…
              </button>
            )}
            <button type="button" className="button" onClick={() => setWhatIf({ open: false })}>
              Close
            </button>
          </span>
        </header>
        <Findings simulation={simulation} changed={changed} several={several} />
        <ControlGroups config={candidate} inForce={inForce} onChange={set} />
        <CodeBlock name={view.name} config={candidate} inForce={inForce} />
      </section>
    </>
  );
}

function candidateOf(inForce: Config, changes: unknown): Config {
  if (!isRecord(changes)) return inForce;
  const known = Object.entries(changes).filter(([key]) => PARTS.has(key));
  return readConfig({ ...inForce, ...Object.fromEntries(known) }) ?? inForce;
}

const PARTS: ReadonlySet<string> = new Set([
  'window',
  'openWhen',
  'stayOpen',
  'probing',
  'rampUp',
  'counting',
  'failAfterMs',
  'warmUpMs',
] satisfies (keyof Config)[]);

function chosenLanes(
  { instances }: RowView,
  on: string,
  opened: string | undefined,
): { lane: number; instance: string }[] {
  const ordered = [...instances].sort((a, b) => compareInstances(a.instance, b.instance));
  if (on === ALL_INSTANCES) return ordered.slice(0, MOST_INSTANCES);
  const wanted =
    ordered.find(({ instance }) => instance === on) ?? ordered.find(({ instance }) => instance === opened);
  return [wanted ?? ordered[0]].flatMap((each) => (each === undefined ? [] : [each]));
}

function InstanceChoice({
  view,
  on,
  chosen,
}: {
  view: RowView;
  on: string;
  chosen: readonly { instance: string }[];
}) {
  if (view.instances.length < 2) return null;
  const value = on === ALL_INSTANCES ? on : (chosen[0]?.instance ?? '');
  const all =
    view.instances.length > MOST_INSTANCES
      ? `${MOST_INSTANCES} of ${view.instances.length} instances`
      : 'all instances';
  return (
    <label className="what-if-on">
      on{' '}
      <select value={value} onChange={(event) => setWhatIf({ on: event.target.value })}>
        <option value={ALL_INSTANCES}>{all}</option>
        {view.instances.map(({ lane, instance }) => (
          <option key={lane} value={instance}>
            {instance}
          </option>
        ))}
      </select>
    </label>
  );
}

function exactOf({ outcome }: Simulation): boolean | undefined {
  if (outcome === undefined || outcome.lanes.length === 0) return undefined;
  return outcome.lanes.every(({ baseline }) => baseline.exact);
}

function Findings({
  simulation,
  changed,
  several,
}: {
  simulation: Simulation;
  changed: boolean;
  several: boolean;
}) {
  const { outcome, bounds, refused, loaded, recorded } = simulation;
  if (refused !== undefined) {
    return (
      <p className="what-if-refused" role="alert">
        {refused}
      </p>
    );
  }
  if (outcome === undefined)
    return <p className="muted">{loaded ? 'Simulating…' : 'Reading what was recorded…'}</p>;
  if (outcome.lanes.length === 0) return <p className="muted">Nothing was recorded in this range.</p>;
  const { lanes, without } = outcome;
  const baseline = sumOf(lanes.map((each) => ({ instance: each.instance, run: each.baseline.run })));
  const candidate = sumOf(lanes.map((each) => ({ instance: each.instance, run: each.candidate })));
  const badge = badgeOf(
    lanes.map((each) => each.baseline),
    candidate.totals.assumed,
  );
  return (
    <>
      <ul className="what-if-words" aria-live="polite">
        {wordsOf({ baseline, candidate, bounds, several }, changed).map(({ tone, strong, after }) => (
          <li key={strong} className={`tone-${tone}`}>
            <strong>{strong}</strong>
            {after}
          </li>
        ))}
      </ul>
      <p className={badge.exact ? 'what-if-badge exact' : 'what-if-badge'}>
        <b>{badge.text}</b> {badge.notes.join(' ')}
        {without.length > 0 && ` Nothing was recorded of ${without.join(', ')}.`}{' '}
        <Recorded stretch={badge.exact ? undefined : recorded} />
      </p>
      <ChangeList changes={candidate.transitions} several={several} />
    </>
  );
}

/** Where a part of the range would be exact. */
function Recorded({ stretch }: { stretch: TraceStretch | undefined }) {
  if (stretch === undefined) return null;
  const [from, to] = stretch;
  return (
    <button type="button" className="link-button" onClick={() => select(Math.ceil(from), Math.floor(to))}>
      Every call was recorded from {clock(from)} to {clock(to)}: show that
    </button>
  );
}
