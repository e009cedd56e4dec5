import { useState } from 'react';
import { testAlert } from '../../live/alerts.ts';
import { ApiError } from '../../live/api.ts';
import { testWords } from './alert-words.ts';

type Outcome = { state: 'sending' } | { state: 'done'; ok: boolean; words: string };

/** For administrators: one delivery now, and what came of it. */
export function SendTest({ name }: { name: string }) {
  const [outcome, setOutcome] = useState<Outcome>();
  const sending = outcome?.state === 'sending';
  const send = async () => {
    setOutcome({ state: 'sending' });
    try {
      const result = await testAlert(name);
      setOutcome({ state: 'done', ok: result.ok, words: testWords(result) });
    } catch (error) {
      const words = error instanceof ApiError ? error.said.trim() : 'The server could not be reached.';
      setOutcome({ state: 'done', ok: false, words });
    }
  };
  return (
    <>
      <button
        type="button"
        className="button alert-test"
        aria-label={sending ? `Sending… a test of ${name}` : `Send test of ${name}`}
        // Not "disabled": that would take the focus away from whoever pressed it.
        aria-disabled={sending}
        onClick={() => {
          if (!sending) void send();
        }}
      >
        {sending ? 'Sending…' : 'Send test'}
      </button>
      <p
        className="alert-outcome"
        role="status"
        data-test={outcome?.state === 'done' ? (outcome.ok ? 'delivered' : 'failed') : undefined}
      >
        {outcome?.state === 'done' && outcome.words}
      </p>
    </>
  );
}
