import { cleanMoment, cleanName, cleanText, isFields } from './clean.ts';
import type { Marker } from './wire-markers.ts';

const TEXT_CHARS = 120;
const VERSION_CHARS = 64;
const URL_CHARS = 500;
const DAY_MS = 86_400_000;
const AHEAD_MS = 5 * 60_000;
/** No user, no password, no space; everything else is for who follows it. */
const WEB_URL = /^https?:\/\/[^\s/?#@\\]+([/?#][^\s]*)?$/i;

/** Reads what is posted as a marker. Unlike a service's messages it is refused as a whole: whoever posts it can mend it. */
export function readMarker(value: unknown, now: number): Omit<Marker, 'marker'> | string {
  if (!isFields(value)) return 'a marker is an object with a text, like {"text":"payments 4812"}';
  const text = cleanText(value.text, Number.POSITIVE_INFINITY);
  if (text === undefined) return 'text must say what happened';
  if (text === '' || text.length > TEXT_CHARS) {
    return `text must have 1 to ${TEXT_CHARS} printable characters, got ${text.length}`;
  }
  const t = value.t === undefined ? now : readTime(value.t, now);
  if (typeof t === 'string') return t;
  const { kind = 'deploy' } = value;
  if (kind !== 'deploy' && kind !== 'note') return 'kind must be deploy or note';
  const marker: Omit<Marker, 'marker'> = { t, text, kind };
  if (value.service !== undefined) {
    const service = cleanName(value.service);
    if (service === undefined) return 'service must be the name of a service; leave it out for all of them';
    marker.service = service;
  }
  if (value.version !== undefined) {
    const version = cleanText(value.version, VERSION_CHARS);
    if (!version) return 'version must be text, like "1.4.2"';
    marker.version = version;
  }
  if (value.url !== undefined) {
    if (!isWebUrl(value.url))
      return `url must begin with http:// or https://, at most ${URL_CHARS} characters`;
    marker.url = value.url;
  }
  return marker;
}

function readTime(value: unknown, now: number): number | string {
  const t = cleanMoment(value);
  if (t === undefined) return 't must be epoch milliseconds';
  if (t >= now - DAY_MS && t <= now + AHEAD_MS) return t;
  const hint = Math.abs(t * 1_000 - now) < DAY_MS ? '; that is in seconds' : '';
  return `t must be at most 24 hours ago and 5 minutes ahead, got ${t}${hint}`;
}

/** Whether a link may be shown: http or https, nothing that would hide where it leads. */
export function isWebUrl(value: unknown): value is string {
  return (
    typeof value === 'string' &&
    value.length <= URL_CHARS &&
    WEB_URL.test(value) &&
    cleanText(value, URL_CHARS) === value
  );
}
