import { describe, expect, it } from 'vitest';
import { inWindow } from '../src/web/features/breaker/in-window.ts';

describe('the calls that opened it', () => {
  it('are no more than its window held: others are remembered, too', () => {
    expect(inWindow('eeoooeee', 5)).toBe('ooeee');
    expect(inWindow('eeoooeee', 8)).toBe('eeoooeee');
    expect(inWindow('ooeee', 254)).toBe('ooeee');
  });

  it('are not made fewer by ignored ones, which no rule counts', () => {
    expect(inWindow('eoxoxee', 4)).toBe('oxoxee');
    expect(inWindow('xxee', 2)).toBe('ee');
  });

  it('are all that are remembered where the size of the window is not known', () => {
    expect(inWindow('oee', undefined)).toBe('oee');
    expect(inWindow('oee', 0)).toBe('oee');
    expect(inWindow('', 3)).toBe('');
  });
});
