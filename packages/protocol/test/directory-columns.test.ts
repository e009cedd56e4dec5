import { describe, expect, it } from 'vitest';
import {
  type EventRecord,
  packDirectory,
  type RowSummary,
  readFollow,
  unpackDirectory,
} from '../src/index.ts';

const NOW = 1_700_000_000_000;

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x7fffffff;
  };
}

function randomRow(row: number, random: () => number): RowSummary {
  const event = { event: row, t: NOW - 5, to: 'open', instance: 'a' } as unknown as EventRecord;
  const code = Math.floor(random() * 5) as RowSummary['code'];
  const made: RowSummary = {
    row,
    service: `s${Math.floor(random() * 3)}`,
    name: `b${row}`,
    tags: random() < 0.5 ? { team: `t${Math.floor(random() * 2)}` } : {},
    code,
    since: NOW - Math.floor(random() * 1e9) * 1_000,
    counts: [0, Math.floor(random() * 3), 0, 0, 1],
    opens: random() < 0.7 ? 0 : Math.floor(random() * 9),
  };
  if (random() < 0.3) made.instance = 'only';
  if (random() < 0.5) made.failureLimit = 0.5;
  if (random() < 0.3) made.slowMs = 800;
  if (random() < 0.4) made.last = event;
  if (random() < 0.2 && code !== 1) made.opened = event;
  return made;
}

describe('a directory in columns', () => {
  it('comes back as the rows it was made of', () => {
    for (let seed = 1; seed <= 50; seed++) {
      const random = randomFrom(seed);
      let row = 0;
      const rows = Array.from({ length: Math.floor(random() * 40) }, () => {
        row += 1 + Math.floor(random() * 9);
        const made = randomRow(row, random);
        // What opened a row is told with its last change only.
        if (made.opened) made.last = made.opened;
        return made;
      });
      const columns = packDirectory(rows, { epoch: 'e', seq: 7, now: NOW });
      const travelled = JSON.parse(JSON.stringify(columns)) as typeof columns;
      expect(unpackDirectory(travelled)).toEqual(rows);
      expect(travelled).toMatchObject({ epoch: 'e', seq: 7, now: NOW });
    }
  });

  it('names each service and each set of tags once, and tells the opening only of rows that are not closed', () => {
    const random = randomFrom(3);
    const rows = Array.from({ length: 200 }, (_, i) => randomRow(i, random));
    const { service, tags, more } = packDirectory(rows, { epoch: 'e', seq: 1, now: NOW });
    expect([new Set(service).size, service.length <= 3, tags.length <= 3]).toEqual([
      service.length,
      true,
      true,
    ]);
    const closed = {
      ...randomRow(1, random),
      code: 1,
      last: rows[0]?.last,
      opened: rows[0]?.last,
    } as RowSummary;
    expect(packDirectory([closed], { epoch: 'e', seq: 1, now: NOW }).more[0]).not.toHaveProperty('opened');
    expect(more.every(({ at }) => at < 200)).toBe(true);
  });
});

describe('follow', () => {
  it('names an epoch and a delta, or is refused in a sentence', () => {
    expect(readFollow({ epoch: 'e', seq: 5, more: 1 })).toEqual({ epoch: 'e', seq: 5 });
    for (const wrong of [
      null,
      5,
      [],
      {},
      { epoch: '', seq: 1 },
      { epoch: 'e' },
      { epoch: 'e', seq: -1 },
      { epoch: {}, seq: 1 },
    ]) {
      expect(readFollow(wrong)).toMatch(/^follow/);
    }
  });
});
