import type { StateChange } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { frameBudget } from '../src/frame-budget.ts';
import { Outbox } from '../src/outbox.ts';
import { toRollups } from '../src/rollup.ts';

const changeOf = (id: number): Omit<StateChange, 'seq'> => ({
  id,
  t: 1,
  from: 'closed',
  to: 'open',
  mode: 'auto',
  modeFrom: 'auto',
  why: { rule: 'unknown' },
  configRevision: 1,
});

describe('an outbox', () => {
  it('keeps the latest change of every breaker when it overflows', () => {
    const outbox = new Outbox(100);
    outbox.add(changeOf(99));
    for (let i = 0; i < 100; i++) outbox.add(changeOf(i % 10));
    const kept = outbox.batch(() => true);
    expect(new Set(kept.map(({ id }) => id))).toEqual(new Set([99, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9]));
    expect(kept.at(-1)?.seq).toBe(101);
    expect(outbox.size + outbox.lost).toBe(101);
  });

  it('forgets what is confirmed and nothing else', () => {
    const outbox = new Outbox();
    for (let i = 0; i < 5; i++) outbox.add(changeOf(i));
    outbox.confirm(3);
    expect(outbox.batch(frameBudget()).map(({ seq }) => seq)).toEqual([4, 5]);
  });
});

describe('rollups', () => {
  it('are cut below the size of a message and lose no row', () => {
    const hist = Array.from({ length: 416 }, (_, i) => (i % 2 === 0 ? i / 2 : 4_000_000_000));
    const zero = { ok: 1, fail: 0, slow: 0, ignored: 0, rejected: 0, stale: 0, inFlight: 0, failureRatio: 0 };
    const rows = Array.from({ length: 300 }, (_, id) => ({ id, ...zero, hist }));
    const rollups = toRollups(rows, 5, 1_000);
    expect(rollups.flatMap(({ id }) => id)).toEqual(rows.map(({ id }) => id));
    for (const rollup of rollups) expect(JSON.stringify(rollup).length).toBeLessThan(50_000);
    expect(rollups[0]).not.toHaveProperty('fail');
  });
});
