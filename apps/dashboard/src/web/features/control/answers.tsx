import type { ControlReply, ControlResult } from '@cb/protocol';
import { useEffect, useRef } from 'react';
import { instancesOf, resultWords } from '../../lib/control-words.ts';
import { computedWords, isOverlaid, modeWord, signature } from '../../lib/overlay-words.ts';
import type { Target } from './use-target.ts';

interface Props {
  reply: ControlReply;
  target: Target;
  onAgain: () => void;
  onClose: () => void;
}

/** What became of it, instance by instance. */
export function Answers({ reply, target, onAgain, onClose }: Props) {
  const first = useRef<HTMLButtonElement>(null);
  useEffect(() => first.current?.focus(), []);
  const results = [...reply.results].sort((a, b) =>
    a.instance.localeCompare(b.instance, 'en', { numeric: true }),
  );
  const done = reply.results.filter(({ ok }) => ok).length;
  const changed = reply.results.filter(({ error }) => error === 'changed').length;
  return (
    <div className="act-answers">
      <p role="status" className={done === reply.results.length ? 'act-done' : 'act-partly'}>
        {done === reply.results.length
          ? `Done on ${instancesOf(done, target.service)}.`
          : `Done on ${done} of ${instancesOf(reply.results.length, target.service)}.`}{' '}
        <span className="muted">Audit record {reply.audit}.</span>
      </p>
      <ul>
        {results.map((each) => (
          <li key={each.lane} className="act-answer" data-answer={each.instance} data-ok={each.ok}>
            <span className="act-instance-name">{each.instance}</span>
            <span className={each.ok ? 'act-ok' : 'act-not'}>{resultWords(each)}</span>
            <Details result={each} target={target} />
          </li>
        ))}
      </ul>
      <div className="dialog-buttons">
        {changed > 0 && (
          <button type="button" className="button" onClick={onAgain}>
            Do it again on {changed === 1 ? 'that instance' : `those ${changed}`}…
          </button>
        )}
        <button ref={first} type="button" className="button primary" onClick={onClose}>
          Close
        </button>
      </div>
    </div>
  );
}

/** What the service said, and what is so now where somebody was quicker. */
function Details({ result, target }: { result: ControlResult; target: Target }) {
  const entry = target.instances.find(({ lane }) => lane === result.lane);
  const now =
    result.error === 'changed' && entry
      ? isOverlaid(entry)
        ? `It is now ${modeWord(entry.mode).toLowerCase()}${signature(entry.modeBy, entry.modeNote)}, computed ${entry.state}.`
        : `It now decides by itself and is ${computedWords([entry])}.`
      : '';
  if (!result.message && !now) return null;
  return (
    <span className="act-details muted">
      {[result.message, now].filter((part) => part !== undefined && part !== '').join(' ')}
    </span>
  );
}
