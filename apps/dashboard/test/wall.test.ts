import { LANE, type Lane } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import { wallOf } from '../src/web/features/wall/squares.ts';

type Row = Parameters<typeof wallOf>[0][number];

function row(name: string, code: Lane, service = 'checkout'): Row {
  return { name, service, code } as Row;
}

describe('the wall', () => {
  it('has trouble first, what is silent next, and the calm by their names', () => {
    const rows = [
      row('b', LANE.closed),
      row('z', LANE.open),
      row('a', LANE.closed),
      row('quiet', LANE.noData),
      row('probe', LANE.halfOpen),
      row('a', LANE.closed, 'catalog'),
    ];
    expect(wallOf(rows).shown.map(({ name, service }) => `${service}/${name}`)).toEqual([
      'checkout/z',
      'checkout/probe',
      'checkout/quiet',
      'catalog/a',
      'checkout/a',
      'checkout/b',
    ]);
  });

  it.each([
    [0, 'roomy'],
    [40, 'roomy'],
    [41, 'middle'],
    [201, 'dense'],
  ] as const)('of %d breakers is %s', (n, size) => {
    expect(wallOf(Array.from({ length: n }, (_, i) => row(`${i}`, LANE.closed))).size).toBe(size);
  });

  it('counts what it has no room for, and never leaves trouble out for it', () => {
    const many = Array.from({ length: 9_999 }, (_, i) => row(`${i}`, LANE.closed));
    const wall = wallOf([...many, row('z', LANE.open)]);
    expect(wall.shown).toHaveLength(600);
    expect(wall.more).toBe(9_400);
    expect(wall.shown[0]?.name).toBe('z');
  });
});
