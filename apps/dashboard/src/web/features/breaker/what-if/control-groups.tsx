import type { Config } from '../../../lib/breaker-config.ts';
import { ControlRow } from './control-row.tsx';
import { type ControlGroup, groupsOf } from './controls.ts';
import {
  missingRules,
  type RuleKind,
  type WindowKind,
  withCloseKind,
  withNewRule,
  withoutRule,
  withStayOpenKind,
  withWindowKind,
} from './edits.ts';

interface Props {
  config: Config;
  inForce: Config;
  onChange: (config: Config) => void;
}

/** Every number of a configuration that moves the circuit, by what it is about. */
export function ControlGroups({ config, inForce, onChange }: Props) {
  const before = new Map(
    groupsOf(inForce).flatMap(({ controls }) => controls.map(({ key, value }) => [key, value])),
  );
  const missing = missingRules(config);
  return (
    <div className="control-groups">
      {groupsOf(config).map((group) => (
        <fieldset key={group.key} className="control-group">
          <legend>
            {group.title}
            <Kind group={group} config={config} onChange={onChange} />
            {group.rule !== undefined && (
              <button
                type="button"
                className="link-button control-remove"
                aria-label={`Remove the rule “${group.title}”`}
                onClick={() => onChange(withoutRule(config, group.rule as number))}
              >
                remove
              </button>
            )}
          </legend>
          {group.note && <p className="muted">{group.note}</p>}
          {group.controls.map((control) => (
            <ControlRow
              key={control.key}
              control={control}
              inForce={before.get(control.key)}
              onChange={onChange}
            />
          ))}
        </fieldset>
      ))}
      {missing.length > 0 && (
        <label className="control-add">
          <span className="hidden">Add a rule</span>
          <select
            value=""
            onChange={(event) => onChange(withNewRule(config, event.target.value as RuleKind))}
          >
            <option value="">Add a rule…</option>
            {missing.map((kind) => (
              <option key={kind} value={kind}>
                {RULES[kind]}
              </option>
            ))}
          </select>
        </label>
      )}
    </div>
  );
}

const RULES: Readonly<Record<RuleKind, string>> = {
  'failure-ratio': 'Share of failures',
  'slow-ratio': 'Share of slow calls',
  failures: 'Number of failed calls',
  'consecutive-failures': 'Failures in a row',
};
const WINDOWS: readonly (readonly [WindowKind, string])[] = [
  ['last-ms', 'of time'],
  ['last-calls', 'of calls'],
  ['tumbling', 'in intervals'],
  ['since-closed', 'since closed'],
];
const STAY_OPEN = [
  ['fixed', 'fixed'],
  ['backoff', 'growing'],
] as const;
const CLOSE = [
  ['success-ratio', 'by their share'],
  ['successes', 'by their number'],
  ['successes-in-a-row', 'in a row'],
  ['below-limits', 'by the limits'],
] as const;

function Kind({
  group,
  config,
  onChange,
}: {
  group: ControlGroup;
  config: Config;
  onChange: (config: Config) => void;
}) {
  switch (group.key) {
    case 'window':
      return (
        <Choice
          name="Kind of window"
          value={config.window.kind}
          options={WINDOWS}
          onChange={(kind) => onChange(withWindowKind(config, kind))}
        />
      );
    case 'stayOpen':
      return (
        <Choice
          name="Kind of open time"
          value={config.stayOpen.kind}
          options={STAY_OPEN}
          onChange={(kind) => onChange(withStayOpenKind(config, kind))}
        />
      );
    case 'probing':
      return (
        <Choice
          name="What closes"
          value={config.probing.closeWhen.kind}
          options={CLOSE}
          onChange={(kind) => onChange(withCloseKind(config, kind))}
        />
      );
    default:
      return null;
  }
}

interface ChoiceProps<K extends string> {
  name: string;
  value: K;
  options: readonly (readonly [K, string])[];
  onChange: (kind: K) => void;
}

function Choice<K extends string>({ name, value, options, onChange }: ChoiceProps<K>) {
  return (
    <select aria-label={name} value={value} onChange={(event) => onChange(event.target.value as K)}>
      {options.map(([kind, words]) => (
        <option key={kind} value={kind}>
          {words}
        </option>
      ))}
    </select>
  );
}
