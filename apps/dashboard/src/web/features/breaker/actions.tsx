import { LANE } from '@cb/protocol';
import { ActingNote } from '../../components/acting-note.tsx';
import { Menu, type MenuItem } from '../../components/menu.tsx';
import { opWords } from '../../lib/control-words.ts';
import { openAct, openSettings, openTakeControl } from '../../lib/dialogs.ts';
import { isOverlaid } from '../../lib/overlay-words.ts';
import { useMayNotAct } from '../../lib/past.ts';
import { mayAct } from '../../lib/roles.ts';
import { useControlConfigured, useRole } from '../../live/hooks.ts';
import type { RowView } from '../../live/row-view.ts';
import './actions.css';

type Op = Parameters<typeof openAct>[1];

/** What a role may do with this breaker; what it may not is not there. */
export function Actions({ view }: { view: RowView }) {
  const role = useRole();
  const past = useMayNotAct();
  const configured = useControlConfigured();
  const heard = view.instances.filter(({ code }) => code !== LANE.noData);
  const takesCommands = heard.some(({ control }) => control);
  if (!mayAct(role, 'operator')) {
    if (!configured || !takesCommands) return null;
    return (
      <button type="button" className="link-button" onClick={openTakeControl}>
        Take control…
      </button>
    );
  }
  if (!takesCommands && !past) {
    return (
      <p className="actions-none muted" data-no-actions>
        {heard.length === 0
          ? 'No instance is heard: nothing can be asked of it.'
          : 'Takes no commands: the service has to allow it, with allowRemoteControl.'}
      </p>
    );
  }
  if (past) return <ActingNote />;
  const { row } = view;
  const item = (op: Op): MenuItem => ({
    key: op,
    label: `${opWords(op).act}…`,
    onChoose: () => openAct(row, op),
  });
  const more = [
    item('force-closed'),
    item('observe'),
    ...(view.instances.some(isOverlaid) ? [item('release')] : []),
    ...(mayAct(role, 'admin')
      ? [{ key: 'configure', label: 'Change settings…', onChoose: () => openSettings(row) }]
      : []),
  ];
  return (
    <fieldset className="actions" aria-label="Actions">
      <Act row={row} op="probe" />
      <Act row={row} op="reset" />
      <Act row={row} op="isolate" />
      <Menu label="More" className="button menu-button" items={more} />
    </fieldset>
  );
}

function Act({ row, op }: { row: number; op: Op }) {
  return (
    <button type="button" className={`button act-${op}`} onClick={() => openAct(row, op)}>
      {opWords(op).act}…
    </button>
  );
}
