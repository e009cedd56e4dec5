import { useId } from 'react';
import { endWords } from '../../lib/control-words.ts';
import { clock } from '../../lib/format.ts';
import { useNow } from '../../lib/seconds.ts';
import type { Acting } from './use-acting.ts';

const LENGTHS: readonly { label: string; ms: number | undefined }[] = [
  { label: '5 min', ms: 300_000 },
  { label: '15 min', ms: 900_000 },
  { label: '1 h', ms: 3_600_000 },
  { label: '4 h', ms: 14_400_000 },
  { label: 'Until released', ms: undefined },
];

/** How long, for a mode. */
export function LengthChoice({ acting }: { acting: Acting }) {
  const name = useId();
  const now = useNow();
  const { forMs } = acting.form;
  return (
    <fieldset className="act-length">
      <legend>How long</legend>
      <div className="act-lengths">
        {LENGTHS.map(({ label, ms }) => (
          <label key={label}>
            <input
              type="radio"
              name={name}
              checked={forMs === ms}
              onChange={() => acting.change({ forMs: ms })}
            />
            {label}
          </label>
        ))}
      </div>
      <p className="muted">{endWords(forMs, clock(now + (forMs ?? 0)))}</p>
    </fieldset>
  );
}

/** Why, and by whom. */
export function ReasonFields({ acting }: { acting: Acting }) {
  const { form, change } = acting;
  return (
    <div className="act-reason">
      <label>
        Reason
        <input
          data-first
          name="reason"
          value={form.reason}
          maxLength={200}
          autoComplete="off"
          required
          minLength={3}
          placeholder="Why: it stands in the audit log and on the page"
          onChange={(event) => change({ reason: event.target.value })}
        />
      </label>
      <label>
        <span>
          Your name <span className="muted">optional</span>
        </span>
        <input
          name="who"
          value={form.who}
          maxLength={64}
          autoComplete="off"
          placeholder="A note, no proof"
          onChange={(event) => change({ who: event.target.value })}
        />
      </label>
    </div>
  );
}

/** The second step of an act that decides over every call. */
export function NameCheck({ acting, name }: { acting: Acting; name: string }) {
  if (!acting.asksName) return null;
  return (
    <label className="act-name">
      <span>
        This concerns every call. Type <b>{name}</b> to go on
      </span>
      <input
        name="breaker"
        value={acting.form.typed}
        autoComplete="off"
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => acting.change({ typed: event.target.value })}
      />
    </label>
  );
}
