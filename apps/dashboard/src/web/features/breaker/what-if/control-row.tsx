import { useEffect, useState } from 'react';
import type { Config } from '../../../lib/breaker-config.ts';
import type { Control } from './controls.ts';
import { positionOf, SLIDER_STEPS, typedValue, valueAt } from './slider.ts';

interface Props {
  control: Control;
  /** The same number of the configuration in force; undefined where that has none. */
  inForce: number | undefined;
  onChange: (config: Config) => void;
}

/** One number: a slider, a field beside it, what is in force, and the way back to it. */
export function ControlRow({ control, inForce, onChange }: Props) {
  const { key, label, unit, value } = control;
  const changed = inForce !== undefined && inForce !== value;
  const words = `${label} ${unit}`.trim();
  return (
    <div className={changed ? 'control control-changed' : 'control'} data-control={key}>
      <label className="control-label" htmlFor={`control-${key}`}>
        {label}
      </label>
      <input
        id={`control-${key}`}
        className="control-slider"
        type="range"
        min={0}
        max={SLIDER_STEPS}
        value={positionOf(control)}
        aria-valuetext={`${value} ${unit}`.trim()}
        onChange={(event) => onChange(control.change(valueAt(control, Number(event.target.value))))}
      />
      <Field control={control} name={words} onChange={onChange} />
      <span className="control-unit">{unit}</span>
      <span className="control-was">
        {changed && (
          <button
            type="button"
            className="link-button"
            title={`Back to ${inForce} ${unit}`.trim()}
            onClick={() => onChange(control.change(inForce))}
          >
            now {inForce}
          </button>
        )}
      </span>
    </div>
  );
}

/** What is being typed need not be a number yet; what is none stays on this side. */
function Field({
  control,
  name,
  onChange,
}: {
  control: Control;
  name: string;
  onChange: (config: Config) => void;
}) {
  const [text, setText] = useState(String(control.value));
  useEffect(
    () => setText((typed) => (typedValue(control, typed) === control.value ? typed : String(control.value))),
    [control],
  );
  const take = (typed: string): void => {
    setText(typed);
    const value = typedValue(control, typed);
    if (value !== undefined && value !== control.value) onChange(control.change(value));
  };
  return (
    <input
      className="control-field"
      type="text"
      inputMode="decimal"
      aria-label={name}
      aria-invalid={typedValue(control, text) === undefined}
      value={text}
      onChange={(event) => take(event.target.value)}
      onBlur={() => setText(String(control.value))}
    />
  );
}
