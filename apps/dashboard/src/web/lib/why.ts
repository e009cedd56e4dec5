import {
  type DirectoryRow,
  type EventRecord,
  LANE,
  type RowSummary,
  type TopError,
  type Why,
} from '@cb/protocol';
import { clock, clockShort, count, duration, elapsed, percent } from './format.ts';
import { isOverlaid, modeWord, overlayLine, signature } from './overlay-words.ts';

/** The name people search the logs for: the code if there is one. */
export function errorLabel(error: TopError): string {
  return error.code ?? error.name;
}

/** What was measured against which limit: "61 of last 100 calls failed (limit 50 %)". */
export function causeOf(why: Why | undefined): string {
  switch (why?.rule) {
    case 'failure-ratio': {
      const what =
        why.bad !== undefined && why.calls !== undefined
          ? `${count(why.bad)} of last ${count(why.calls)} calls failed`
          : `${percent(why.value)} of calls failed`;
      return why.limit === undefined ? what : `${what} (limit ${percent(why.limit)})`;
    }
    case 'slow-ratio': {
      const calls = why.calls === undefined ? 'calls' : `${count(why.calls)} calls`;
      const slow = why.slowMs === undefined ? 'slow' : `slower than ${duration(why.slowMs)}`;
      const limit = why.limit === undefined ? '' : ` (limit ${percent(why.limit)})`;
      return `${percent(why.value)} of ${calls} ${slow}${limit}${underWay(why)}`;
    }
    case 'failures':
      return `${count(why.value ?? why.bad ?? 0)} failed calls${why.limit === undefined ? '' : ` (limit ${count(why.limit)})`}`;
    case 'custom':
      return `Rule “${why.name ?? 'custom'}” was met`;
    case 'told-to-open':
      return 'Told to open by a result';
    case 'probing-too-long':
      return 'Half-open for too long';
    case 'consecutive-failures':
      return `${count(why.value ?? why.bad ?? why.limit ?? 0)} failures in a row`;
    case 'open-time-over':
      return 'Open time is over';
    case 'probes-passed':
      return why.value !== undefined && why.value <= 1 && why.calls !== undefined
        ? `${percent(why.value)} of ${count(why.calls)} probes passed`
        : 'Probes passed';
    case 'probes-failed':
      return 'Probes failed';
    case 'probe-now':
      return 'Probe asked for';
    case 'reset':
      return 'Reset by hand';
    case 'mode':
      return 'Mode changed';
    case 'restored':
      return 'Restored after a restart';
    default:
      return '';
  }
}

function underWay({ inFlight = 0 }: Why): string {
  return inFlight === 0 ? '' : `, ${count(inFlight)} of them still waiting`;
}

function withError(text: string, event: EventRecord | undefined): string {
  const first = event?.errors?.[0];
  if (!first) return text;
  return text ? `${text} · ${errorLabel(first)}` : errorLabel(first);
}

function byWhom(event: EventRecord | undefined): string {
  return signature(event?.by, event?.note);
}

/** Opens in the last hour from which a circuit is called flapping. */
const FLAPPING = 5;

/** "flapping ×9"; undefined where it is not. */
export function flappingWords(opens: number): string | undefined {
  return opens >= FLAPPING ? `flapping ×${count(opens)}` : undefined;
}

/**
 * Where the trouble of an open row began. Failed probes say only that it goes on, and the newest event may be of another
 * instance, well again.
 */
export function openingOf({ code, last, opened }: RowSummary): EventRecord | undefined {
  if (code !== LANE.open) return undefined;
  const telling = last?.to === 'open' && last.why.rule !== 'probes-failed';
  return telling ? last : (opened ?? last);
}

/** Whether `whyRow` has something to say, for who must know before it is said. */
export function saysWhy({ code, last }: RowSummary): boolean {
  return code !== LANE.closed || (last?.to === 'closed' && last.from !== 'closed');
}

/** A row of a list, or one with all its instances. */
type Listed = RowSummary & Partial<Pick<DirectoryRow, 'instances'>>;

/** Why a row of the fleet looks as it does, in one line. `outageMs` is how long the last trouble took, if known. */
export function whyRow(row: Listed, outageMs?: number): string {
  const laid = (row.instances?.length ? row.instances : (row.laid ?? [])).filter(isOverlaid);
  const size = row.counts.reduce((sum, count) => sum + count, 0);
  const overlay = overlayLine(laid, size);
  if (overlay === '') return whyComputed(row, outageMs);
  // What people laid over all of it is what callers meet; over a part of it, the trouble of the others comes first.
  const everywhere = laid.length >= size - row.counts[LANE.noData];
  const below = row.code === LANE.isolated ? '' : whyComputed(row, outageMs);
  return (everywhere ? [overlay, below] : [below, overlay]).filter((part) => part !== '').join(' · ');
}

