import { type BreakerConfig, createBreaker } from '@cb/core';
import { type ControlCommand, readControlCommand } from '@cb/protocol';
import { manualClock } from '@cb/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actOn } from '../src/remote-act.ts';

const settings: Record<keyof BreakerConfig, unknown[]> = {
  window: [
    { kind: 'last-calls', calls: 10 },
    { kind: 'last-ms', ms: 1_000, buckets: 5 },
    { kind: 'tumbling', ms: 1_000 },
    { kind: 'since-closed' },
  ],
  openWhen: [
    [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 2, adapt: { factor: 0.5, history: 'supplied' } }],
    [{ kind: 'slow-ratio', ratio: 0.5, slowMs: 10, inFlight: true }],
    [{ kind: 'custom', name: 'constructor' }],
    [],
  ],
  stayOpen: [
    { kind: 'fixed', firstMs: 10 },
    { kind: 'backoff', firstMs: 10, maxMs: 100 },
  ],
  probing: [
    { probes: 2, closeWhen: { kind: 'success-ratio', ratio: 1 } },
    { tokens: { capacity: 1, perSecond: 1 } },
  ],
  rampUp: [{ overMs: 100, fromRatio: 0.1 }],
  counting: [{ pending: true }, { ignored: 'calls', late: 'counted' }],
  failAfterMs: [10],
  warmUpMs: [0],
};
const odd = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(0, -1, 1e308, 5e-324, '', null));

/** A part of a configuration with anything in any place of it. */
const config = fc
  .tuple(
    fc.subarray(Object.keys(settings) as (keyof BreakerConfig)[], { minLength: 1 }),
    fc.nat(),
    fc.dictionary(fc.constantFrom(...Object.keys(settings), 'name', 'rules', 'clock', '__proto__'), odd, {
      maxKeys: 1,
    }),
    fc.option(fc.tuple(fc.nat(), odd)),
  )
  .map(([keys, pick, whole, inner]) => {
    const chosen: Record<string, unknown> = {};
    for (const key of keys) chosen[key] = settings[key][pick % settings[key].length];
    return replaceLeaf(JSON.stringify({ ...chosen, ...whole }), inner);
  });

/** Puts something else in the place of one number, text or flag. */
function replaceLeaf(text: string, change: [number, unknown] | null): unknown {
  let leaves = 0;
  JSON.parse(text, (_key, value: unknown) => {
    if (typeof value !== 'object') leaves++;
    return value;
  });
  let seen = 0;
  return JSON.parse(text, (_key, value: unknown) => {
    const chosen = change !== null && typeof value !== 'object' && seen++ === change[0] % leaves;
    return chosen ? change[1] : value;
  });
}

describe('settings from elsewhere', () => {
  it('are taken or refused in words, and leave a breaker that works', { timeout: 30_000 }, async () => {
    let taken = 0;
    await fc.assert(
      fc.asyncProperty(config, async (given) => {
        const clock = manualClock();
        const breaker = createBreaker({ name: 'payments', clock, onError: () => {} });
        const asked = {
          command: 1,
          id: 1,
          op: 'configure',
          by: 'ana',
          reason: 'abc',
          config: given,
        };
        const command = readControlCommand(asked);
        if (typeof command === 'string') return;
        const before = breaker.config;
        try {
          actOn(breaker, command as ControlCommand);
          taken++;
        } catch (error) {
          expect((error as Error).message).toMatch(/\w/);
          expect((error as Error).message).not.toMatch(
            /cannot read|of undefined|of null|not a function|not iterable/i,
          );
          expect(breaker.config).toBe(before);
        }
        await use(breaker, clock);
        expect(() => JSON.stringify([breaker.snapshot(), breaker.export(), breaker.config])).not.toThrow();
      }),
      { numRuns: 400 },
    );
    expect(taken).toBeGreaterThan(5);
  });

  async function use(
    breaker: ReturnType<typeof createBreaker>,
    clock: ReturnType<typeof manualClock>,
  ): Promise<void> {
    for (let i = 0; i < 12; i++) {
      const call = i % 3 === 0 ? () => Promise.reject(new Error('down')) : () => Promise.resolve(i);
      await breaker.execute(call).catch((error: Error) => {
        expect(error.message).toMatch(/^down$|^payments: /);
      });
      clock.advance(50);
    }
  }
});
