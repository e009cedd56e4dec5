import { setWhatIf } from '../../../lib/what-if-state.ts';
import type { RowView } from '../../../live/row-view.ts';
import { useAdvice } from './use-advice.ts';
import './advice.css';

interface Props {
  view: RowView;
  epoch: string;
  /** Settings in force, as the service said them. */
  config: unknown;
  /** The instance that opened last. */
  opened: string | undefined;
}

/** What the traffic on screen says about the settings; no panel where it says nothing. */
export function AdvicePanel({ view, epoch, config, opened }: Props) {
  const about = view.instances.find(({ instance }) => instance === opened) ?? view.instances[0];
  const advice = useAdvice(view.row, about?.lane, epoch, config);
  if (advice.length === 0 || about === undefined) return null;
  return (
    <section className="panel advice" aria-label="Advice">
      <h2>
        Advice{' '}
        {view.instances.length > 1 && <span className="muted">from {about.instance}, in this range</span>}
      </h2>
      <ul>
        {advice.map(({ id, text, tryThis }) => (
          <li key={id} data-advice={id}>
            {text}{' '}
            {tryThis && (
              <button
                type="button"
                className="link-button"
                onClick={() => setWhatIf({ open: true, on: about.instance, changes: tryThis.changes })}
              >
                Try {tryThis.words}
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}
