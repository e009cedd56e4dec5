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

  it('has no ratio where no bare call was measured', () => {
    const figures = { nsMedian: null, cpuPercent: 0.1 };
    expect(rowsOf([{ case: 'idle-cpu', subject: 'mollitia', figures }])).toMatchObject([
      { nsMedian: null, ratioToBare: null, cpuPercent: 0.1 },
    ]);
  });
});
