import { LANE, LANE_RANK, type Lane, type Marker } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { byGroupTrouble, groupRows, groupTitle, groupWords } from '../src/web/features/fleet/groups.ts';
import { arrange, carryOn, type Item } from '../src/web/features/fleet/items.ts';
import { has, readNameSet, toggledIn, writeNameSet } from '../src/web/features/fleet/name-list.ts';
import { orderRows } from '../src/web/features/fleet/order.ts';
import { placeFlags } from '../src/web/features/fleet/place-flags.ts';
import { timeShare } from '../src/web/lib/format.ts';
import { afterDeploy, markerLabel } from '../src/web/lib/marker-words.ts';
import { readRuns } from '../src/web/lib/runs.ts';
import type { RowView } from '../src/web/live/row-view.ts';
import { randomFrom } from './support.ts';

function rowOf(row: number, more: Partial<RowView> = {}): RowView {
  const name = `b${String(row).padStart(4, '0')}`;
  const made = { row, service: 's', name, tags: {}, code: LANE.closed, since: 0, opens: 0, ...more };
  return { ...made, key: `${made.service} ${name}` } as unknown as RowView;
}

/** Rows as the store has them: by service and name. */
function randomRows(seed: number, many: number): RowView[] {
  const random = randomFrom(seed);
  const rows = Array.from({ length: many }, (_, row) =>
    rowOf(row, {
      service: `s${Math.floor(random() * 5)}`,
      tags: random() < 0.5 ? { team: `t${Math.floor(random() * 3)}` } : {},
      code: (random() < 0.7 ? 1 : Math.floor(random() * 5)) as Lane,
      opens: random() < 0.8 ? 0 : Math.floor(random() * 9),
      since: Math.floor(random() * 1_000),
    }),
  );
  return rows.sort((a, b) => (a.key < b.key ? -1 : 1));
}

const ids = (items: readonly Item[]): number[] =>
  items.flatMap((item) => (item.kind === 'row' ? [item.row] : []));
const open = { folded: () => false, whole: () => true };

describe('the order of rows', () => {
  it('is trouble first: by state, then by opens, then by name, as a plain sort has it', () => {
    for (let seed = 1; seed <= 30; seed++) {
      const rows = randomRows(seed, 200);
      const rank = ({ code, opens }: RowView): number => (LANE_RANK[code] ?? 0) * 1_000 + opens;
      const plain = [...rows].sort((a, b) => rank(b) - rank(a) || (a.key < b.key ? -1 : 1));
      expect(orderRows(rows, 'trouble')).toEqual(plain);
    }
  });

  it('is by name, by the last change, or as the server found it', () => {
    const rows = [rowOf(1, { since: 5 }), rowOf(2, { since: 9 }), rowOf(3, { code: LANE.open, since: 7 })];
    const order = (...asked: [Parameters<typeof orderRows>[1], ReadonlyMap<number, number>?]): number[] =>
      orderRows(rows, ...asked).map(({ row }) => row);
    expect(order('name')).toEqual([1, 2, 3]);
    expect(order('changed')).toEqual([2, 3, 1]);
    expect(
      order(
        'opens',
        new Map([
          [2, 0],
          [99, 1],
          [1, 2],
        ]),
      ),
    ).toEqual([2, 1, 3]);
    expect(order('refused')).toEqual([3, 1, 2]);
  });
});

describe('groups', () => {
  it('hold each row once, in order, and count what is in them', () => {
    for (const by of ['service', 'tag:team'] as const) {
      const rows = randomRows(7, 300);
      const groups = groupRows(rows, by);
      expect(
        groups
          .flatMap((group) => group.rows)
          .map(({ row }) => row)
          .sort((a, b) => a - b),
      ).toEqual(rows.map(({ row }) => row).sort((a, b) => a - b));
      for (const group of groups) {
        expect(group.rows).toEqual(
          rows.filter((row) => (by === 'service' ? row.service : (row.tags.team ?? '')) === group.name),
        );
        expect(group.counts.reduce((a, b) => a + b, 0)).toBe(group.rows.length);
        expect(group.opens).toBe(Math.max(...group.rows.map(({ opens }) => opens)));
        const worst = group.rows
          .map(({ code }) => code)
          .sort((a, b) => (LANE_RANK[b] ?? 0) - (LANE_RANK[a] ?? 0))[0];
        expect(group.code).toBe(worst);
      }
    }
  });

  it('come worst first, then by how many rows are as bad, and say so in words', () => {
    const rows = [
      rowOf(1, { service: 'calm' }),
      rowOf(2, { service: 'dark', code: LANE.noData }),
      rowOf(3, { service: 'one', code: LANE.open }),
      rowOf(4, { service: 'one', code: LANE.halfOpen }),
      rowOf(5, { service: 'two', code: LANE.open }),
      rowOf(6, { service: 'two', code: LANE.open }),
      rowOf(7, { service: 'was', opens: 9 }),
      rowOf(8, { service: 'locked', code: LANE.isolated }),
    ];
    const groups = groupRows(rows, 'service').sort(byGroupTrouble);
    expect(groups.map((group) => `${group.name}: ${groupWords(group)}`)).toEqual([
      'two: 2 open',
      'one: 1 open · 1 half-open',
      'locked: 1 isolated',
      'dark: 1 no data',
      'was: flapping ×9',
      'calm: all closed',
    ]);
    expect([groupTitle('', 'tag:team'), groupTitle('', 'service')]).toEqual(['no team', '']);
  });
});

