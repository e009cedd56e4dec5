import type { Lane } from '@cb/protocol';
import type { LaneRuns, LatestEvents, Page } from '../../src/server/store/history-store.ts';
import type {
  BreakerKey,
  HistoryRecord,
  KeptEvent,
  RowRecord,
  SampleRecord,
} from '../../src/server/store/records.ts';

type OfKind<K extends HistoryRecord['kind']> = Extract<HistoryRecord, { kind: K }>;

/** Every record there ever was, in one plain list. Answers by looking at all of them. */
export class Oracle {
  readonly records: HistoryRecord[] = [];

  all<K extends HistoryRecord['kind']>(kind: K, of?: readonly BreakerKey[]): OfKind<K>[] {
    return this.records.filter((record): record is OfKind<K> => {
      if (record.kind !== kind) return false;
      if (of === undefined) return true;
      const { service, name } = record as unknown as BreakerKey;
      return of.some((each) => each.service === service && each.name === name);
    });
  }

  lanes(from: number, to: number, of?: readonly BreakerKey[]): LaneRuns[] {
    const changes = new Map<string, { t: number; code: Lane }[]>();
    const names = new Map<string, OfKind<'lane'>>();
    for (const record of this.all('lane', of)) {
      const key = JSON.stringify([record.service, record.name, record.instance]);
      names.set(key, record);
      const kept = (changes.get(key) ?? []).filter((change) => change.t <= record.t);
      if (kept.at(-1)?.code !== record.code) kept.push({ t: record.t, code: record.code });
      changes.set(key, kept);
    }
    return [...changes].flatMap(([key, list]) => {
      const { service, name, instance } = names.get(key) as OfKind<'lane'>;
      const inForce = list.findLastIndex(({ t }) => t <= from);
      let runs = list.filter(({ t }, i) => i >= inForce && t <= to);
      while (runs[0]?.code === 0) runs = runs.slice(1);
      const [start, code] = [runs.map(({ t }) => t), runs.map((run) => run.code)];
      return runs.length === 0 ? [] : [{ service, name, instance, start, code }];
    });
  }

  rows(at: number, of?: readonly BreakerKey[]): RowRecord[] {
    const rows = new Map<string, RowRecord>();
    for (const row of this.all('row', of)) {
      const key = JSON.stringify([row.service, row.name]);
      if (row.t <= at && row.t >= (rows.get(key)?.t ?? 0)) rows.set(key, row);
    }
    return [...rows.values()];
  }

  events(from: number, to: number, limit: number, of?: readonly BreakerKey[]): Page<KeptEvent> {
    const found = this.all('event', of).filter(({ t }) => t >= from && t <= to);
    found.sort((a, b) => b.t - a.t || b.event - a.event);
    return { entries: found.slice(0, limit), more: found.length > limit };
  }

  latest(at: number, of?: readonly BreakerKey[]): LatestEvents[] {
    const newest = this.events(0, at, Number.POSITIVE_INFINITY, of).entries;
    const answer: LatestEvents[] = [];
    for (const { service, name } of newest) {
      if (answer.some((each) => each.service === service && each.name === name)) continue;
      const events = newest.filter((each) => each.service === service && each.name === name);
      const opened = events.find(({ from, to }) => to === 'open' && from !== 'open');
      const outset = events.find(({ from, to }) => to === 'open' && from === 'closed');
      const latest = { service, name, last: events[0] as KeptEvent };
      answer.push({ ...latest, ...(opened && { opened }), ...(outset && { outset }) });
    }
    return answer;
  }

  samples(from: number, to: number, of: BreakerKey): SampleRecord[] {
    // What was said when it was over counts more than what was said before, whichever came later.
    const underWay = this.all('under-way', [of]).map(
      (each) => [each.t, { ...each, kind: 'sample' }] as const,
    );
    const over = this.all('sample', [of]).map((each) => [each.t, each] as const);
    const samples = new Map<number, SampleRecord>([...underWay, ...over]);
    return [...samples.values()].filter(({ t }) => t >= from && t <= to).sort((a, b) => a.t - b.t);
  }

  notes(kind: 'marker' | 'audit', from: number, to: number, limit: number): Page<unknown> {
    const found = this.all(kind).filter(({ t }) => t >= from && t <= to);
    const sorted = found.reverse().sort((a, b) => b.t - a.t);
    return { entries: sorted.slice(0, limit).map(({ data }) => data), more: found.length > limit };
  }
}
