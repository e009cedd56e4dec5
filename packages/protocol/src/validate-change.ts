import { cleanInteger, cleanMoment, cleanNumber, cleanText, type Fields, isFields, LIMITS } from './clean.ts';
import { ownCopy } from './own-copy.ts';
import { type Batch, readBatch, readId, readMode, readModeEnd, readSaid, readState } from './validate.ts';
import type { StateChange, TopError, Why } from './wire.ts';

/** A batch of state changes, in order of seq. */
export interface ChangeBatch extends Batch<StateChange> {
  /** Largest seq seen, of skipped entries too: what can never be read must not be sent again for ever. 0 for none. */
  lastSeq: number;
}

/** Reads `st`. */
export function readStateChanges(value: unknown): ChangeBatch | string {
  let lastSeq = 0;
  const batch = readBatch(value, 'st', (entry) => {
    lastSeq = Math.max(lastSeq, cleanInteger(entry.seq) ?? 0);
    return readStateChange(entry);
  });
  if (typeof batch === 'string') return batch;
  batch.items.sort((a, b) => a.seq - b.seq);
  return { ...batch, lastSeq };
}

function readStateChange(value: Fields): StateChange | undefined {
  const id = readId(value.id);
  const seq = cleanInteger(value.seq);
  const t = cleanMoment(value.t);
  const to = readState(value.to);
  if (id === undefined || seq === undefined || t === undefined || to === undefined) return undefined;
  const mode = readMode(value.mode) ?? 'auto';
  const change: StateChange = {
    id,
    seq,
    t,
    from: readState(value.from) ?? to,
    to,
    mode,
    modeFrom: readMode(value.modeFrom) ?? mode,
    why: readWhy(value.why),
    configRevision: cleanInteger(value.configRevision) ?? 0,
  };
  return Object.assign(change, readExtras(value), readModeEnd(value));
}

type Extras = Pick<StateChange, 'retryAt' | 'by' | 'note' | 'outcomes' | 'firstFailureAt' | 'errors'>;

function readExtras(value: Fields): Extras {
  const extras: Extras = {};
  const retryAt = cleanMoment(value.retryAt);
  const firstFailureAt = cleanMoment(value.firstFailureAt);
  const by = readSaid(value.by, LIMITS.nameChars);
  const note = readSaid(value.note, LIMITS.messageChars);
  const outcomes = readOutcomes(value.outcomes);
  const errors = readErrors(value.errors);
  if (retryAt !== undefined) extras.retryAt = retryAt;
  if (firstFailureAt !== undefined) extras.firstFailureAt = firstFailureAt;
  if (by) extras.by = by;
  if (note) extras.note = note;
  if (outcomes) extras.outcomes = outcomes;
  if (errors.length > 0) extras.errors = errors;
  return extras;
}

/** The newest 100 of [oetsx]; any other character is left out. */
function readOutcomes(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  return ownCopy(value.replace(/[^oetsx]/g, '').slice(-LIMITS.outcomes));
}

function readErrors(value: unknown): TopError[] {
  if (!Array.isArray(value)) return [];
  const errors: TopError[] = [];
  for (const entry of value) {
    if (errors.length === LIMITS.errors) break;
    if (!isFields(entry)) continue;
    const error: TopError = {
      name: cleanText(entry.name, LIMITS.tagChars) || 'Error',
      message: readSaid(entry.message, LIMITS.messageChars) ?? '',
      count: cleanInteger(entry.count) ?? 1,
    };
    const code = cleanText(entry.code, LIMITS.tagChars);
    if (code) error.code = code;
    errors.push(error);
  }
  return errors;
}

const RULES: ReadonlySet<unknown> = new Set<Why['rule']>([
  'failure-ratio',
  'slow-ratio',
  'failures',
  'consecutive-failures',
  'custom',
  'told-to-open',
  'probing-too-long',
  'open-time-over',
  'probes-passed',
  'probes-failed',
  'probe-now',
  'reset',
  'mode',
  'restored',
]);
const MEASURES = ['value', 'limit', 'calls', 'minimumCalls', 'bad', 'slowMs', 'inFlight'] as const;

/** The cause of a change. A rule that nobody knows yet is "unknown", with its numbers kept. */
export function readWhy(value: unknown): Why {
  if (!isFields(value)) return { rule: 'unknown' };
  const why: Why = { rule: RULES.has(value.rule) ? (value.rule as Why['rule']) : 'unknown' };
  for (const key of MEASURES) {
    const measured = cleanNumber(value[key], 0, Number.MAX_SAFE_INTEGER);
    if (measured !== undefined) why[key] = measured;
  }
  const name = cleanText(value.name, LIMITS.tagChars);
  if (name) why.name = name;
  return why;
}
