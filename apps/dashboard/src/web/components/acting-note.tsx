import { resume } from '../lib/view.ts';

/** In place of what acts on breakers: an act is of the present, and the page is not. */
export function ActingNote() {
  return (
    <button
      type="button"
      className="button"
      data-acts-on-present
      title="This page shows the past. What you do to a breaker is done now."
      onClick={resume}
    >
      Back to live to act
    </button>
  );
}
