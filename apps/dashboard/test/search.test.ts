import { describe, expect, it } from 'vitest';
import { readQuery, Search } from '../src/web/lib/search.ts';

type Row = Parameters<Search['matches']>[0];

const search = new Search();
let rows = 0;

function matches(row: Row, text: string): boolean {
  return search.matches(row, readQuery(text));
}

function rowWith(tags: Record<string, string>, name = 'stock'): Row {
  return { row: rows++, service: 'checkout', name, tags };
}

describe('search', () => {
  const db = rowWith({ kind: 'db', client: 'prisma' });
  const http = rowWith({ kind: 'http', client: 'fetch' });

  it.each(['kind:db', 'kind=db', 'tag:kind=db', 'db', 'KIND:DB', 'prisma', 'client:pri', 'check kind:db'])(
    'finds a breaker by its tags: %s',
    (query) => {
      expect(matches(db, query)).toBe(true);
      expect(matches(http, query)).toBe(false);
    },
  );

  it('takes a word with a colon for a tag from its beginning only', () => {
    expect(matches(rowWith({ subkind: 'db' }), 'kind:db')).toBe(false);
  });

  it('still finds a colon in a name', () => {
    expect(matches(rowWith({}, '127.0.0.1:5432'), '1:54')).toBe(true);
  });

  it.each([
    ['-kind:http', true],
    ['-db', false],
    ['check -service:billing', true],
    ['-service:check', false],
    ['"checkout/stock"', true],
    ['"kind=db" -"client=fetch"', true],
    ['"not there', false],
    ['-', true],
    ['"" - db', true],
    ['tag:', true],
    ['  ', true],
  ])('with what is left out and what is quoted: %s', (query, found) => {
    expect(matches(db, query)).toBe(found);
  });

  it('finds words in the newest errors, until there are others', () => {
    const errors = [
      { name: 'Error', code: 'ECONNREFUSED', message: 'connect to 10.0.0.1 refused', count: 1 },
    ];
    const failed = { ...db, last: { errors } } as unknown as Row;
    expect(matches(failed, '"10.0.0.1 refused" econn')).toBe(true);
    expect(matches({ ...failed, last: { errors: [] } } as unknown as Row, 'econn')).toBe(false);
  });

  it('asks somebody else which rows are on an instance', () => {
    const query = readQuery('instance:Pod-1 -instance:pod-2 stock');
    expect(query.instances).toEqual(['pod-1', 'pod-2']);
    const on = (text: string, row: number): boolean => text === 'pod-1' && row === db.row;
    expect([search.matches(db, query, on), search.matches(http, query, on)]).toEqual([true, false]);
  });

  it('takes text as text: no pattern in it, however long, costs more than looking for it', () => {
    for (const text of [
      '.*',
      '(a+)+$',
      '[',
      '\\',
      '$&',
      'x'.repeat(100_000),
      '"'.repeat(10_001),
      '- '.repeat(5_000),
    ]) {
      expect(matches(db, `${text} nothing-has-this`)).toBe(false);
    }
    expect(matches(rowWith({}, 'a.*b'), '.*')).toBe(true);
  });
});
