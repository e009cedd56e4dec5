import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS, readTraces, type TracePart } from '../src/index.ts';

const part: TracePart = {
  id: 3,
  part: 1,
  from: 1_024_000,
  to: 2_048_000,
  zeroAt: 1_700_000_000_000.25,
  calls: 'oeErx',
  at: [100, 2_000, -1, 0, 40],
  took: [90, 1_900, 5_000_000_000 - 3_000_000_000, 0, 12],
  counted: [1, 900, 2, 1],
  changes: [
    {
      at: 2_100,
      kind: 'state',
      from: 'closed',
      to: 'open',
      mode: 'auto',
      why: { rule: 'consecutive-failures', value: 2, limit: 2 },
      openMs: 1_234.5,
    },
  ],
  start: { v: 1, state: 'closed', window: { kind: 'last-calls', calls: [0, 1] } },
  inFlight: 4,
  lost: 7,
};

function read(message: unknown): { items: TracePart[]; skipped: number } {
  const batch = readTraces(message);
  if (typeof batch === 'string') throw new Error(batch);
  return batch;
}

describe('parts of traces', () => {
  it('come through as they are', () => {
    expect(read([part])).toEqual({ items: [part], skipped: 0 });
    const { counted: _, changes: __, start: ___, lost: ____, ...plain } = part;
    expect(read([plain])).toEqual({ items: [plain], skipped: 0 });
    expect(readTraces({})).toBe('tr must be a list');
  });

  it('that do not add up are left out, since a gap is no lie', () => {
    const wrong: Record<string, unknown>[] = [
      { at: part.at.slice(1) },
      { took: [...part.took, 1] },
      { took: [90, '1900', 0, 0, 12] },
      { at: [100, 2_000.5, 0, 0, 40] },
      { calls: 'oeEr?' },
      { calls: undefined },
      { counted: [1] },
      { counted: [5, 900] },
      { counted: [2, 1, 1, 900] },
      { to: part.from - 1 },
      { from: 0.5 },
      { part: 0 },
      { id: -1 },
      { zeroAt: Number.NaN },
    ];
    const { items, skipped } = read([...wrong.map((more) => ({ ...part, ...more })), part]);
    expect(skipped).toBe(wrong.length);
    expect(items).toEqual([part]);
  });

  it('are bounded', () => {
    const calls = LIMITS.tracedCalls + 1;
    const zeros = new Array<number>(calls).fill(0);
    expect(read([{ ...part, calls: 'o'.repeat(calls), at: zeros, took: zeros }]).items).toEqual([]);
    const changes = new Array(1_000).fill(part.changes?.[0]);
    expect(read([{ ...part, changes }]).items[0]?.changes).toHaveLength(LIMITS.tracedChanges);
    const deep = { window: { calls: new Array(20_000).fill(1) }, text: 'x'.repeat(100_000) };
    expect(JSON.stringify(read([{ ...part, start: deep }]).items[0]?.start).length).toBeLessThan(20_000);
    const far = read([{ ...part, at: [2 ** 40, -(2 ** 40), 0, 0, 0] }]).items[0]?.at;
    expect(far).toEqual([2 ** 31 - 1, -(2 ** 31 - 1), 0, 0, 0]);
  });

  it('keep the changes that can be read', () => {
    const changes = [
      5,
      null,
      { at: 1 },
      { at: 1, kind: 'else', to: 'open' },
      { at: 1, kind: 'mode', to: 'open' },
    ];
    expect(read([{ ...part, changes }]).items[0]?.changes).toEqual([
      { at: 1, kind: 'mode', from: 'open', to: 'open', mode: 'auto', why: { rule: 'unknown' } },
    ]);
  });

  it('never throw, and read their own answer to the same answer', () => {
    const damaged = fc
      .dictionary(fc.constantFrom(...Object.keys(part)), fc.jsonValue({ maxDepth: 4 }))
      .map((damage) => ({ ...part, ...damage }));
    fc.assert(
      fc.property(fc.oneof(fc.anything(), fc.array(fc.oneof(damaged, fc.jsonValue()))), (message) => {
        const answer = readTraces(message);
        expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
        if (typeof answer === 'string') return;
        expect(readTraces(answer.items)).toEqual({ ...answer, skipped: 0 });
      }),
      { numRuns: 1_000 },
    );
  });
});
