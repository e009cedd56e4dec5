import type { AuditRecord } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { type AuditPages, withPage } from '../src/web/features/audit/audit-pages.ts';
import {
  breakersOf,
  deedWords,
  matchesRecord,
  outcomeWords,
  resultLine,
} from '../src/web/features/audit/audit-words.ts';

function recordOf(more: Partial<AuditRecord> = {}): AuditRecord {
  return { audit: 1, t: 0, action: 'control', token: '01a9119c', role: 'operator', address: '::1', ...more };
}

function resultOf(
  instance: string,
  more: Partial<NonNullable<AuditRecord['results']>[number]> = {},
): NonNullable<AuditRecord['results']>[number] {
  return { service: 'payments', name: 'charge', instance, ok: true, version: 4, versionBefore: 3, ...more };
}

describe('an audit record', () => {
  it.each([
    [{ op: 'isolate', forMs: 900_000 }, 'Isolated for 15 minutes'],
    [{ op: 'force-closed' }, 'Forced closed until released'],
    [{ op: 'observe', forMs: 60_000 }, 'Set to observing for 1 minute'],
    [{ op: 'reset' }, 'Reset'],
    [{ op: 'release' }, 'Released'],
    [{ op: 'probe' }, 'Asked for a probe'],
    [{ op: 'configure', config: { failAfterMs: 5 } }, 'Changed settings'],
    [{ op: 'drain' as 'reset' }, 'drain'],
    [{ action: 'denied', note: 'configure is for admins' }, 'Was refused: configure is for admins'],
    [{ action: 'marker', note: 'deploy 4812' }, 'Posted a marker: deploy 4812'],
    [{ action: 'alert-test' }, 'Tested an alert'],
    [{ action: 'constructor' as 'denied' }, 'constructor'],
  ] satisfies [Partial<AuditRecord>, string][])('says in words what was done: %j', (more, words) => {
    expect(deedWords(recordOf(more))).toBe(words);
  });

  it('counts what was done, and says of each instance what became of it', () => {
    const { version: _, ...silent } = resultOf('a-2', { ok: false, error: 'timeout' });
    const record = recordOf({ results: [resultOf('a-1'), silent] });
    expect(outcomeWords(record)).toBe('1 of 2 done');
    expect(outcomeWords(recordOf({ results: [resultOf('a-1')] }))).toBe('1 done');
    expect(outcomeWords(recordOf({ results: [resultOf('a', { ok: false })] }))).toBe('none of 1 done');
    expect(outcomeWords(recordOf())).toBe('');
    expect(record.results?.map(resultLine)).toEqual([
      'a-1: done, version 3 → 4',
      'a-2: no answer: it may have been done',
    ]);
    expect(resultLine(resultOf('a', { ok: false, error: 'refused', message: 'not today' }))).toContain(
      '(not today)',
    );
  });

  it('names each breaker once', () => {
    const results = [resultOf('a-1'), resultOf('a-2'), resultOf('b-1', { name: 'refund' })];
    expect(breakersOf(recordOf({ results }))).toEqual([
      { service: 'payments', name: 'charge' },
      { service: 'payments', name: 'refund' },
    ]);
  });

  it.each(['kim', 'ISOLATED minutes', 'payments/charge', 'a-1', '01a9', 'rack', '::1', '', '  '])(
    'is found by %j',
    (query) => {
      const record = recordOf({
        op: 'isolate',
        forMs: 900_000,
        by: 'Kim',
        reason: 'new rack',
        results: [resultOf('a-1')],
      });
      expect(matchesRecord(record, query)).toBe(true);
      expect(matchesRecord(record, `${query} lee`)).toBe(false);
    },
  );
});

describe('the pages of the audit log', () => {
  const NONE: AuditPages = { records: [], more: false, state: 'reading' };
  const pageOf = (numbers: number[], more: boolean) => ({
    records: numbers.map((audit) => recordOf({ audit, t: audit })),
    more,
  });
  const numbers = ({ records }: AuditPages): number[] => records.map(({ audit }) => audit);

  it('are put together, newest first, each record once', () => {
    const first = withPage(NONE, pageOf([9, 8, 7], true), 'newest');
    const older = withPage(first, pageOf([7, 6, 5], true), 'older');
    const newer = withPage(older, pageOf([11, 10, 9], true), 'newest');
    expect(numbers(newer)).toEqual([11, 10, 9, 8, 7, 6, 5]);
  });

  it('end where the oldest of them says so, and where one brings nothing', () => {
    const first = withPage(NONE, pageOf([9, 8], true), 'newest');
    expect(first.more).toBe(true);
    const last = withPage(first, pageOf([8, 7], false), 'older');
    expect([last.more, withPage(last, pageOf([10, 9], true), 'newest').more]).toEqual([false, false]);
    expect(withPage(first, pageOf([8], true), 'older').more).toBe(false);
  });

  it('keep at most five thousand records', () => {
    const many = Array.from({ length: 6_000 }, (_, i) => 6_000 - i);
    const all = withPage(NONE, pageOf(many, true), 'newest');
    expect([all.records.length, all.more]).toEqual([5_000, false]);
  });
});
