import { cleanInteger, cleanJson, cleanText, type Fields, isFields, LIMITS } from './clean.ts';
import { scrub } from './scrub.ts';
import { readId, readSaid } from './validate.ts';
import type { ControlAnswer, ControlCommand, ControlOp } from './wire-control.ts';

/**
 * Readers of what asks for a change. Other than those of reports they are strict: what cannot be used is refused in a
 * sentence and never mended, since an act that was half understood is another act.
 */

/** Every operation, in the order in which people read of them. */
export const CONTROL_OPS: readonly ControlOp[] = [
  'isolate',
  'force-closed',
  'observe',
  'release',
  'reset',
  'probe',
  'configure',
];
const EXPIRING: ReadonlySet<ControlOp> = new Set<ControlOp>(['isolate', 'force-closed', 'observe']);

export function readControlOp(value: unknown): ControlOp | undefined {
  return CONTROL_OPS.find((op) => op === value);
}

/** What a request and a command have in common. */
export type Act = Pick<ControlCommand, 'op' | 'reason' | 'forMs' | 'config'>;

/** Reads operation, reason, duration and settings of `what`. */
export function readAct(value: Fields, what: string): Act | string {
  const op = readControlOp(value.op);
  if (op === undefined) return `${what}.op must be one of ${CONTROL_OPS.join(', ')}`;
  const { reasonCharsMin: least, reasonChars: most } = LIMITS;
  const reason = wholeText(value.reason, most);
  if (reason === undefined || reason.length < least) {
    return `${what}.reason must say why in ${least} to ${most} printable characters`;
  }
  // It is kept and shown: what may be a secret is none of anybody's business.
  const act: Act = { op, reason: scrub(reason, most) };
  const refused = readForMs(value.forMs, act) ?? readConfig(value.config, act);
  return refused === undefined ? act : `${what}.${refused}`;
}

function readForMs(forMs: unknown, act: Act): string | undefined {
  if (forMs === undefined) return undefined;
  if (!EXPIRING.has(act.op))
    return `forMs is for ${[...EXPIRING].join(', ')}; ${act.op} does not end by itself`;
  const { modeMsMin: least, modeMs: most } = LIMITS;
  if (typeof forMs !== 'number' || !Number.isInteger(forMs) || forMs < least || forMs > most) {
    return `forMs must be a whole number from ${least} to ${most} milliseconds (7 days)`;
  }
  act.forMs = forMs;
  return undefined;
}

function readConfig(config: unknown, act: Act): string | undefined {
  if (act.op !== 'configure') return config === undefined ? undefined : 'config is for configure';
  if (!isFields(config) || Object.keys(config).length === 0) return 'config must hold the settings to change';
  const copy = cleanJson(config);
  // Settings that were cut are other settings.
  if (!sameData(copy, config)) {
    const { configDepth, configValues, configChars } = LIMITS;
    return `config must be plain data of at most ${configDepth} levels, ${configValues} values and ${configChars} characters`;
  }
  act.config = copy;
  return undefined;
}

/** Whether a bounded copy says everything that the original does. */
function sameData(copy: unknown, original: unknown): boolean {
  if (typeof copy !== 'object' || copy === null) return copy === original;
  if (typeof original !== 'object' || original === null) return false;
  if (Array.isArray(copy) !== Array.isArray(original)) return false;
  const keys = Object.keys(copy);
  if (keys.length !== Object.keys(original).length) return false;
  return keys.every(
    (key) => Object.hasOwn(original, key) && sameData((copy as Fields)[key], (original as Fields)[key]),
  );
}

/** Text that needs no cutting: undefined when it is longer than `chars`, or no text. */
export function wholeText(value: unknown, chars: number): string | undefined {
  // One with so much that is left out is not looked at: it is no text that a person wrote.
  if (typeof value !== 'string' || value.length > 2 * chars) return undefined;
  const text = cleanText(value, value.length) ?? '';
  return text.length > chars ? undefined : text;
}

/** Reads `ctl`, in the service. */
export function readControlCommand(value: unknown): ControlCommand | string {
  if (!isFields(value)) return 'ctl must be an object';
  const command = readVersion(value.command);
  const id = readId(value.id);
  const by = wholeText(value.by, LIMITS.nameChars);
  if (command === undefined) return 'ctl.command must be a whole number';
  if (id === undefined) return 'ctl.id must be the id of a breaker';
  if (!by) return 'ctl.by must say who';
  const act = readAct(value, 'ctl');
  if (typeof act === 'string') return act;
  const read: ControlCommand = { command, id, by, ...act };
  if (value.expect === undefined) return read;
  const expect = readVersion(value.expect);
  if (expect === undefined) return 'ctl.expect must be a version';
  return { ...read, expect };
}

const ERRORS: readonly NonNullable<ControlAnswer['error']>[] = [
  'changed',
  'refused',
  'gone',
  'invalid',
  'failed',
];

/** Reads the answer to `ctl`, in the server. One that says neither yes nor no cannot be used. */
export function readControlAnswer(value: unknown): ControlAnswer | string {
  if (!isFields(value)) return 'the answer to ctl must be an object';
  if (typeof value.ok !== 'boolean') return 'the answer to ctl must say ok: true or false';
  const answer: ControlAnswer = { ok: value.ok, version: cleanInteger(value.version) ?? 0 };
  if (!answer.ok) answer.error = ERRORS.find((error) => error === value.error) ?? 'failed';
  const message = readSaid(value.message, LIMITS.messageChars);
  if (message) answer.message = message;
  return answer;
}

/** A version: a count. Undefined for anything but a whole number of 0 or more. */
export function readVersion(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value + 0 : undefined;
}
