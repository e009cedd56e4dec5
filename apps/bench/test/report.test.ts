import { describe, expect, it } from 'vitest';
import { verdicts } from '../src/report/goals.ts';
import type { Circumstances } from '../src/report/machine.ts';
import { textReport } from '../src/report/text-report.ts';
import type { Row } from '../src/row.ts';

function row(caseName: string, nsMedian: number | null, more: Partial<Row> = {}): Row {
  return { case: caseName, subject: '@cb/core', nsMedian, ratioToBare: null, ...more };
}

function verdict(rows: readonly Row[], says: RegExp) {
  return verdicts(rows).find((goal) => says.test(goal.says))?.result;
}

describe('verdicts', () => {
  it('compares a refusal with cockatiel 4 of the same run', () => {
    const rows = [row('open-refusal', 700), row('open-refusal', 3_500, { subject: 'cockatiel4' })];
    expect(verdict(rows, /refusal/)).toEqual({ text: '0.20×', reached: true });
    expect(verdict(rows.slice(0, 1), /refusal/)).toBeUndefined();
  });

  it('takes the dearest filled window for the cost of a failing call, and only where all were measured', () => {
    const rows = [0, 1_000, 10_000, 100_000].map((calls, i) =>
      row(`failing-${calls}`, 100, { ratioToEmpty: [1, 0.9, 1.8, 1.1][i] ?? 0 }),
    );
    expect(verdict(rows, /failing call/)).toEqual({ text: '1.80×', reached: false });
    expect(verdict(rows.slice(0, 3), /failing call/)).toBeUndefined();
  });
});

const ABOUT: Circumstances = { node: 'v20.0.0', cpu: '2 × CPU', rounds: 3, quick: false, loadBefore: 0.1 };

describe('textReport', () => {
  it('says where it was measured, and when not to believe it', () => {
    expect(textReport([], ABOUT)).toMatch(/^Node v20\.0\.0, 2 × CPU, 3 interleaved rounds\. Medians/);
    expect(textReport([], { ...ABOUT, loadBefore: 3 })).toContain('The machine was busy (load 3.0 per core)');
  });

  it('shows what was measured and the goals it bears on, and nothing else', () => {
    const rows = [
      row('live-time', null, {
        eluPercent: 2,
        cpuPercent: 3.21,
        lateMsP99: 6,
        callsPerSecond: 4_999,
        ratioToBare: 1.1,
      }),
    ];
    expect(textReport(rows, ABOUT).replaceAll(/ +/g, ' ')).toContain(
      [
        'live load, 5,000 calls/s, 2 % fail, last 10 s [live-time]',
        ' @cb/core 2.0 % (1.10×) CPU 3.2 %, timers late by 6.0 ms (p99), 4999 calls/s',
        '',
        'goals measured in this run, at most',
        ' reached 1.10× busy event loop at 5,000 calls/s, 2 % failing, time window: 1.15× the bare call',
        '',
        'What it does not show: ',
      ].join('\n'),
    );
  });
});
