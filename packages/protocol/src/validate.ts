import {
  cleanInteger,
  cleanJson,
  cleanMoment,
  cleanName,
  cleanNumber,
  cleanTags,
  cleanText,
  type Fields,
  isFields,
  LIMITS,
} from './clean.ts';
import { scrub } from './scrub.ts';
import {
  type Heartbeat,
  type Hello,
  type Mode,
  PROTOCOL_VERSION,
  type Registration,
  type State,
  type Watch,
} from './wire.ts';

/**
 * Readers of what arrives from the wire. Each takes anything at all, never throws, and answers with a fresh, bounded
 * object, or with a string that says in words why the message cannot be used. Unknown fields are ignored; a missing or
 * bad optional field is left out; one bad entry of a batch is skipped, not the batch.
 */

/** What was usable of a batch, and how many entries were not. */
export interface Batch<T> {
  items: T[];
  /** Entries that were left out. */
  skipped: number;
}

/** Largest breaker id and largest row number. */
export const LAST_ID: number = 2 ** 31 - 1;

/** Reads `hello`. */
export function readHello(value: unknown): Hello | string {
  if (!isFields(value)) return 'hello must be an object';
  if (value.v !== PROTOCOL_VERSION) {
    return `this server speaks version ${PROTOCOL_VERSION}, the service ${describe(value.v)}`;
  }
  const service = cleanName(value.service);
  const instance = cleanName(value.instance);
  const boot = cleanName(value.boot);
  const now = cleanMoment(value.now);
  if (service === undefined) return 'hello.service must be a name';
  if (instance === undefined) return 'hello.instance must be a name';
  if (boot === undefined) return 'hello.boot must be a name';
  if (now === undefined) return 'hello.now must be epoch milliseconds';
  const sdk = cleanText(value.sdk, LIMITS.tagChars) || 'unknown';
  const hello: Hello = {
    v: PROTOCOL_VERSION,
    service,
    instance,
    boot,
    sdk,
    tags: cleanTags(value.tags),
    now,
  };
  const caps = readCaps(value.caps);
  if (caps.length > 0) hello.caps = caps;
  return hello;
}

/** At most `LIMITS.caps`, each once; what is no text is left out. */
function readCaps(value: unknown): string[] {
  if (!Array.isArray(value)) return [];
  const caps = new Set<string>();
  for (const entry of value.slice(0, LIMITS.caps)) {
    const cap = cleanText(entry, LIMITS.capChars);
    if (cap) caps.add(cap);
  }
  return [...caps];
}

/** Reads `reg`: at most `LIMITS.breakers` entries. */
export function readRegistrations(value: unknown): Batch<Registration> | string {
  return readBatch(value, 'reg', readRegistration);
}

function readRegistration(value: Fields): Registration | undefined {
  const id = readId(value.id);
  const name = cleanName(value.name);
  if (id === undefined || name === undefined) return undefined;
  const registration: Registration = {
    id,
    name,
    state: readState(value.state) ?? 'closed',
    mode: readMode(value.mode) ?? 'auto',
    since: cleanMoment(value.since) ?? 0,
    config: cleanJson(value.config) ?? null,
    configRevision: cleanInteger(value.configRevision) ?? 0,
    tags: cleanTags(value.tags),
  };
  return Object.assign(registration, readModeEnd(value), readModeSigned(value));
}

/** The version of mode and settings, and when the mode ends by itself. */
export function readModeEnd(value: Fields): Pick<Registration, 'version' | 'modeUntil'> {
  const version = cleanInteger(value.version);
  const modeUntil = cleanMoment(value.modeUntil);
  return {
    ...(version === undefined ? {} : { version }),
    ...(modeUntil === undefined ? {} : { modeUntil }),
  };
}

function readModeSigned(value: Fields): Pick<Registration, 'modeBy' | 'modeNote'> {
  const modeBy = readSaid(value.modeBy, LIMITS.nameChars);
  const modeNote = readSaid(value.modeNote, LIMITS.messageChars);
  return { ...(modeBy ? { modeBy } : {}), ...(modeNote ? { modeNote } : {}) };
}

