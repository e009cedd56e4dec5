import type { ControlOp, ControlReply, ControlRequest, InstanceEntry } from '@cb/protocol';
import { opWords } from '../../lib/control-words.ts';
import { isOverlaid } from '../../lib/overlay-words.ts';

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

/** A new form. A release begins with the instances that have something to release. */
export function formFor(op: ControlOp, instances: readonly InstanceEntry[], who: string): Form {
  const bare = op === 'release' ? instances.filter((each) => !isOverlaid(each)) : [];
  return {
    without: new Set(bare.map(({ lane }) => lane)),
    reason: '',
    forMs: opWords(op).expires ? DEFAULT_MS : undefined,
    who,
    typed: '',
  };
}

/** The first thing that is missing, in words. `name` is the breaker's, where it has to be typed. */
export function missingOf(form: Form, chosen: number, name: string | undefined): string | undefined {
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

export type Versions = ReadonlyMap<number, number>;

export function versionsOf(instances: readonly InstanceEntry[]): Versions {
  return new Map(
    instances.flatMap(({ lane, version }) => (version === undefined ? [] : [[lane, version] as const])),
  );
}

interface Act {
  epoch: string;
  row: number;
  op: ControlOp;
  chosen: readonly InstanceEntry[];
  /** What the person saw. */
  seen: Versions;
  form: Form;
  config: Record<string, unknown> | undefined;
}

/** Names every lane: what was confirmed is what is asked for, whoever starts meanwhile. */
export function requestOf({ epoch, row, op, chosen, seen, form, config }: Act): ControlRequest {
  const who = form.who.trim();
  const expect: Record<string, number> = {};
  for (const { lane } of chosen) {
    const version = seen.get(lane);
    // A service that is too old to say one is not compared.
    if (version !== undefined) expect[lane] = version;
  }
  return {
    epoch,
    rows: [row],
    lanes: chosen.map(({ lane }) => lane),
    op,
    reason: form.reason.trim(),
    expect,
    ...(opWords(op).expires && form.forMs !== undefined && { forMs: form.forMs }),
    ...(config && { config }),
    ...(who !== '' && { by: who }),
  };
}

/** The same once more, on those lanes where somebody was quicker, over what is there by now. */
export function onceMore(
  form: Form,
  reply: ControlReply | undefined,
  instances: readonly InstanceEntry[],
): { form: Form; seen: Versions } {
  const changed = new Map(
    (reply?.results ?? []).flatMap(({ lane, error, version }) =>
      error === 'changed' ? [[lane, version] as const] : [],
    ),
  );
  const seen = new Map(versionsOf(instances));
  // What the service said it is, where the directory has not caught up.
  for (const [lane, version] of changed) {
    if (version !== undefined) seen.set(lane, Math.max(version, seen.get(lane) ?? 0));
  }
  const others = instances.filter(({ lane }) => !changed.has(lane));
  return { form: { ...form, typed: '', without: new Set(others.map(({ lane }) => lane)) }, seen };
}
