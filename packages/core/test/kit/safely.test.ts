import { describe, expect, it, vi } from 'vitest';
import { createSafely } from '../../src/kit/index.ts';

const boom = new Error('boom');
const throwing = (): never => {
  throw boom;
};

describe('createSafely', () => {
  it('gives back what runs well', () => {
    expect(createSafely('@cb/toy', undefined)('key', () => 1, throwing)).toBe(1);
  });

  it('reports what throws, with the place, and uses the other value', () => {
    const onError = vi.fn();
    const safely = createSafely('@cb/toy', onError);
    expect([safely('key', throwing, () => 2), safely('key', throwing, () => 3)]).toEqual([2, 3]);
    expect(onError.mock.calls).toEqual([
      [boom, 'key'],
      [boom, 'key'],
    ]);
  });

  it('survives an onError that throws', () => {
    expect(createSafely('@cb/toy', throwing)('key', throwing, () => 2)).toBe(2);
  });

  it('prints once per place where nobody asked for it', () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    try {
      const safely = createSafely('@cb/toy', undefined);
      for (const where of ['key', 'key', 'classify']) safely(where, throwing, () => 0);
      expect(print.mock.calls).toEqual([
        ['@cb/toy: key threw (told once):', boom],
        ['@cb/toy: classify threw (told once):', boom],
      ]);
    } finally {
      print.mockRestore();
    }
  });
});
