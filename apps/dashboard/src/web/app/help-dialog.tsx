import { useEffect, useRef } from 'react';
import { Kbd } from '../components/kbd.tsx';

const KEYS: readonly [string[], string][] = [
  [['/'], 'Search'],
  [['j', 'k'], 'Next, previous breaker'],
  [['Enter'], 'Open the breaker, fold the group'],
  [['[', ']'], 'Previous, next state change of the breaker'],
  [['p'], 'Pin what is said about a lane'],
  [['g', 'f'], 'Back to the fleet'],
  [['g', 'p'], 'Policies: retries, timeouts, bulkheads …'],
  [['g', 'l'], 'Alerts, where some are configured'],
  [['g', 'a'], 'Audit log, for operators'],
  [['space'], 'Pause, resume'],
  [['w', 's'], 'Zoom in, out'],
  [['a', 'd'], 'Earlier, later'],
  [['i'], 'On a breaker: what if its settings were others?'],
  [['?'], 'This help'],
  [['Esc'], 'Close, leave'],
];

/** A real dialog: the browser keeps the focus in it and closes it on Escape. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const ref = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = ref.current;
    if (dialog && !dialog.open) dialog.showModal();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a dialog closes on Escape by itself.
    <dialog
      ref={ref}
      className="help"
      aria-labelledby="help-title"
      onClose={onClose}
      onClick={(event) => event.target === ref.current && onClose()}
    >
      <h2 id="help-title">Keyboard</h2>
      <dl>
        {KEYS.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <Kbd key={key}>{key}</Kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p className="muted">
        Drag a lane to move in time, Ctrl and wheel to zoom, wheel sideways to move. Drag over the strip to
        choose a range, double-click it to go back. In the search: service:name, tag:key=value, instance:name,
        -word to leave out, “quoted words”.
      </p>
    </dialog>
  );
}
