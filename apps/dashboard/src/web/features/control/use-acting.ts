import type { ControlOp, ControlReply, ControlRequest, InstanceEntry } from '@cb/protocol';
import { useState } from 'react';
import { opWords } from '../../lib/control-words.ts';
import { isOverlaid } from '../../lib/overlay-words.ts';
import { ApiError } from '../../live/api.ts';
import { postControl } from '../../live/control.ts';
import { type Target, takesCommands } from './use-target.ts';
import { readWho, rememberWho } from './who.ts';

const DEFAULT_MS = 900_000;
const REASON = { least: 3, most: 200 };

/** What somebody fills in before an act. */
export interface Form {
  /** Lanes that are left out. */
  without: ReadonlySet<number>;
  reason: string;
  /** Undefined: until released. */
  forMs: number | undefined;
  who: string;
  /** The breaker's name, typed once more. */
  typed: string;
}

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
  /** The same once more where somebody else was quicker, over what is there by now. */
  again: () => void;
}

export function useActing(target: Target, op: ControlOp): Acting {
  const { expires, dangerous } = opWords(op);
  const [form, setForm] = useState<Form>(() => ({
    without: new Set(op === 'release' ? bare(target.instances) : []),
    reason: '',
    forMs: expires ? DEFAULT_MS : undefined,
    who: readWho(),
    typed: '',
  }));
  const [versions, setVersions] = useState(() => versionsOf(target.instances));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const [reply, setReply] = useState<ControlReply>();
  const able = target.instances.filter(takesCommands);
  const chosen = able.filter(({ lane }) => !form.without.has(lane));
  const asksName = dangerous && chosen.length > 0 && chosen.length === able.length;

  const send = async (config?: Record<string, unknown>) => {
    const wrong = problemOf(form, chosen.length, asksName ? target.name : undefined);
    setProblem(wrong);
    if (wrong !== undefined || busy) return;
    const who = form.who.trim();
    rememberWho(who);
    const request: ControlRequest = {
      epoch: target.epoch,
      rows: [target.row],
      lanes: chosen.map(({ lane }) => lane),
      op,
      reason: form.reason.trim(),
      ...(expires && form.forMs !== undefined && { forMs: form.forMs }),
      ...(config && { config }),
      expect: expectedOf(chosen, versions),
      ...(who !== '' && { by: who }),
    };
    setBusy(true);
    try {
      setReply(await postControl(request));
    } catch (error) {
      setProblem(refusalWords(error));
    } finally {
      setBusy(false);
    }
  };

  const again = () => {
    const changed = new Map(
      (reply?.results ?? []).flatMap((each) =>
        each.error === 'changed' ? [[each.lane, each.version] as const] : [],
      ),
    );
    const now = versionsOf(target.instances);
    // What the service said it is, where the directory has not caught up.
    for (const [lane, version] of changed) {
      if (version !== undefined) now.set(lane, Math.max(version, now.get(lane) ?? 0));
    }
    setVersions(now);
    setForm({
      ...form,
      typed: '',
      without: new Set(able.map(({ lane }) => lane).filter((lane) => !changed.has(lane))),
    });
    setReply(undefined);
  };

  return {
    form,
    change: (part) => setForm({ ...form, ...part }),
    able,
    chosen,
    seen: (lane) => versions.get(lane),
    asksName,
    busy,
    problem,
    reply,
    send,
    again,
  };
}

/** Where there is nothing to release. */
function bare(instances: readonly InstanceEntry[]): number[] {
  return instances.filter((each) => !isOverlaid(each)).map(({ lane }) => lane);
}

function versionsOf(instances: readonly InstanceEntry[]): Map<number, number> {
  return new Map(
    instances.flatMap(({ lane, version }) => (version === undefined ? [] : [[lane, version] as const])),
  );
}

/** The versions that were seen of those lanes; of a service too old to say, none. */
function expectedOf(
  chosen: readonly InstanceEntry[],
  versions: ReadonlyMap<number, number>,
): Record<string, number> {
  const expected: Record<string, number> = {};
  for (const { lane } of chosen) {
    const version = versions.get(lane);
    if (version !== undefined) expected[lane] = version;
  }
  return expected;
}

/** The first thing that is missing, in words. */
function problemOf(form: Form, chosen: number, name: string | undefined): string | undefined {
  if (chosen === 0) return 'Choose at least one instance.';
  const reason = form.reason.trim();
  if (reason.length < REASON.least || reason.length > REASON.most) {
    return `Say why, in ${REASON.least} to ${REASON.most} characters.`;
  }
  if (name !== undefined && form.typed.trim() !== name.trim()) {
    return 'Type the name of the breaker: this concerns every call on all of its instances.';
  }
  return undefined;
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
