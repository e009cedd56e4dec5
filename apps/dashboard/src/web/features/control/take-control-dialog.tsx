import { useEffect, useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { mayAct, roleAllows, roleWord } from '../../lib/roles.ts';
import { tryToken } from '../../live/control.ts';
import { useRole } from '../../live/hooks.ts';
import { connection } from '../../live/live.ts';

const REFUSALS = {
  wrong: 'That is not the token of an operator or an administrator. You can still look.',
  viewer: 'That is a token for viewing: it cannot act. Ask for the control token or the admin token.',
  'too-many': 'Too many wrong tokens. Wait a few seconds.',
  failed: 'The dashboard server did not answer. Try again.',
} as const;

/** Asks for a token that can act, tries it, and only then puts it in the place of the one that looks. */
export function TakeControlDialog({ onClose }: { onClose: () => void }) {
  const [token, setToken] = useState('');
  const [refused, setRefused] = useState('');
  const [trying, setTrying] = useState(false);
  const role = useRole();
  const took = mayAct(role, 'operator');
  useEffect(() => {
    if (took) document.querySelector<HTMLElement>('[data-took]')?.focus();
  }, [took]);
  const tryIt = async () => {
    const given = token.trim();
    if (given === '' || trying) return;
    setTrying(true);
    setRefused('');
    const answer = await tryToken(given);
    setTrying(false);
    if (answer === 'good') connection.takeControl(given);
    else setRefused(REFUSALS[answer]);
  };
  return (
    <Dialog title="Take control" className="take-control" busy={trying} onClose={onClose}>
      {took ? (
        <>
          <p role="status">
            You are <b>{roleWord(role).toLowerCase()}</b> now, in this tab. {roleAllows(role)} Everything you
            do is kept in the audit log.
          </p>
          <div className="dialog-buttons">
            <button type="button" className="button primary" data-took onClick={onClose}>
              Close
            </button>
          </div>
        </>
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void tryIt();
          }}
        >
          <p>
            Whoever runs this dashboard has set a token for operators, and perhaps one for administrators, who
            may also change settings. It is kept for this tab only.
          </p>
          <label>
            Control token
            <input
              data-first
              type="password"
              name="control-token"
              value={token}
              autoComplete="off"
              onChange={(event) => setToken(event.target.value)}
            />
          </label>
          {refused && (
            <p className="act-problem" role="alert">
              {refused}
            </p>
          )}
          <div className="dialog-buttons">
            <button type="button" className="button" onClick={onClose} disabled={trying}>
              Cancel
            </button>
            <button type="submit" className="button primary" disabled={trying}>
              {trying ? 'Trying…' : 'Take control'}
            </button>
          </div>
        </form>
      )}
    </Dialog>
  );
}
