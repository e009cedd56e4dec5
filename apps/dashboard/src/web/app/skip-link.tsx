import { focusHeading } from '../lib/focus.ts';

/** The first thing that Tab reaches: past the bar, to what the page is about. No link: the address stays as it is. */
export function SkipLink() {
  return (
    <button type="button" className="skip-link" onClick={focusHeading}>
      Skip to the page
    </button>
  );
}
