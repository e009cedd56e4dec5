/**
 * Turns what a stranger sent into values that are safe to keep, compare, show and send on: fresh, bounded, printable.
 * Nothing here throws, whatever it is given.
 */
import { ownCopy } from './own-copy.ts';
import { isSecretName, scrub } from './scrub.ts';

/** Bounds of everything that is read from the wire. Characters are UTF-16 units. */
export const LIMITS = {
  /** Longest service, instance, boot or breaker name. */
  nameChars: 128,
  /** Most tags of one service or breaker, and the longest key or value. */
  tags: 16,
  tagChars: 64,
  /** Longest error message, note or reason. */
  messageChars: 200,
  /** Most outcomes one state change carries. */
  outcomes: 100,
  /** Most different errors one state change carries. */
  errors: 5,
  /** Most breakers of one service, and most rows of one rollup. */
  breakers: 2_000,
  /** Most rows a browser may watch. */
  watchedRows: 500,
  /** How deep and how large a configuration may be: levels, values, characters of text in total. */
  configDepth: 8,
  configValues: 500,
  configChars: 8_192,
  /** Most policies of one process, and most entries of one report about them. */
  policies: 1_000,
  /** Longest kind of a policy. */
  kindChars: 32,
  /** Most counters and most gauges of one policy, and the longest name of one. */
  counters: 32,
  counterChars: 40,
  /** How deep and how large the configuration of a policy may be. */
  policyConfigDepth: 4,
  policyConfigValues: 64,
  policyConfigChars: 1_024,
  /** Most capabilities of one service, and the longest. */
  caps: 16,
  capChars: 32,
  /** Rows and lanes that one request of control may name. */
  controlRows: 500,
  controlLanes: 2_000,
  /** Shortest and longest reason of an act; longest name that a person gives themselves. */
  reasonCharsMin: 3,
  reasonChars: 200,
  byChars: 64,
  /** How long a mode that ends by itself may last. */
  modeMsMin: 1_000,
  modeMs: 604_800_000,
  /** Most calls, and most changes, of one part of a trace. */
  tracedCalls: 4_096,
  tracedChanges: 256,
} as const;

/** An object that came from JSON: neither null nor an array. */
export type Fields = { readonly [key: string]: unknown };

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// Controls, lone surrogates, line and paragraph separators, and every invisible format character (all bidi marks are
// among them) except the two joiners that scripts and emoji need.
const UNPRINTABLE = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]|(?![\u200c\u200d])\p{Cf}/gu;

function printable(value: string): string {
  const text = value.replace(UNPRINTABLE, '').trim();
  return text.length === value.length ? value : ownCopy(text);
}

function cutAt(text: string, chars: number): string {
  const last = text.charCodeAt(chars - 1);
  return ownCopy(text.slice(0, last >= 0xd800 && last <= 0xdbff ? chars - 1 : chars));
}

/** Free text without control and bidi characters, at most `chars` long; undefined when it is no text at all. */
export function cleanText(value: unknown, chars: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  const text = printable(value);
  return text.length <= chars ? text : cutAt(text, chars);
}

/** 64 bits in base 36: two passes of FNV-1a that start differently. Tells names apart; it is no defence. */
function fingerprint(text: string): string {
  let a = 0x811c9dc5;
  let b = 0x9747b28c;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 0x01000193);
    b = Math.imul(b ^ (unit + i), 0x01000193);
  }
  return (a >>> 0).toString(36).padStart(7, '0') + (b >>> 0).toString(36).padStart(7, '0');
}

/**
 * A name without control and bidi characters. A longer one than `LIMITS.nameChars` is cut and ends in a fingerprint of
 * the whole, so that two long names stay two. Undefined when nothing is left.
 */
export function cleanName(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const name = printable(value);
  if (name === '') return undefined;
  if (name.length <= LIMITS.nameChars) return name;
  const mark = `~${fingerprint(name)}`;
  return cutAt(name, LIMITS.nameChars - mark.length) + mark;
}

/** A fresh, prototype-free record of at most 16 tags; what is not text is left out. Numbers and booleans become text, and what may be secret stars. */
export function cleanTags(value: unknown): Record<string, string> {
  const tags: Record<string, string> = Object.create(null);
  if (!isFields(value)) return tags;
  let count = 0;
  for (const key of Object.keys(value)) {
    if (count === LIMITS.tags) break;
    const raw = value[key];
    const text = typeof raw === 'number' || typeof raw === 'boolean' ? String(raw) : raw;
    const name = cleanText(key, LIMITS.tagChars);
    const tag = cleanText(text, LIMITS.tagChars);
    if (!name || tag === undefined || name in tags) continue;
    tags[name] = isSecretName(name) ? '***' : scrub(tag, LIMITS.tagChars);
    count++;
  }
  return tags;
}

/** A finite number, moved into [min, max]; undefined when it is not a finite number. */
export function cleanNumber(value: unknown, min: number, max: number): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined;
  // Adding 0 makes 0 of -0, which JSON can say.
  return (value < min ? min : value > max ? max : value) + 0;
}

/** A whole number in [0, 2^53); fractions are cut off. Undefined when it is no finite number or negative. */
export function cleanInteger(value: unknown, max: number = Number.MAX_SAFE_INTEGER): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) return undefined;
  return Math.min(Math.trunc(value), max) + 0;
}

/** Last moment a JavaScript date can name, in epoch milliseconds. */
const LAST_MOMENT = 8.64e15;

/** Epoch milliseconds, whole, between 1970 and the last date there is. */
export function cleanMoment(value: unknown): number | undefined {
  const moment = cleanNumber(value, 0, LAST_MOMENT);
  return moment === undefined ? undefined : Math.round(moment);
}

/** Levels, values, and characters of text in total. */
export interface JsonBounds {
  readonly depth: number;
  readonly values: number;
  readonly chars: number;
}
const CONFIG: JsonBounds = {
  depth: LIMITS.configDepth,
  values: LIMITS.configValues,
  chars: LIMITS.configChars,
};

/**
 * A fresh copy of plain JSON data, bounded in depth, number of values and text. Objects have no prototype, so
 * `__proto__` is a key like any other. What exceeds a bound becomes the string "…" or is left out.
 */
export function cleanJson(value: unknown, { depth, values, chars }: JsonBounds = CONFIG): unknown {
  return copyJson(value, depth, { values, chars });
}

function copyJson(value: unknown, depth: number, left: { values: number; chars: number }): unknown {
  if (left.values-- <= 0) return '…';
  if (typeof value === 'boolean' || value === null) return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value + 0 : null;
  if (typeof value === 'string') return takeText(value, left);
  if (typeof value !== 'object') return undefined;
  if (depth === 0) return '…';
  if (Array.isArray(value)) {
    const items: unknown[] = [];
    for (const item of value) {
      if (left.values <= 0) break;
      items.push(copyJson(item, depth - 1, left) ?? null);
    }
    return items;
  }
  const fields: Record<string, unknown> = Object.create(null);
  for (const key of Object.keys(value)) {
    if (left.values <= 0) break;
    const copy = copyJson((value as Fields)[key], depth - 1, left);
    if (copy !== undefined)
      fields[takeText(key, left)] = typeof copy === 'string' && isSecretName(key) ? '***' : copy;
  }
  return fields;
}

function takeText(value: string, left: { chars: number }): string {
  if (left.chars <= 0) return '';
  const chars = Math.min(500, left.chars);
  const text = cleanText(scrub(value, chars), chars) ?? '';
  left.chars -= text.length;
  return text;
}
