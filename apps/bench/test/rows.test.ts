import { describe, expect, it } from 'vitest';
import { rowsOf } from '../src/rows.ts';

describe('rowsOf', () => {
  it('takes the median of the rounds and the ratio to the bare call of the same case', () => {
    const ns = (subject: string, ...figures: number[]) =>
      figures.map((nsMedian) => ({ case: 'closed-count', subject, figures: { nsMedian } }));
    const rows = rowsOf([...ns('bare', 30, 40, 90), ...ns('@cb/core', 50, 80, 60)]);
    expect(rows).toMatchObject([
      { case: 'closed-count', subject: 'bare', nsMedian: 40, ratioToBare: 1 },
      { case: 'closed-count', subject: '@cb/core', nsMedian: 60, ratioToBare: 1.5, nsMin: 50, nsMax: 80 },
    ]);
  });

  it('takes the median of every figure, and the ratio of what the case is about', () => {
    const live = (subject: string, ...figures: [eluPercent: number, lateMsP99: number][]) =>
      figures.map(([eluPercent, lateMsP99]) => ({
        case: 'live-time',
        subject,
        figures: { nsMedian: null, eluPercent, lateMsP99 },
      }));
    const rows = rowsOf([
      ...live('bare', [1, 5], [2, 9], [3, 7]),
      ...live('@cb/core', [2, 4], [9, 6], [3, 8]),
    ]);
    expect(rows).toMatchObject([
      { subject: 'bare', nsMedian: null, eluPercent: 2, lateMsP99: 7, ratioToBare: 1 },
      { subject: '@cb/core', nsMedian: null, eluPercent: 3, lateMsP99: 6, ratioToBare: 1.5 },
    ]);
  });

  it('has no ratio where no bare call was measured', () => {
    const figures = { nsMedian: null, cpuPercent: 0.1 };
    expect(rowsOf([{ case: 'idle-cpu', subject: 'mollitia', figures }])).toMatchObject([
      { nsMedian: null, ratioToBare: null, cpuPercent: 0.1 },
    ]);
  });
});
