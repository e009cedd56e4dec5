import { Menu } from '../components/menu.tsx';
import { openTakeControl } from '../lib/dialogs.ts';
import { mayAct, roleAllows, roleWord } from '../lib/roles.ts';
import { useControlConfigured, useRole } from '../live/hooks.ts';
import { connection } from '../live/live.ts';
import './role-chip.css';

/** Who one is where that is more than a reader; where one could be, the way to become it. */
export function RoleChip() {
  const role = useRole();
  const control = useControlConfigured();
  if (mayAct(role, 'operator')) {
    return (
      <Menu
        className={`role-chip role-${role}`}
        label={roleWord(role)}
        title="What you may do here"
        note={`${roleAllows(role)} Everything you do is kept in the audit log.`}
        items={[{ key: 'back', label: 'Give control back', onChoose: () => connection.giveControlBack() }]}
      />
    );
  }
  if (!control) return null;
  return (
    <button
      type="button"
      className="button take-control-button"
      title="Act on breakers, with an operator’s token"
      onClick={openTakeControl}
    >
      <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
        <circle cx="4.2" cy="9.8" r="2.7" fill="none" stroke="currentColor" strokeWidth="1.5" />
        <path d="M6.2 7.8 12 2M9.6 4.4l2 2" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" />
      </svg>
      <span className="take-control-word">Take control…</span>
    </button>
  );
}
