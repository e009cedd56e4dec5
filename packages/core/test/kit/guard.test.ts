import { describe, expect, it, vi } from 'vitest';
import { consecutiveFailures, createBreaker, createGroup, fixed } from '../../src/index.ts';
import { createGuard, type GuardOptions, settle, type Verdict } from '../../src/kit/index.ts';

type Call = readonly [address: string];
interface Outcome {
  readonly status: number;
}
const boom = new Error('boom');
const throwing = (): never => {
  throw boom;
};
const whole = (address: string): string => address;
const good = (): Verdict => 'success';

const guardOf = (options: GuardOptions<Call, Outcome> = {}) => {
  const onError = vi.fn();
  return { guard: createGuard<Call, Outcome>('@cb/toy', { onError, ...options }), onError };
};

describe('a guard', () => {
  it('has one breaker per key, the adapter’s own where the user names none', () => {
    const { guard } = guardOf();
    expect(guard.breakerFor(whole, 'a')?.name).toBe('a');
    expect(guard.breakerFor(whole, 'a')).toBe(guard.breakerFor(whole, 'a'));
    expect(guard.breakerFor(() => null, 'a')).toBeNull();
    expect([...guard.group].map(({ name }) => name)).toEqual(['a']);
  });

  it('asks the user’s key first, and leaves alone what it gives none', () => {
    const { guard } = guardOf({ key: (address) => (address === 'health' ? undefined : 'tenant') });
    expect(guard.breakerFor(whole, 'a')?.name).toBe('tenant');
    expect(guard.breakerFor(whole, 'health')).toBeNull();
  });

  it('reports a key that throws, and uses the adapter’s own', () => {
    const { guard, onError } = guardOf({ key: throwing });
    expect(guard.breakerFor(whole, 'a')?.name).toBe('a');
    expect(onError.mock.calls).toEqual([[boom, 'key']]);
  });

  it('guards nothing where even the adapter’s own key throws', () => {
    const { guard, onError } = guardOf();
    expect(guard.breakerFor(throwing, 'a')).toBeNull();
    expect(onError.mock.calls).toEqual([[boom, 'address']]);
  });

  it('asks the classifier first, and the adapter where it has no opinion or talks nonsense', () => {
    const answers = ['failure', 'ignored', 'success', undefined, 'great', 7];
    const { guard } = guardOf({ classify: () => answers.shift() as Verdict });
    const bad = (): Verdict => 'failure';
    expect(Array.from({ length: 6 }, () => guard.judge({ status: 1 }, bad))).toEqual([
      'failure',
      'ignored',
      'success',
      'failure',
      'failure',
      'failure',
    ]);
  });

  it('reports a classifier that throws, and lets the adapter decide', () => {
    const { guard, onError } = guardOf({ classify: throwing });
    expect(guard.judge({ status: 1 }, good)).toBe('success');
    expect(onError.mock.calls).toEqual([[boom, 'classify']]);
  });

  it('ignores a call about which even the adapter’s own verdict throws', () => {
    const { guard, onError } = guardOf();
    expect(guard.judge({ status: 1 }, throwing)).toBe('ignored');
    expect(onError.mock.calls).toEqual([[boom, 'outcome']]);
  });

  it('shows the outcome to both', () => {
    const seen: number[] = [];
    const { guard } = guardOf({ classify: ({ status }) => void seen.push(status) });
    guard.judge({ status: 5 }, ({ status }) => {
      seen.push(status);
      return 'success';
    });
    expect(seen).toEqual([5, 5]);
  });

  it('refuses a wrong breaker option at once', () => {
    expect(() => guardOf({ stayOpen: 5 as never })).toThrow(/fixed\(5\)/);
    expect(() => guardOf({ maxBreakers: 0 })).toThrow(/max/);
  });

  it('configures each key on top of the common options', () => {
    const { guard } = guardOf({
      openWhen: consecutiveFailures(2),
      configure: (key) => (key === 'slow' ? { stayOpen: fixed(9_000) } : {}),
    });
    const config = (key: string) => guard.breakerFor(whole, key)?.config;
    expect([config('slow')?.stayOpen.firstMs, config('slow')?.openWhen]).toEqual([
      9_000,
      [consecutiveFailures(2)],
    ]);
    expect(config('quick')?.stayOpen.firstMs).not.toBe(9_000);
  });

  it('reports a configuration that throws', () => {
    const { guard, onError } = guardOf({ configure: throwing });
    expect(guard.breakerFor(whole, 'a')?.state).toBe('closed');
    expect(onError.mock.calls).toEqual([[boom, 'configure']]);
  });

  it('keeps a thousand breakers, or as many as asked for', () => {
    const few = guardOf({ maxBreakers: 2 }).guard;
    const usual = guardOf().guard;
    for (let i = 0; i < 1_100; i++) for (const guard of [few, usual]) guard.breakerFor(whole, `k${i}`);
    expect([few.group.size, usual.group.size]).toEqual([2, 1_000]);
  });

  it('uses the group it is given, whose configuration counts', () => {
    const group = createGroup({ configure: () => ({ stayOpen: fixed(7) }) });
    const { guard } = guardOf({ group, stayOpen: fixed(9) });
    expect(guard.group).toBe(group);
    expect(guard.breakerFor(whole, 'a')?.config.stayOpen.firstMs).toBe(7);
  });
});

describe('settle', () => {
  const open = () =>
    createBreaker({
      name: 'b',
      clock: { now: () => 0 },
      openWhen: consecutiveFailures(1),
      stayOpen: { ...fixed(1_000), hintMaxMs: 60_000 },
    });

  it('gives a permit back with a verdict', () => {
    const breaker = open();
    for (const verdict of ['success', 'ignored', 'failure'] as const) settle(breaker.acquire(), verdict);
    expect(breaker.snapshot().counts).toMatchObject({ succeeded: 1, ignored: 1, failed: 1 });
    expect(breaker.snapshot().inFlight).toBe(0);
    expect(breaker.openError().retryAfterMs).toBe(1_000);
  });

  it('passes on the error and what the other side asked for', () => {
    const breaker = open();
    settle(breaker.acquire(), 'failure', { error: boom, retryAfterMs: 30_000 });
    expect(breaker.openError().retryAfterMs).toBe(30_000);
    expect(JSON.stringify(breaker.snapshot())).toContain('boom');
  });
});
