import type { EventRecord, Why } from '@cb/protocol';

/** 90000 -> "1.5 min". */
export function durationWords(ms: number): string {
  const said = (amount: number, unit: string): string => `${Number(amount.toFixed(1))} ${unit}`;
  if (ms < 1_000) return said(ms, 'ms');
  if (ms < 60_000) return said(ms / 1_000, 's');
  if (ms < 3_600_000) return said(ms / 60_000, 'min');
  return ms < 86_400_000 ? said(ms / 3_600_000, 'h') : said(ms / 86_400_000, 'd');
}

function percent(ratio: number): string {
  return `${Number((ratio * 100).toFixed(1))} %`;
}

/** What was measured against which limit; empty where there is nothing to say. */
function causeWords({ rule, value = 0, limit, calls, bad, slowMs, name }: Why): string {
  const most = limit === undefined ? '' : ` (limit ${limit <= 1 ? percent(limit) : limit})`;
  switch (rule) {
    case 'failure-ratio':
      return bad !== undefined && calls !== undefined
        ? `${bad} of ${calls} calls failed${most}`
        : `${percent(value)} of calls failed${most}`;
    case 'slow-ratio': {
      const slow = slowMs === undefined ? 'slow' : `slower than ${durationWords(slowMs)}`;
      return `${percent(value)} of calls were ${slow}${most}`;
    }
    case 'failures':
      return `${value} calls failed${most}`;
    case 'consecutive-failures':
      return `${value} calls in a row failed`;
    case 'custom':
      return `its rule "${name ?? 'custom'}" was met`;
    case 'told-to-open':
      return 'a result asked for it';
    case 'probing-too-long':
      return 'it was half-open for too long';
    case 'probes-passed':
      return 'probes passed';
    case 'probes-failed':
      return 'probes failed';
    case 'reset':
      return 'it was reset';
    case 'mode':
      return 'its mode was changed';
    case 'open-time-over':
    case 'probe-now':
    case 'restored':
    case 'unknown':
      return '';
  }
}

/** Why an event happened, with who did it and the most frequent error, in words. */
export function whyWords({ why, by, note, errors }: EventRecord): string {
  const person = by === undefined ? '' : ` by ${by}`;
  const reason = note === undefined ? '' : `: ${note}`;
  const first = errors?.[0];
  const error = first === undefined ? '' : `, mostly ${first.code ?? first.name}`;
  return `${causeWords(why)}${person}${reason}${error}`;
}
