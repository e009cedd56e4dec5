import { type ControlReply, type ControlResult, compareInstances, type InstanceEntry } from '@cb/protocol';
import { useEffect, useRef } from 'react';
import { instancesOf, resultWords } from '../../lib/control-words.ts';
import { isOverlaid, modeWord, signature } from '../../lib/overlay-words.ts';
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
  const results = [...reply.results].sort((a, b) => compareInstances(a.instance, b.instance));
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

/** Errors that are told whole by their own words: what else the server says of them is the same. */
const TOLD: readonly ControlResult['error'][] = ['timeout', 'unreachable', 'unsupported'];

/** What the service said; where somebody was quicker, what is so now. */
function Details({ result, target }: { result: ControlResult; target: Target }) {
  const entry = target.instances.find(({ lane }) => lane === result.lane);
  const said = TOLD.includes(result.error) ? undefined : result.message;
  const text = result.error === 'changed' && entry ? nowWords(entry) : said;
  return text ? <span className="act-details muted">{text}</span> : null;
}

function nowWords(entry: InstanceEntry): string {
  if (!isOverlaid(entry)) return `It decides by itself now and is ${entry.state}.`;
  const { mode, modeBy, modeNote, state } = entry;
  return `It is now ${modeWord(mode).toLowerCase()}${signature(modeBy, modeNote)}, computed ${state}.`;
}
