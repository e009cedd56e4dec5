import { type FormEvent, useState } from 'react';
import { Dialog } from '../components/dialog.tsx';
import { serverNow } from '../lib/clock.ts';
import { duration, elapsed, keptWords } from '../lib/format.ts';
import { fromLocal, toLocal } from '../lib/local-time.ts';
import { select, spanLimits, timeWindow, useKept } from '../lib/view.ts';
import './range-dialog.css';

/** From one moment to another, as a calendar and a clock say it: the browser writes dates as its owner does. */
export function RangeDialog({ onClose }: { onClose: () => void }) {
  const [range, setRange] = useState(() => {
    const { from, to } = timeWindow();
    return { from: toLocal(from), to: toLocal(to) };
  });
  const kept = useKept();
  const [problem, setProblem] = useState('');
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const [from, to] = [fromLocal(range.from), fromLocal(range.to)];
    const wrong = problemOf(from, to, kept);
    setProblem(wrong);
    if (wrong !== '' || from === undefined || to === undefined) return;
    select(from, Math.min(to, serverNow()));
    onClose();
  };
  const field = (name: 'from' | 'to', label: string) => (
    <label>
      {label}
      <input
        type="datetime-local"
        step={1}
        name={name}
        value={range[name]}
        {...(name === 'from' && { 'data-first': '' })}
        aria-describedby="range-problem"
        onChange={(event) => setRange({ ...range, [name]: event.target.value })}
      />
    </label>
  );
  return (
    <Dialog title="Show this time" className="range-dialog" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <div className="range-fields">
          {field('from', 'From')}
          {field('to', 'To')}
        </div>
        <p id="range-problem" className="range-problem" role="alert">
          {problem}
        </p>
        <div className="dialog-buttons">
          <button type="button" className="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="button primary">
            Show
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** Why that cannot be shown; empty where it can. */
function problemOf(from: number | undefined, to: number | undefined, keptMs: number): string {
  if (from === undefined) return 'From is not a date and a time.';
  if (to === undefined) return 'To is not a date and a time.';
  const { leastMs, mostMs } = spanLimits();
  if (from >= to) return 'From has to be earlier than To.';
  if (from > serverNow()) return 'That has not happened yet.';
  if (to - from < leastMs)
    return `At least ${duration(leastMs)} can be shown, this is ${duration(to - from)}.`;
  if (to - from > mostMs) return `At most ${elapsed(mostMs)} can be shown, this is ${elapsed(to - from)}.`;
  // A second is lost where the page itself filled in the beginning of what is kept.
  if (from < serverNow() - keptMs - 60_000)
    return `Nothing that old is kept: only the last ${keptWords(keptMs)}.`;
  return '';
}
