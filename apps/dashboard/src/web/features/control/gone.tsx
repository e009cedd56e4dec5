import { Dialog } from '../../components/dialog.tsx';

/** What a dialog says once its breaker cannot be meant any more. */
export function Gone({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title="This breaker is no longer here" onClose={onClose}>
      <p>
        It went away, or the dashboard server was started again. What was asked for may have been done: look
        at the breaker’s page before you do it again.
      </p>
      <div className="dialog-buttons">
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  );
}