/** Free text without what may be secret: a service of another make may not have looked. */
export function readSaid(value: unknown, chars: number): string | undefined {
  return typeof value === 'string' ? cleanText(scrub(value, chars), chars) : undefined;
}

/** Reads `rm`: ids of breakers that are gone. */
export function readRemovals(value: unknown): Batch<number> | string {
  if (!Array.isArray(value)) return 'rm must be a list of ids';
  const items: number[] = [];
  for (const entry of value.slice(0, LIMITS.breakers)) {
    const id = readId(entry);
    if (id !== undefined) items.push(id);
  }
  return { items, skipped: value.length - items.length };
}

/** Reads `hb`. */
export function readHeartbeat(value: unknown): Heartbeat | string {
  if (!isFields(value)) return 'hb must be an object';
  const now = cleanMoment(value.now);
  if (now === undefined) return 'hb.now must be epoch milliseconds';
  return { now, queued: cleanInteger(value.queued) ?? 0, lost: cleanInteger(value.lost) ?? 0 };
}

/** Most rows that may be watched with their instances. */
const MOST_WITH_INSTANCES = 20;

/** Reads `watch`: distinct rows, at most `LIMITS.watchedRows`; `hz` is moved into 1..10 and is 4 when missing. */
export function readWatch(value: unknown): Watch | string {
  if (!isFields(value)) return 'watch must be an object';
  const list = value.rows;
  if (!Array.isArray(list)) return 'watch.rows must be a list of row numbers';
  if (list.length > LIMITS.watchedRows) {
    return `watch.rows must have at most ${LIMITS.watchedRows} entries, got ${list.length}`;
  }
  const rows = new Set<number>();
  for (const entry of list) {
    const row = readId(entry);
    if (row === undefined) return 'watch.rows must be a list of row numbers';
    rows.add(row);
  }
  const watch: Watch = { rows: [...rows], hz: cleanNumber(value.hz, 1, 10) ?? 4 };
  if (value.instances !== true) return watch;
  if (rows.size > MOST_WITH_INSTANCES) {
    return `watch.rows must have at most ${MOST_WITH_INSTANCES} entries with instances, got ${rows.size}`;
  }
  watch.instances = true;
  return watch;
}

/** Reads `follow`. */
export function readFollow(value: unknown): { epoch: string; seq: number } | string {
  if (!isFields(value)) return 'follow must be an object';
  const epoch = cleanText(value.epoch, LIMITS.tagChars);
  const seq = cleanInteger(value.seq);
  if (!epoch) return 'follow.epoch must be that of a directory';
  return seq === undefined ? 'follow.seq must be the number of a delta' : { epoch, seq };
}

/** Reads `ok`, the return of a credit: the number of a frame. */
export function readCredit(value: unknown): number | string {
  if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0)
    return 'ok must be a frame number';
  return value + 0;
}

/** A small whole number: a producer's breaker id, or a row. */
export function readId(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= LAST_ID
    ? value + 0
    : undefined;
}

export function readState(value: unknown): State | undefined {
  return value === 'closed' || value === 'open' || value === 'half-open' ? value : undefined;
}

export function readMode(value: unknown): Mode | undefined {
  return value === 'auto' || value === 'forced-open' || value === 'forced-closed' || value === 'observing'
    ? value
    : undefined;
}

/** Reads a list of objects, at most `most` of them, and counts what `read` cannot use. */
export function readBatch<T>(
  value: unknown,
  what: string,
  read: (entry: Fields) => T | undefined,
  most: number = LIMITS.breakers,
): Batch<T> | string {
  if (!Array.isArray(value)) return `${what} must be a list`;
  const items: T[] = [];
  for (const entry of value.slice(0, most)) {
    const item = isFields(entry) ? read(entry) : undefined;
    if (item !== undefined) items.push(item);
  }
  return { items, skipped: value.length - items.length };
}

function describe(value: unknown): string {
  return typeof value === 'number'
    ? `version ${value}`
    : `sent ${value === undefined ? 'none' : typeof value}`;
}
