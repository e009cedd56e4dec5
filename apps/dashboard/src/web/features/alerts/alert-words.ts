import type { AlertDelivery, AlertStatus, AlertTestResult } from '@cb/protocol';
import { count, duration, elapsed } from '../../lib/format.ts';

/** How the last request went: "Delivered 3m 12s ago", "Failed 8s ago: HTTP 500, 10 attempts". */
export function deliveryWords({ at, ok, problem, attempts }: AlertDelivery, now: number): string {
  const ago = `${elapsed(now - at)} ago`;
  const tries = attempts === 1 ? '' : `${count(attempts)} attempts`;
  if (ok) return `Delivered ${ago}${tries && ` after ${tries}`}`;
  return `Failed ${ago}: ${problem ?? 'unknown'}${tries && `, ${tries}`}`;
}

/** A request that is not taken: "Trying for 14s: HTTP 500, 4 attempts so far". */
export function tryingWords(
  { since, attempts, problem }: NonNullable<AlertStatus['webhook']['trying']>,
  now: number,
): string {
  const tries = attempts === 1 ? '1 attempt' : `${count(attempts)} attempts`;
  return `Trying for ${elapsed(now - since)}: ${problem}, ${tries} so far`;
}

/** What became of all notices since the server began. */
export function countWords({ delivered, failed, dropped, waiting }: AlertStatus['counts']): string {
  const parts = [`${count(delivered)} delivered`];
  if (waiting > 0) parts.push(`${count(waiting)} waiting`);
  if (failed > 0) parts.push(`${count(failed)} given up`);
  if (dropped > 0) parts.push(`${count(dropped)} dropped for want of room`);
  return parts.join(' · ');
}

/** How a webhook is spoken to. */
export function webhookWords({ format, signed }: AlertStatus['webhook']): string {
  return `${format === 'slack' ? 'Slack' : 'JSON'} · ${signed ? 'signed' : 'not signed'}`;
}

/** What a test came to. */
export function testWords({ ok, status, problem, answer, tookMs }: AlertTestResult): string {
  const said = answer ? `: “${answer}”` : '';
  return ok
    ? `Delivered in ${duration(tookMs)}, HTTP ${status}${said}`
    : `Not delivered: ${problem ?? 'unknown'}${said}`;
}
