import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { offAbort, onAbort } from '../src/abort-hearers.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('those who want to hear of an abort', () => {
  it('share one listener, are told once and in order, and leave nothing behind', () => {
    const caller = new AbortController();
    const told: number[] = [];
    for (let i = 0; i < 3; i++) onAbort(caller.signal, { handleEvent: () => told.push(i) });
    expect(listeners(caller.signal)).toBe(1);
    caller.abort();
    expect([told, listeners(caller.signal)]).toEqual([[0, 1, 2], 0]);
  });

  it('are not told after they have left, also where they leave while others are told', () => {
    const caller = new AbortController();
    const told: string[] = [];
    const second = { handleEvent: () => told.push('second') };
    const first = {
      handleEvent: () => {
        told.push('first');
        offAbort(caller.signal, second);
      },
    };
    const left = { handleEvent: () => told.push('left') };
    for (const hearer of [left, first, second]) onAbort(caller.signal, hearer);
    offAbort(caller.signal, left);
    caller.abort();
    expect(told).toEqual(['first']);
  });

  it('take the listener off with the last of them, and can come again', () => {
    const { signal } = new AbortController();
    const one = { handleEvent: () => {} };
    const other = { handleEvent: () => {} };
    onAbort(signal, one);
    onAbort(signal, other);
    offAbort(signal, one);
    expect(listeners(signal)).toBe(1);
    offAbort(signal, one);
    offAbort(signal, other);
    expect(listeners(signal)).toBe(0);
    onAbort(signal, one);
    expect(listeners(signal)).toBe(1);
  });

  it('hear nothing where there is no signal, or one that was aborted before', () => {
    const told: unknown[] = [];
    const hearer = { handleEvent: () => told.push('told') };
    onAbort(undefined, hearer);
    offAbort(undefined, hearer);
    const signal = AbortSignal.abort();
    onAbort(signal, hearer);
    offAbort(signal, hearer);
    expect([told, listeners(signal)]).toEqual([[], 0]);
  });
});
