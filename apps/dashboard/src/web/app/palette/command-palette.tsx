import { CommandGroup, CommandInput, CommandItem, CommandList, CommandRoot } from 'cmdk';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';
import { Glyph } from '../../components/glyph.tsx';
import { Kbd } from '../../components/kbd.tsx';
import { byTrouble } from '../../features/fleet/order.ts';
import { closeDialog } from '../../lib/focus.ts';
import { isMac, keyCaps } from '../../lib/keys.ts';
import { useFleetIndex } from '../../live/hooks.ts';
import { typedAhead } from '../overlay.ts';
import { type Entry, makeEntries } from './entries.ts';
import { findEntries } from './find-entries.ts';
import './palette.css';

/**
 * Everything by its name: breakers, services, pages, commands. The browser's own dialog keeps the focus and gives it back;
 * of thousands of names only the best matches reach the list.
 */
export default function CommandPalette({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const { rows } = useFleetIndex();
  const [query, setQuery] = useState('');
  // Written down when it opens. What changes its state while it is open is found under its old one.
  const [opened] = useState(rows);
  const entries = useMemo(() => makeEntries([...opened].sort(byTrouble)), [opened]);
  const sections = useMemo(() => findEntries(entries, query), [entries, query]);
  const found = sections.reduce((sum, section) => sum + section.entries.length, 0);

  useLayoutEffect(() => {
    if (dialog.current && !dialog.current.open) dialog.current.showModal();
    input.current?.focus();
    setQuery(typedAhead());
  }, []);

  const choose = (entry: Entry) => {
    // First closed, so that the focus is back in the page before the page changes.
    closeDialog(dialog.current);
    entry.run();
  };
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a dialog closes on Escape by itself.
    <dialog
      ref={dialog}
      className="palette"
      aria-label="Command palette"
      onClose={onClose}
      onClick={(event) => event.target === dialog.current && closeDialog(dialog.current)}
    >
      <CommandRoot
        label="Find a breaker, a service, a page or a command"
        shouldFilter={false}
        loop
        onKeyDown={(event) => {
          if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          closeDialog(dialog.current);
        }}
      >
        <CommandInput
          ref={input}
          value={query}
          onValueChange={setQuery}
          placeholder="Find a breaker, a service, a page or a command …"
        />
        <CommandList label="Found">
          {found === 0 && (
            <CommandItem disabled className="palette-nothing" value="nothing">
              Nothing of that name.
            </CommandItem>
          )}
          {sections.map((section) => (
            <CommandGroup key={section.heading} heading={section.heading}>
              {section.entries.map((entry) => (
                <CommandItem key={entry.id} value={entry.id} onSelect={() => choose(entry)}>
                  <Line entry={entry} />
                </CommandItem>
              ))}
            </CommandGroup>
          ))}
        </CommandList>
      </CommandRoot>
      <footer className="palette-foot">
        <span role="status">{query === '' ? '' : found === 1 ? '1 found' : `${found} found`}</span>
        <span>
          <Kbd>↑</Kbd> <Kbd>↓</Kbd> choose
        </span>
        <span>
          <Kbd>Enter</Kbd> open
        </span>
        <span>
          <Kbd>Esc</Kbd> close
        </span>
      </footer>
    </dialog>
  );
}

function Line({ entry }: { entry: Entry }) {
  return (
    <>
      {entry.state && <Glyph state={entry.state} size={15} />}
      <span className="palette-words">{entry.words}</span>
      {entry.state && <span className="hidden">{entry.state}</span>}
      <span className="palette-note">{entry.note}</span>
      {entry.keys && (
        <span className="palette-keys">
          {keyCaps(entry.keys, isMac()).map((cap) => (
            <Kbd key={cap}>{cap}</Kbd>
          ))}
        </span>
      )}
    </>
  );
}
