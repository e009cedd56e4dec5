import { useEffect, useRef, useSyncExternalStore } from 'react';
import { Kbd } from '../components/kbd.tsx';
import { allCommands, COMMAND_GROUPS, type Command, onCommandsChange, wordsOf } from '../lib/commands.ts';
import { closeDialog } from '../lib/focus.ts';
import { isMac, keyCaps } from '../lib/keys.ts';
import { onSingleKeysChange, setSingleKeys, singleKeys } from '../lib/single-keys.ts';

/** A real dialog: the browser keeps the focus in it and closes it on Escape. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  const close = useRef<HTMLButtonElement>(null);
  const commands = useSyncExternalStore(onCommandsChange, allCommands);
  const single = useSyncExternalStore(onSingleKeysChange, singleKeys);
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
    close.current?.focus();
    // The button is at its end; on a phone that is not where anybody begins to read.
    if (dialog) dialog.scrollTop = 0;
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a dialog closes on Escape by itself.
    <dialog
      ref={ref}
      className="help"
      aria-labelledby="help-title"
      onClose={onClose}
      onClick={(event) => event.target === ref.current && closeDialog(ref.current)}
    >
      <h2 id="help-title">Keyboard</h2>
      <div className="help-groups">
        {COMMAND_GROUPS.map((group) => (
          <Keys key={group} heading={group} commands={commands} />
        ))}
      </div>
      <label className="help-single">
        <input type="checkbox" checked={single} onChange={(event) => setSingleKeys(event.target.checked)} />{' '}
        Single letters do something. Switch this off if you dictate.
      </label>
      <p className="muted">
        Drag a lane to move in time, Ctrl and wheel to zoom, wheel sideways to move. Drag over the strip to
        choose a range, double-click it to go back. In the search: service:name, tag:key=value, instance:name,
        -word to leave out, “quoted words”.
      </p>
      <button ref={close} type="button" className="button" onClick={() => closeDialog(ref.current)}>
        Close
      </button>
    </dialog>
  );
}

function Keys({ heading, commands }: { heading: string; commands: readonly Command[] }) {
  const mine = commands.filter((each) => (each.group ?? 'Actions') === heading && each.keys?.length);
  if (mine.length === 0) return null;
  return (
    <section>
      <h3>{heading}</h3>
      <dl>
        {mine.map((command) => (
          <div key={command.id} data-command={command.id} data-keys={command.keys?.join(' or ')}>
            <dt>
              {command.keys?.map((keys, i) => (
                <span key={keys} className="help-keys">
                  {i > 0 && <span className="muted">or</span>}
                  {keyCaps(keys, isMac()).map((cap, j) => (
                    <Kbd key={`${j} ${cap}`}>{cap}</Kbd>
                  ))}
                </span>
              ))}
            </dt>
            <dd>{wordsOf(command)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
