import { type AlertNotice, type AlertState, type EventRecord, LANE, LANE_RANK } from '@cb/protocol';
import type { FleetRow } from '../row.ts';
import { type AlertRule, stateOf } from './alert-rule.ts';
import type { Telling } from './episode.ts';
import { durationWords, whyWords } from './words.ts';

const MOST_INSTANCES = 20;
const MOST_ERRORS = 3;

export interface NoticeContext {
  /** Unique. */
  readonly id: string;
  readonly now: number;
  /** Whether the server still knows the row. */
  readonly gone: boolean;
  /** Address of the dashboard, with a slash at its end. */
  readonly publicUrl: string | undefined;
}

/** What is told about a breaker, as plain data and in words. */
export function makeNotice(
  rule: AlertRule,
  row: FleetRow,
  { trouble, since, before, repeat }: Telling,
  { id, now, gone, publicUrl }: NoticeContext,
): AlertNotice {
  const firing = trouble !== undefined;
  const opens =
    rule.when === 'flapping' ? { count: row.opens(now, rule.withinMs), withinMs: rule.withinMs } : undefined;
  const notice: Omit<AlertNotice, 'summary'> = {
    id,
    key: `${rule.name}/${row.service}/${row.name}`,
    rule: rule.name,
    when: rule.when,
    status: firing ? 'firing' : 'resolved',
    repeat,
    service: row.service,
    breaker: row.name,
    tags: row.tags,
    from: before && repeat === 0 ? stateOf(before.trouble) : stateBefore(row, since),
    to: firing ? stateOf(trouble) : gone ? 'gone' : stateOf(row.code),
    since,
    instances: instancesOf(row),
  };
  if (!firing && before !== undefined) notice.lastedMs = Math.max(0, since - before.since);
  if (opens !== undefined) notice.opens = opens;
  explain(notice, rule.when === 'no-data' || gone ? undefined : tellingEvent(row, notice.to));
  if (publicUrl !== undefined && !gone) {
    notice.link = `${publicUrl}b/${encodeURIComponent(row.service)}/${encodeURIComponent(row.name)}`;
  }
  return { ...notice, summary: summaryOf(notice, now) };
}

function stateBefore(row: FleetRow, since: number): AlertState {
  return stateOf(row.history.at(since - 1));
}

/** The event that says why: a failed probe says only that trouble goes on. */
function tellingEvent({ last, opened, outset }: FleetRow, to: AlertState): EventRecord | undefined {
  if (to !== 'open') return last;
  if (last?.to === 'open' && last.why.rule !== 'probes-failed') return last;
  return outset ?? opened ?? last;
}

function explain(notice: Omit<AlertNotice, 'summary'>, event: EventRecord | undefined): void {
  if (event === undefined) return;
  const words = whyWords(event);
  if (words !== '') notice.why = { words, data: event.why };
  const errors = event.errors?.slice(0, MOST_ERRORS).map(({ name, code, count }) => {
    return code === undefined ? { name, count } : { name, code, count };
  });
  if (errors !== undefined && errors.length > 0) notice.errors = errors;
}

function instancesOf(row: FleetRow): AlertNotice['instances'] {
  const lanes = [...row.lanes.values()];
  lanes.sort((a, b) => (LANE_RANK[b.code] as number) - (LANE_RANK[a.code] as number));
  return {
    open: lanes.filter(({ code }) => code === LANE.open).length,
    total: lanes.length,
    list: lanes
      .slice(0, MOST_INSTANCES)
      .map(({ instance, code }) => ({ instance: instance.name, state: stateOf(code) })),
  };
}

function summaryOf(notice: Omit<AlertNotice, 'summary'>, now: number): string {
  const { service, breaker, status, to, instances, why, opens, lastedMs, since, repeat, when } = notice;
  const of =
    instances.total > 1 && to === 'open' ? ` on ${instances.open} of ${instances.total} instances` : '';
  const because = why === undefined ? '' : `: ${why.words}`;
  if (status === 'resolved') {
    const lasted = lastedMs === undefined ? '' : ` after ${durationWords(lastedMs)}`;
    const what =
      to === 'gone'
        ? 'is no longer reported'
        : when === 'flapping'
          ? 'is calm again'
          : `is ${stateWords(to)}`;
    return `${service}/${breaker} ${what}${lasted}`;
  }
  if (opens !== undefined) {
    return `${service}/${breaker} is flapping: opened ${opens.count} times within ${durationWords(opens.withinMs)}`;
  }
  const still = repeat > 0 ? 'still ' : '';
  return `${service}/${breaker} is ${still}${stateWords(to)} for ${durationWords(Math.max(0, now - since))}${of}${because}`;
}

function stateWords(state: AlertState): string {
  return state === 'no-data' ? 'without data' : state;
}
