import { manualClock } from '@cb/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type MemoryCache, memoryCache } from '../src/memory-cache.ts';

describe('memoryCache', () => {
  it('gives an entry back as the very object, with its age', () => {
    const clock = manualClock();
    const cache = memoryCache<object>({ clock });
    const value = {};
    cache.set('a', value);
    clock.advance(5);
    expect(cache.get('a')).toEqual({ value, ageMs: 5, stale: false });
    expect(cache.get('a')?.value).toBe(value);
    expect(cache.get('b')).toBe(undefined);
  });

  it('calls it stale from maxAgeMs on, and forgets it staleIfErrorMs later', () => {
    const clock = manualClock();
    const cache = memoryCache({ maxAgeMs: 100, staleIfErrorMs: 50, clock });
    cache.set('a', 1);
    clock.advance(99);
    expect(cache.get('a')).toMatchObject({ stale: false });
    clock.advance(1);
    expect(cache.get('a')).toMatchObject({ stale: true });
    clock.advance(49);
    expect(cache.get('a')).toEqual({ value: 1, ageMs: 149, stale: true });
    clock.advance(1);
    expect([cache.size, cache.get('a'), cache.size]).toEqual([1, undefined, 0]);
  });

  it('keeps nothing that is stale with staleIfErrorMs: 0', () => {
    const clock = manualClock();
    const cache = memoryCache({ maxAgeMs: 100, staleIfErrorMs: 0, clock });
    cache.set('a', 1);
    clock.advance(100);
    expect(cache.get('a')).toBe(undefined);
  });

  it('keeps an entry for a minute, and stale for an hour, by default', () => {
    const clock = manualClock();
    const cache = memoryCache({ clock });
    cache.set('a', 1);
    clock.advance(59_999);
    expect(cache.get('a')).toMatchObject({ stale: false });
    clock.advance(1);
    expect(cache.get('a')).toMatchObject({ stale: true });
    clock.advance(3_599_999);
    expect(cache.get('a')).toMatchObject({ stale: true });
    clock.advance(1);
    expect(cache.get('a')).toBe(undefined);
  });

  it('begins anew with each write', () => {
    const clock = manualClock();
    const cache = memoryCache({ clock });
    cache.set('a', 1);
    clock.advance(50);
    cache.set('a', 2);
    expect([cache.get('a'), cache.size]).toEqual([{ value: 2, ageMs: 0, stale: false }, 1]);
  });

  it('drops what was not used for longest, by reading or writing', () => {
    const cache = memoryCache({ maxEntries: 3 });
    for (const key of ['a', 'b', 'c']) cache.set(key, key);
    cache.get('a');
    cache.set('b', 'b');
    cache.set('d', 'd');
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key) !== undefined)).toEqual(['a', 'b', 'd']);
  });

  it('stays at its size under a hundred times more keys, a thousand by default', () => {
    const cache = memoryCache();
    let largest = 0;
    for (let i = 0; i < 100_000; i++) {
      cache.set(`key ${i}`, i);
      if (cache.size > largest) largest = cache.size;
    }
    expect([largest, cache.size]).toEqual([1_000, 1_000]);
    expect(cache.get('key 99000')).toMatchObject({ value: 99_000 });
    expect(cache.get('key 98999')).toBe(undefined);
  });

  it('is not younger for a wall clock set back', () => {
    const clock = manualClock();
    const cache = memoryCache({ clock });
    cache.set('a', 1);
    clock.advance(10);
    clock.stepWall(-3_600_000);
    expect(cache.get('a')).toMatchObject({ ageMs: 10 });
  });

  it('forgets on demand', () => {
    const cache = memoryCache();
    cache.set('a', 1);
    cache.set('b', 1);
    expect([cache.delete('a'), cache.delete('a'), cache.size]).toEqual([true, false, 1]);
    cache.clear();
    expect(cache.size).toBe(0);
  });

  it('refuses wrong options', () => {
    expect(() => memoryCache({ max: 5 } as never)).toThrow('memoryCache has no option "max"');
    expect(() => memoryCache({ maxEntries: 0 })).toThrow(
      'memoryCache maxEntries must be a whole number from 1 to 10000000, got 0',
    );
    expect(() => memoryCache({ maxAgeMs: 0 })).toThrow(
      'memoryCache maxAgeMs must be a finite number of milliseconds above 0, got 0',
    );
    expect(() => memoryCache({ staleIfErrorMs: -1 })).toThrow(
      'memoryCache staleIfErrorMs must be a finite number of milliseconds of 0 or more, got -1',
    );
  });

  it('has a type for its values', () => {
    expectTypeOf(memoryCache()).toEqualTypeOf<MemoryCache>();
    expectTypeOf(memoryCache<number>().get('a')?.value).toEqualTypeOf<number | undefined>();
  });
});
