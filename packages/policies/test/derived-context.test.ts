import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { contextOf } from '../src/context.ts';
import { DerivedContext } from '../src/derived-context.ts';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

/** A context, and the outer signal that can end it. */
function scene() {
  const outer = new AbortController();
  const context = new DerivedContext(contextOf({ signal: outer.signal, key: 'eu', idempotent: false }));
  return { outer, context };
}

describe('a derived context', () => {
  it('says what the outer one says, but for what is changed', () => {
    const { outer, context } = scene();
    const { key, idempotent, attempt, caller } = context;
    expect([key, idempotent, attempt, caller]).toEqual(['eu', false, 1, outer.signal]);
    const own = new AbortController().signal;
    const changed = new DerivedContext(context, { attempt: 3, caller: own });
    expect([changed.attempt, changed.key]).toEqual([3, 'eu']);
    expect(changed.caller).toBe(own);
  });

  it('makes its signal when it is first read, listens from then on, and gives the same one again', () => {
    const { outer, context } = scene();
    expect(listeners(outer.signal)).toBe(0);
    const { signal } = context;
    expect(signal).not.toBe(outer.signal);
    expect(context.signal).toBe(signal);
    expect([signal.aborted, listeners(outer.signal)]).toEqual([false, 1]);
  });

  it('is ended by the outer one, with its reason', () => {
    const { outer, context } = scene();
    const { signal } = context;
    outer.abort('gone');
    expect([signal.aborted, signal.reason]).toEqual([true, 'gone']);
  });

  it('is ended at once where the outer one was before anybody looked', () => {
    const { outer, context } = scene();
    outer.abort('gone');
    expect([context.signal.aborted, context.signal.reason]).toEqual([true, 'gone']);
  });

  it('is ended by itself for the first reason, and no longer listens', () => {
    const { outer, context } = scene();
    const { signal } = context;
    context.end('slow');
    context.end('late');
    outer.abort('gone');
    expect([signal.aborted, signal.reason, listeners(outer.signal)]).toEqual([true, 'slow', 0]);
  });

  it('shows how it ended to somebody who looks only then', () => {
    const { outer, context } = scene();
    context.end('slow');
    outer.abort('gone');
    expect([context.signal.aborted, context.signal.reason]).toEqual([true, 'slow']);
  });

  it('no longer listens once it is closed', () => {
    const { outer, context } = scene();
    const { signal } = context;
    context.close();
    expect(listeners(outer.signal)).toBe(0);
    outer.abort('gone');
    expect(signal.aborted).toBe(false);
  });

  it('does not begin to listen where it was closed before anybody looked', () => {
    const { outer, context } = scene();
    context.close();
    expect([context.signal.aborted, listeners(outer.signal)]).toEqual([false, 0]);
  });

  it('needs no outer signal', () => {
    const context = new DerivedContext(contextOf(undefined));
    const { signal } = context;
    expect(signal.aborted).toBe(false);
    context.end('slow');
    expect(signal.reason).toBe('slow');
  });
});
