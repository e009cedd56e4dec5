import { useIsPast } from '../lib/past.ts';

/** Marks what is a present value on a page that shows the past. */
export function NowNote() {
  return useIsPast() ? (
    <span className="now-note" title="A present value: nobody keeps what it was">
      now
    </span>
  ) : null;
}
