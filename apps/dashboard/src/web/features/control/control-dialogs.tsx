import { useEffect } from 'react';
import { opWords } from '../../lib/control-words.ts';
import { closeDialog, useAsked } from '../../lib/dialogs.ts';
import { mayAct } from '../../lib/roles.ts';
import { useRole } from '../../live/hooks.ts';
import { ActDialog } from './act-dialog.tsx';
import { SettingsDialog } from './settings-dialog.tsx';
import { TakeControlDialog } from './take-control-dialog.tsx';
import './control.css';

/** The dialog that is asked for, wherever on the page it was asked. */
export function ControlDialogs() {
  const asked = useAsked();
  const role = useRole();
  const needed =
    asked?.what === 'act' ? opWords(asked.op).role : asked?.what === 'settings' ? 'admin' : 'viewer';
  const may = mayAct(role, needed);
  useEffect(() => {
    // Whoever gave control back is not asked again once they take it another time.
    if (!may) closeDialog();
  }, [may]);
  if (!asked || !may) return null;
  const { what } = asked;
  if (what === 'take-control') return <TakeControlDialog onClose={closeDialog} />;
  if (what === 'act') {
    return <ActDialog key={asked.op} row={asked.row} op={asked.op} onClose={closeDialog} />;
  }
  return <SettingsDialog row={asked.row} proposed={asked.proposed} onClose={closeDialog} />;
}
