// The suite itself: a right adapter keeps every promise, and for each promise there is a wrong adapter which its case catches.
import { afterEach, describe, expect, it } from 'vitest';
import {
  type AdapterCaps,
  type AdapterUnderTest,
  type ConformanceCase,
  conformanceCases,
  reasonToSkip,
} from '../src/index.ts';
import { adapterOf } from './support/right-adapter.ts';
import { strayTimers, wrongAdapters } from './support/wrong-adapters.ts';

afterEach(() => {
  for (const timer of strayTimers.splice(0)) clearTimeout(timer);
});

/** `kept`, or what kind of error says that it is not. */
async function outcomeOf({ run }: ConformanceCase, adapter: AdapterUnderTest): Promise<string> {
  return run(adapter).then(
    () => 'kept',
    (error: Error) => `broken: ${error.name}`,
  );
}

describe('the conformance suite', () => {
  it('has a sentence for each case, and each case once', () => {
    expect(new Set(conformanceCases.map(({ id }) => id)).size).toBe(conformanceCases.length);
    expect(new Set(conformanceCases.map(({ promise }) => promise)).size).toBe(conformanceCases.length);
    expect(conformanceCases.filter(({ promise }) => /\bshould\b|\.$/.test(promise))).toEqual([]);
  });

  it('has a wrong adapter for each case', () => {
    expect(Object.keys(wrongAdapters).sort()).toEqual(conformanceCases.map(({ id }) => id).sort());
  });

  it.each(conformanceCases.map((each) => [each.id, each] as const))(
    '%s is kept by an adapter that is right',
    async (_, each) => {
      await each.run(adapterOf());
    },
  );

  it.each(conformanceCases.map((each) => [each.id, wrongAdapters[each.id].that, each] as const))(
    '%s catches an adapter that %s',
    async (id, _, each) => {
      expect(await outcomeOf(each, adapterOf(wrongAdapters[id].parts))).toBe('broken: AssertionError');
    },
  );
});

describe('reasonToSkip', () => {
  const caseOf = (id: string): ConformanceCase =>
    conformanceCases.find((each) => each.id === id) as ConformanceCase;
  const withCaps = (caps: AdapterCaps): AdapterUnderTest => ({ ...adapterOf(), caps });

  it('runs what is not excepted', () => {
    expect(reasonToSkip(caseOf('storm'), withCaps({}))).toBeUndefined();
  });

  it('skips what the adapter cannot, for its reason', () => {
    const adapter = withCaps({ cannot: { uninstall: 'it wraps' } });
    expect(reasonToSkip(caseOf('uninstall'), adapter)).toBe('it wraps');
  });

  it('skips an optional case unless the adapter says that it can', () => {
    const cached = caseOf('cached-answer');
    expect(reasonToSkip(cached, withCaps({}))).toBe('the host has no cache');
    expect(reasonToSkip(cached, withCaps({ can: ['cached-answer'] }))).toBeUndefined();
    const cannot = { 'cached-answer': 'asks first' };
    expect(reasonToSkip(cached, withCaps({ can: ['cached-answer'], cannot }))).toBe('asks first');
  });
});
