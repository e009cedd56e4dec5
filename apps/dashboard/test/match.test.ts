import { describe, expect, it } from 'vitest';
import { bestMatches, type Findable, matchScore, queryWords } from '../src/web/lib/match.ts';

const item = (name: string, rest = ''): Findable => ({ name, rest });
const found = (query: string, ...names: readonly string[]): string[] =>
  bestMatches(
    names.map((name) => item(name)),
    queryWords(query),
    10,
  ).map(({ name }) => name);

describe('finding by name', () => {
  it('prefers the whole name, then its beginning, the beginning of a word, its inside, its letters', () => {
    expect(
      found('charge', 'recharge', 'stripe.charge', 'c-h-a-r-g-e', 'charge', 'charges', 'refund'),
    ).toEqual(['charge', 'charges', 'stripe.charge', 'recharge', 'c-h-a-r-g-e']);
  });

  it('asks for every word, in the name or in the rest', () => {
    expect(matchScore(item('payments', 'checkout open'), ['pay', 'check'])).toBeGreaterThan(0);
    expect(matchScore(item('payments', 'checkout open'), ['pay', 'orders'])).toBe(0);
    expect(matchScore(item('payments', 'checkout'), ['payments'])).toBeGreaterThan(
      matchScore(item('checkout', 'payments'), ['payments']),
    );
  });

  it('takes scattered letters from the name only, and never a single one', () => {
    expect(found('stchg', 'stripe.charge')).toEqual(['stripe.charge']);
    expect(matchScore(item('a', 'stripe charge'), ['stchg'])).toBe(0);
    expect(matchScore(item('abc'), ['x'])).toBe(0);
  });

  it('keeps the order of what matches as well', () => {
    expect(found('pay', 'pay-b', 'pay-a', 'pay-c')).toEqual(['pay-b', 'pay-a', 'pay-c']);
  });

  it('finds among ten thousand no more than asked for, and the best of them', () => {
    const many = Array.from({ length: 10_000 }, (_, i) => item(`service.breaker-${i}`));
    const best = bestMatches([...many, item('breaker-7')], ['breaker-7'], 50);
    expect(best).toHaveLength(50);
    expect(best[0]?.name).toBe('breaker-7');
  });

  it('reads words in lower case, whatever is between them', () => {
    expect(queryWords('  Pay \t MENTS ')).toEqual(['pay', 'ments']);
    expect(queryWords(' ')).toEqual([]);
  });
});
