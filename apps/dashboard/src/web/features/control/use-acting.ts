import type { ControlOp, ControlReply, InstanceEntry } from '@cb/protocol';
import { useState } from 'react';
import { opWords } from '../../lib/control-words.ts';
import { ApiError } from '../../live/api.ts';
import { postControl } from '../../live/control.ts';
import { type Form, formFor, missingOf, onceMore, requestOf, versionsOf } from './act-request.ts';
import { type Target, takesCommands } from './use-target.ts';
import { readWho, rememberWho } from './who.ts';

export interface Acting {
  form: Form;
  change: (part: Partial<Form>) => void;
  /** Instances that can be asked, and those of them that will be. */
  able: readonly InstanceEntry[];
  chosen: readonly InstanceEntry[];
  /** The version of a lane that the person has seen. */
  seen: (lane: number) => number | undefined;
  /** Asks for the name: the act decides over every call of every instance. */
  asksName: boolean;
  busy: boolean;
  /** Why it cannot be sent, or was not done. */
  problem: string | undefined;
  reply: ControlReply | undefined;
  send: (config?: Record<string, unknown>) => Promise<void>;
  /** The same once more where somebody else was quicker. */
  again: () => void;
}

/** An act from the empty form to what became of it. */
export function useActing(target: Target, op: ControlOp): Acting {
  const { epoch, row, name, instances } = target;
  const [form, setForm] = useState(() => formFor(op, instances, readWho()));
  const [seen, setSeen] = useState(() => versionsOf(instances));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [reply, setReply] = useState<ControlReply>();
  const able = instances.filter(takesCommands);
  const chosen = able.filter(({ lane }) => !form.without.has(lane));
  const asksName = opWords(op).dangerous && chosen.length > 0 && chosen.length === able.length;

  const send = async (config?: Record<string, unknown>) => {
    const missing = missingOf(form, chosen.length, asksName ? name : undefined);
    setProblem(missing);
    if (missing !== undefined || busy) return;
    rememberWho(form.who.trim());
    setBusy(true);
    try {
      setReply(await postControl(requestOf({ epoch, row, op, chosen, seen, form, config })));
    } catch (error) {
      setProblem(refusalWords(error));
    } finally {
      setBusy(false);
    }
  };

  const again = () => {
    const next = onceMore(form, reply, instances);
    setForm(next.form);
    setSeen(next.seen);
    setReply(undefined);
  };

  return {
    form,
    change: (part) => setForm({ ...form, ...part }),
    able,
    chosen,
    seen: (lane) => seen.get(lane),
    asksName,
    busy,
    problem,
    reply,
    send,
    again,
  };
}

function refusalWords(error: unknown): string {
  if (!(error instanceof ApiError)) {
    return 'The dashboard server did not answer: it may have been done. Look at the instances before you do it again.';
  }
  if (error.status === 401) return 'The server no longer knows this token. Nothing was done.';
  const said = error.said || `The server answered ${error.status}.`;
  return error.status < 500
    ? `${said} Nothing was done.`
    : `${said} It may have been done: look at the instances.`;
}
