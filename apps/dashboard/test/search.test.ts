import { describe, expect, it } from 'vitest';
import { matches } from '../src/web/lib/search.ts';

type Row = Parameters<typeof matches>[0];

function rowWith(tags: Record<string, string>, name = 'stock'): Row {
  return { service: 'checkout', name, tags, instances: [], code: 0, since: 0, opens: 0 } as unknown as Row;
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
});