function whyComputed(row: RowSummary, outageMs: number | undefined): string {
  const last = row.last;
  switch (row.code) {
    case LANE.noData: {
      if (row.since === 0) return 'Nothing is known of this time';
      const silent = row.counts[LANE.noData];
      const who = row.instance ?? `${silent} instances`;
      return silent === 0 ? 'No instance reports' : `No heartbeat from ${who} since ${clockShort(row.since)}`;
    }
    case LANE.isolated:
      return `Isolated${last?.mode === 'forced-open' ? byWhom(last) : ''}`;
    case LANE.open: {
      if (row.opens >= FLAPPING) return withError(`Flapping: ${row.opens} opens in the last hour`, last);
      const began = openingOf(row);
      if (!began) return 'What opened it is not known';
      return withError(began?.to === 'open' ? causeOf(began.why) : '', began);
    }
    case LANE.halfOpen:
      return row.opens >= FLAPPING
        ? `Flapping: ${row.opens} opens in the last hour`
        : 'Probing: circuit half-open';
    default: {
      if (last?.to !== 'closed' || last.from === 'closed') return '';
      const recovered = `Recovered ${clockShort(last.t)}`;
      // Of one that comes and goes, how often says more than how long the last time was.
      const flapping = flappingWords(row.opens);
      if (flapping) return `${recovered} · ${flapping}`;
      return outageMs === undefined
        ? recovered
        : `${recovered} after ${elapsed(outageMs).replace(/(\d)([smhd])/g, '$1 $2')}`;
    }
  }
}

/** The sentence over a breaker's page, in three parts: what stands before and after the bold middle. */
export interface WhySentence {
  before: string;
  strong: string;
  after: string;
}

export function whySentence(event: EventRecord, stillOpen: boolean): WhySentence {
  const { why } = event;
  const last = stillOpen ? '' : 'last ';
  const before = `${event.instance} ${last}opened at ${clock(event.t)} because `;
  const minimum =
    why?.minimumCalls === undefined ? '' : `, and the ${count(why.minimumCalls)}-call minimum was met`;
  switch (why?.rule) {
    case 'failure-ratio': {
      const strong =
        why.bad !== undefined && why.calls !== undefined
          ? `${count(why.bad)} of the last ${count(why.calls)} calls failed`
          : `${percent(why.value)} of the calls failed`;
      return { before, strong, after: limitClause(why, minimum) };
    }
    case 'slow-ratio': {
      const slow = why.slowMs === undefined ? 'too slow' : `slower than ${duration(why.slowMs)}`;
      const strong =
        why.bad !== undefined && why.calls !== undefined
          ? `${count(why.bad)} of the last ${count(why.calls)} calls were ${slow}`
          : `${percent(why.value)} of the calls were ${slow}`;
      return { before, strong, after: limitClause(why, minimum) };
    }
    case 'failures':
      return {
        before,
        strong: `${count(why.value ?? why.bad ?? 0)} calls failed`,
        after: why.limit === undefined ? '.' : ` — the limit is ${count(why.limit)}${minimum}.`,
      };
    case 'custom':
      return { before, strong: `its rule “${why.name ?? 'custom'}” was met`, after: '.' };
    case 'told-to-open':
      return { before, strong: 'a result asked for it', after: '.' };
    case 'probing-too-long':
      return {
        before: before.replace('opened', 'opened again'),
        strong: 'it was half-open for too long',
        after: '.',
      };
    case 'consecutive-failures':
      return {
        before,
        strong: `${count(why.value ?? why.bad ?? 0)} calls failed in a row`,
        after: why.limit === undefined ? '.' : ` — the limit is ${count(why.limit)}.`,
      };
    case 'probes-failed':
      return {
        before: before.replace('opened', 'opened again'),
        strong:
          why.bad !== undefined && why.calls !== undefined
            ? `${count(why.bad)} of ${count(why.calls)} probes failed`
            : 'its probes failed',
        after: '.',
      };
    case 'mode':
      return {
        before: `${event.instance} ${last}opened at ${clock(event.t)}: `,
        strong: `set by ${event.by ?? 'hand'}`,
        after: event.note ? ` — “${event.note}”.` : '.',
      };
    case 'restored':
      return {
        before: `${event.instance} ${last}opened at ${clock(event.t)}: `,
        strong: 'restored after a restart',
        after: '.',
      };
    default:
      return { before: `${event.instance} `, strong: `${last}opened`, after: ` at ${clock(event.t)}.` };
  }
}

function limitClause(why: Why, minimum: string): string {
  if (why.limit === undefined || why.value === undefined) return minimum ? `${minimum.slice(1)}.` : '.';
  // A rule compares with >=, so a value may stand exactly on its limit.
  const relation = percent(why.value) === percent(why.limit) ? 'at' : 'over';
  return ` — ${percent(why.value)} is ${relation} the ${percent(why.limit)} limit${minimum}.`;
}

/** One line of the event log. */
export function eventLine(event: EventRecord): string {
  if (event.mode !== event.modeFrom || event.why?.rule === 'mode') {
    if (event.mode !== 'auto') return `${modeWord(event.mode)}${byWhom(event)}`;
    const was = event.modeFrom === 'forced-open' ? 'Isolation' : modeWord(event.modeFrom);
    return `${was} released${byWhom(event)}`;
  }
  const cause = causeOf(event.why);
  if (event.to === 'open') {
    const wait =
      event.retryAt === undefined
        ? ''
        : ` → open ${duration(Math.max(0, Math.round((event.retryAt - event.t) / 100) * 100))}`;
    return event.from === 'half-open'
      ? `${withError(cause || 'Probes failed', event)}${wait}`
      : `${withError(cause ? `Opened: ${lower(cause)}` : 'Opened', event)}${wait}`;
  }
  const word = event.to === 'half-open' ? 'Half-open' : 'Closed';
  return cause ? `${word}: ${lower(cause)}${byWhom(event)}` : `${word}${byWhom(event)}`;
}

function lower(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
