import { describe, expect, it } from 'vitest';
import { sectionOf, withSection } from '../src/dashboard/docs-section.ts';
import { ageOf, rollupsOf, stampOf } from '../src/dashboard/load.ts';
import { type DashboardFigures, textReport, verdicts } from '../src/dashboard/report.ts';

const LOAD = {
  eventsPerSecond: 10_000,
  changesPerSecond: 10,
  cpuPercent: 4,
  usPerEvent: 4,
  rssMb: 250,
  kbPerBrowser: 10,
  changeP50Ms: 150,
  changeP99Ms: 300,
  counterP50Ms: 160,
  counterP99Ms: 290,
};
const FROZEN = { frozenMs: 12_000, grewMb: 1, grewBeforeMb: 0.5, caughtUpMs: 600, resyncs: 1 };
const FIGURES: DashboardFigures = {
  about: { node: 'v20.0.0', cpu: '2 × CPU', rounds: 3, quick: false, loadBefore: 0.1 },
  naive: { ...LOAD, cpuPercent: 44, usPerEvent: 44 },
  ours: LOAD,
  many: { ...LOAD, eventsPerSecond: 100_000, cpuPercent: 9, usPerEvent: 0.9 },
  naiveFrozen: { ...FROZEN, grewMb: 90 },
  frozen: FROZEN,
  dead: { events: 200_000, usPerChange: 2, usPerCall: 0, grewMb: 0.4, queued: 800, lost: 219_200 },
};

describe('the bench of the dashboard server', () => {
  it('says of each goal whether it was reached', () => {
    expect(verdicts(FIGURES).map(({ text, reached }) => [text, reached])).toEqual([
      ['11.0 : 1', true],
      ['9.0 %', true],
      ['0.5 MB', true],
      ['600 ms', true],
      ['0.4 MB', true],
    ]);
    const slow = { ...FIGURES, ours: { ...LOAD, usPerEvent: 5 }, many: { ...FIGURES.many, cpuPercent: 15 } };
    expect(verdicts(slow).map(({ reached }) => reached)).toEqual([false, false, true, true, true]);
  });

  it('does not count a server as quick that did not get the events', () => {
    const many = { ...FIGURES.many, eventsPerSecond: 60_000 };
    expect(verdicts({ ...FIGURES, many })[1]?.reached).toBe(false);
  });

  it('writes its own section of the page, and leaves the rest as it is', () => {
    const page = '# What a breaker costs\n\nFigures.\n';
    const once = withSection(page, FIGURES);
    expect(once.startsWith(page)).toBe(true);
    expect(once).toContain('## The dashboard server');
    expect(withSection(once, FIGURES)).toBe(once);
    expect(once).toContain(sectionOf(once));
    expect(sectionOf(page)).toBe('');
  });

  it('prints where it was measured and what it does not show', () => {
    expect(textReport(FIGURES)).toMatch(/^Node v20\.0\.0, 2 × CPU/);
    expect(textReport(FIGURES)).toContain('What it does not show');
  });

  it('sends columns of one length, in messages that the server takes', () => {
    const rollups = rollupsOf(1_000, 1_000, 3);
    expect(rollups.flatMap(({ id }) => id)).toHaveLength(1_000);
    for (const { id, ok, hist, inFlight, ...rest } of rollups) {
      expect([ok?.length, hist?.length, inFlight?.length]).toEqual([id.length, id.length, id.length]);
      expect(JSON.stringify({ id, ok, hist, inFlight, ...rest }).length).toBeLessThan(65_536);
    }
  });

  it('tells the age of a number by its stamp, also where the stamp begins anew', () => {
    expect(ageOf(stampOf(1_700_000_999_990), 1_700_001_000_010)).toBe(20);
  });
});
