import type { ControlOp } from '@cb/protocol';
import { Dialog } from '../../components/dialog.tsx';
import { instancesOf, opWords, willDo } from '../../lib/control-words.ts';
import { computedWords } from '../../lib/overlay-words.ts';
import { LengthChoice, NameCheck, ReasonFields } from './act-fields.tsx';
import { Answers } from './answers.tsx';
import { Gone } from './gone.tsx';
import { InstanceChoice } from './instance-choice.tsx';
import { ProblemNote } from './problem-note.tsx';
import { useActing } from './use-acting.ts';
import { type Target, useTarget } from './use-target.ts';

interface Props {
  row: number;
  op: ControlOp;
  onClose: () => void;
}

/** Asks where, why, and for how long; says exactly what will happen; then shows what did. */
export function ActDialog({ row, op, onClose }: Props) {
  const target = useTarget(row);
  if (!target) return <Gone onClose={onClose} />;
  return <Act target={target} op={op} onClose={onClose} />;
}

function Act({ target, op, onClose }: { target: Target; op: ControlOp; onClose: () => void }) {
  const acting = useActing(target, op);
  const { chosen, form, reply, busy, problem } = acting;
  const { act, expires, dangerous } = opWords(op);
  return (
    <Dialog
      title={
        <>
          {act} <span className="dialog-subject">{target.name}</span>
        </>
      }
      className="act-dialog"
      busy={busy}
      onClose={onClose}
    >
      {reply ? (
        <Answers reply={reply} target={target} onAgain={acting.again} onClose={onClose} />
      ) : (
        <form
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            void acting.send();
          }}
        >
          <ReasonFields acting={acting} />
          {expires && <LengthChoice acting={acting} />}
          <InstanceChoice target={target} acting={acting} />
          {chosen.length > 0 && (
            <p className="act-sentence" data-sentence>
              {willDo(op, chosen.length, target.service, form.forMs)}{' '}
              <span className="muted">Computed now: {computedWords(chosen)}.</span>
            </p>
          )}
          <NameCheck acting={acting} name={target.name} />
          <ProblemNote problem={problem} />
          <div className="dialog-buttons">
            <button type="button" className="button" onClick={onClose} disabled={busy}>
              Cancel
            </button>
            <button type="submit" className={`button ${dangerous ? 'danger' : 'primary'}`} disabled={busy}>
              {busy ? 'Asking…' : `${act}: ${instancesOf(chosen.length, target.service)}`}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