describe('the lines of the list', () => {
  it('show all of a group that is in trouble, and of many calm rows a few and how many are left', () => {
    const calm = Array.from({ length: 30 }, (_, i) => rowOf(i));
    const rows = [...calm, rowOf(30, { code: LANE.open }), rowOf(31, { service: 't' })];
    const asked = { sort: 'trouble', top: undefined, group: 'service', folded: () => false } as const;
    const items = arrange(rows, { ...asked, whole: () => false });
    expect(items.map(({ key }) => key)).toEqual([
      'gs',
      'r30',
      'r0',
      'r1',
      'r2',
      'r3',
      'r4',
      'ms',
      'gt',
      'r31',
    ]);
    expect(items.find(({ kind }) => kind === 'rest')).toMatchObject({ group: 's', count: 25 });
    expect(ids(arrange(rows, { ...asked, whole: () => true }))).toHaveLength(32);
    const folded = arrange(rows, { ...asked, whole: () => false, folded: (name) => name === 's' });
    expect(folded.map(({ key }) => key)).toEqual(['gs', 'gt', 'r31']);
  });

  it('stay where they are while they are held, whatever the states do', () => {
    for (const group of ['', 'service'] as const) {
      const before = randomRows(11, 100);
      const items = arrange(before, { sort: 'trouble', top: undefined, group, ...open });
      const changed = before
        .filter(({ row }) => row % 10 !== 0)
        .map((row) => ({ ...row, code: LANE.open }))
        .concat(rowOf(500, { service: 's1' }) as (typeof before)[number] & { code: typeof LANE.open });
      const after = carryOn(items, new Set(before.map(({ row }) => row)), changed, group);
      expect(ids(after)).toEqual([...ids(items).filter((row) => row % 10 !== 0), 500]);
      for (const item of after) {
        if (item.kind === 'group') expect(item.group.code).toBe(LANE.open);
      }
    }
  });
});

describe('names in an address', () => {
  it('come back as they were, whatever is in them', () => {
    const names = ['payments', 'a,b', '*', '%', 'ü & ö=', '', 'a b'];
    for (const all of [false, true]) {
      const set = { all, names: new Set(names.filter((name) => name !== '')) };
      expect(readNameSet(writeNameSet(set))).toEqual(set);
    }
    expect(readNameSet(null)).toEqual({ all: false, names: new Set() });
    expect(readNameSet('*')).toEqual({ all: true, names: new Set() });
    expect([...readNameSet('%,a').names]).toEqual(['a']);
    expect(readNameSet(Array.from({ length: 5_000 }, (_, i) => `n${i}`).join()).names.size).toBe(100);
  });

  it('say what is folded: some, or all but some', () => {
    const some = toggledIn(readNameSet('a'), 'b');
    expect(['a', 'b', 'c'].map((name) => has(some, name))).toEqual([true, true, false]);
    const but = toggledIn(readNameSet('*'), 'b');
    expect(['a', 'b', 'c'].map((name) => has(but, name))).toEqual([true, false, true]);
    expect(has(toggledIn(but, 'b'), 'b')).toBe(true);
  });
});

describe('markers on the page', () => {
  const marker = (t: number, text: string, more: Partial<Marker> = {}): Marker => ({
    marker: t,
    t,
    text,
    kind: 'deploy',
    ...more,
  });

  it('are called what they are, once', () => {
    expect(markerLabel(marker(1, 'payments 4812'))).toBe('deploy payments 4812');
    expect(markerLabel(marker(1, 'Deploy of payments', { version: '1.2' }))).toBe('Deploy of payments 1.2');
    expect(markerLabel(marker(1, 'payments 1.2', { version: '1.2' }))).toBe('deploy payments 1.2');
    expect(markerLabel(marker(1, 'maintenance', { kind: 'note' }))).toBe('maintenance');
    expect(afterDeploy(marker(1_000, 'a 1'), 42_000)).toBe('41 s after deploy a 1');
    expect(afterDeploy(marker(0, 'a 1'), 200_000)).toBe('3m 20s after deploy a 1');
  });

  it('have their texts beside them only where these meet nothing', () => {
    const flags = placeFlags(
      [
        marker(100, 'payments 1'),
        marker(110, 'payments 2'),
        marker(900, 'payments 3'),
        marker(980, 'payments 4'),
      ],
      { from: 0, to: 1_000 },
      1_000,
    );
    expect(flags.map(({ x, side }) => [x, side])).toEqual([
      [100, 'none'],
      [110, 'right'],
      [900, 'left'],
      [980, 'none'],
    ]);
  });
});

describe('lanes that came as runs', () => {
  it('begin where their runs do', () => {
    const grid = { from: 1_000, bucketMs: 10, buckets: 4 };
    expect(readRuns(grid, [4 * 8 + 1, 1 * 8, 2 * 8 + 4, 1 * 8 + 1])).toEqual([
      { start: [1_000], code: [1] },
      { start: [1_000, 1_010, 1_030], code: [0, 4, 1] },
    ]);
  });
});

describe('shares of time over a fleet', () => {
  it.each([
    [0, '0 %'],
    [1, '100 %'],
    [0.00001, '<0.01 %'],
    [0.999999, '>99.99 %'],
    [0.9968, '99.68 %'],
    [0.0231, '2.31 %'],
  ])('%d is %s', (ratio, text) => {
    expect(timeShare(ratio)).toBe(text);
  });
});
