import type { BreakerDetail } from '@cb/protocol';
import { changedParts, laidOver, takenAway } from '../../lib/config-diff.ts';
import { instancesOf, willDo } from '../../lib/control-words.ts';
import { ReasonFields } from './act-fields.tsx';
import { CommonFields } from './common-fields.tsx';
import { InstanceChoice } from './instance-choice.tsx';
import { ProblemNote } from './problem-note.tsx';
import { SettingsDifference } from './settings-difference.tsx';
import type { Acting } from './use-acting.ts';
import { useDraft } from './use-draft.ts';
import type { Target } from './use-target.ts';

interface Props {
  target: Target;
  detail: BreakerDetail;
  proposed: unknown;
  acting: Acting;
  onSend: (settings: Record<string, unknown>) => void;
  onClose: () => void;
}

export function SettingsEditor({ target, detail, proposed, acting, onSend, onClose }: Props) {
  const draft = useDraft(laidOver(detail.config, proposed));
  const { chosen, busy } = acting;
  const parts = changedParts(detail.config, draft.config);
  const gone = takenAway(detail.config, draft.config);
  const wrong = draft.refused ?? (gone.length > 0 ? takenAwayWords(gone) : undefined);
  const problem = wrong ?? acting.problem;
  const ready = draft.broken === undefined && wrong === undefined && Object.keys(parts).length > 0;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        // A number that cannot be used is not in the settings: nothing is sent as if it had never been typed.
        const odd = event.currentTarget.querySelector<HTMLElement>('[aria-invalid="true"]');
        if (odd) odd.focus();
        else if (ready) onSend(parts);
      }}
    >
      <p className="muted">In force: revision {detail.configRevision}.</p>
      <CommonFields draft={draft} />
      <details>
        <summary>All settings, as JSON</summary>
        <textarea
          aria-label="All settings, as JSON"
          name="settings"
          rows={14}
          spellCheck={false}
          value={draft.text}
          aria-invalid={draft.broken !== undefined}
          onChange={(event) => draft.setText(event.target.value)}
        />
        {draft.broken && (
          <p className="act-problem" role="alert">
            {draft.broken}
          </p>
        )}
      </details>
      {draft.broken === undefined && (
        <SettingsDifference name={target.name} before={detail.config} after={draft.config} />
      )}
      <ReasonFields acting={acting} />
      <InstanceChoice target={target} acting={acting} />
      {chosen.length > 0 && (
        <p className="act-sentence" data-sentence>
          {willDo('configure', chosen.length, target.service, undefined)}
        </p>
      )}
      <ProblemNote problem={problem} />
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose} disabled={busy}>
          Cancel
        </button>
        <button type="submit" className="button primary" disabled={busy || !ready}>
          {busy ? 'Asking…' : `Change settings: ${instancesOf(chosen.length, target.service)}`}
        </button>
      </div>
    </form>
  );
}

function takenAwayWords(gone: readonly string[]): string {
  return `Settings are laid over those in force, so ${gone.join(', ')} cannot be taken away from here: change the service’s code.`;
}
