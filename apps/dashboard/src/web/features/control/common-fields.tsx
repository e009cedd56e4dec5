import { useEffect, useState } from 'react';
import { type CommonSetting, commonSettings, refusalOf, withCommon } from '../../lib/common-settings.ts';
import type { Draft } from './use-draft.ts';

/** The settings that most changes are about. While the JSON is broken they wait: what is typed there is not lost. */
export function CommonFields({ draft }: { draft: Draft }) {
  return (
    <fieldset className="settings-common" disabled={draft.broken !== undefined}>
      {commonSettings(draft.config).map((setting) => (
        <CommonField key={setting.name} setting={setting} draft={draft} />
      ))}
    </fieldset>
  );
}

function CommonField({ setting, draft }: { setting: CommonSetting; draft: Draft }) {
  const { name, label, unit, value } = setting;
  const [text, setText] = useState(String(value));
  const refused = refusalOf(setting, text);
  useEffect(() => {
    // Changed elsewhere, in the JSON: "0." that is being typed stays what it is.
    setText((typed) => (Number(typed.replace(',', '.')) === value ? typed : String(value)));
  }, [value]);
  return (
    <label>
      {label}
      <span className="settings-number">
        <input
          name={name}
          inputMode="decimal"
          value={text}
          autoComplete="off"
          aria-invalid={refused !== undefined}
          onChange={({ target }) => {
            setText(target.value);
            if (refusalOf(setting, target.value) === undefined)
              draft.setConfig(withCommon(draft.config, name, target.value));
          }}
        />
        {unit}
      </span>
      {refused && (
        <span className="act-problem" role="alert">
          {refused}
        </span>
      )}
    </label>
  );
}
