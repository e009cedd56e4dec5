import { openTakeControl } from '../../lib/dialogs.ts';

/** What a reader finds here, and how to become more than that. */
export function NoPermission({ control }: { control: boolean }) {
  return (
    <div className="empty" role="status" data-no-permission>
      <h2>The audit log is for operators</h2>
      {control ? (
        <>
          <p>
            It lists who acted on which breaker, when and why. Whoever runs this dashboard has set a token for
            operators: ask them for it.
          </p>
          <button type="button" className="button primary" onClick={openTakeControl}>
            Take control…
          </button>
        </>
      ) : (
        <p>
          Nobody can act from this dashboard, so there is nothing to list: it was started without a control
          token. <code>cb-dashboard --control-token</code> sets one.
        </p>
      )}
    </div>
  );
}
