// The suite itself: a right adapter keeps every promise, and each wrong one is caught by the case that is about it.
import { type Breaker, createGroup, type Permit } from '@cb/core';
import { describe, expect, it } from 'vitest';
import {
  type AdapterUnderTest,
  type CallOptions,
  type CallResult,
  type CaseId,
  conformanceCases,
} from '../src/index.ts';

type Verdict = 'succeed' | 'fail' | 'ignore';
interface Parts {
  admit(breaker: Breaker, settled: Permit[]): Permit;
  onResponse(status: number): Verdict;
  onError(error: unknown, options: CallOptions): Verdict | undefined;
  dress(error: unknown): unknown;
}

const right: Parts = {
  admit: (breaker) => breaker.acquire(),
  onResponse: (status) => (status >= 500 ? 'fail' : 'succeed'),
  onError: (error, { signal }) => {
    if ((error as Error).message.includes('Failed to parse URL')) return 'ignore';
    return signal?.aborted && signal.reason.name !== 'TimeoutError' ? 'ignore' : 'fail';
  },
  dress: (error) => error,
};

async function bare(url: string, { method, body, signal }: CallOptions = {}): Promise<CallResult> {
  const response = await fetch(url, {
    ...(method && { method }),
    ...(body !== undefined && { body: body as BodyInit, duplex: 'half' }),
    ...(signal && { signal }),
  });
  return { status: response.status, body: await response.text() };
}

/** An adapter around fetch made of parts, any of which can be replaced by a wrong one. */
function adapterOf(wrong: Partial<Parts> = {}): AdapterUnderTest {
  const { admit, onResponse, onError, dress } = { ...right, ...wrong };
  return {
    raw: bare,
    make({ breaker }) {
      const group = createGroup({ configure: () => breaker });
      const settled: Permit[] = [];
      return {
        group,
        async call(url, options = {}) {
          if (options.signal?.aborted || !URL.canParse(url)) return bare(url, options);
          const permit = admit(group.get(new URL(url).origin), settled);
          try {
            const result = await bare(url, options);
            permit[onResponse(result.status)]();
            return result;
          } catch (error) {
            const verdict = onError(error, options);
            if (verdict) permit[verdict](error);
            throw dress(error);
          }
        },
      };
    },
  };
}

async function outcomeOf(id: CaseId, adapter: AdapterUnderTest): Promise<string> {
  const found = conformanceCases.find((each) => each.id === id);
  if (!found) throw new Error(`no case ${id}`);
  return found.run(adapter).then(
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

  const wrongs: readonly (readonly [string, CaseId, Partial<Parts>])[] = [
    ['counts the abort of a caller as a failure', 'caller-abort', { onError: () => 'fail' }],
    [
      'takes a timeout for the caller’s wish',
      'timeout-signal',
      { onError: (_, { signal }) => (signal ? 'ignore' : 'fail') },
    ],
    [
      'keeps the permit of an aborted call',
      'aborted-probe',
      { onError: (_, { signal }) => (signal ? undefined : 'fail') },
    ],
    [
      'asks for the state instead of for a permit',
      'probe-limit',
      {
        admit(breaker) {
          if (breaker.state === 'open') throw breaker.openError();
          return breaker.tryAcquire() ?? ({ succeed() {}, fail() {}, ignore() {} } as unknown as Permit);
        },
      },
    ],
    ['counts only what rejects', 'server-error-is-failure', { onResponse: () => 'succeed' }],
    [
      'counts a 404 as a failure',
      'not-found-is-no-failure',
      { onResponse: (status) => (status >= 400 ? 'fail' : 'succeed') },
    ],
    ['wraps errors in its own', 'same-error', { dress: (cause) => new Error('call failed', { cause }) }],
    ['drops the permits of failed calls', 'storm', { onError: () => undefined }],
  ];

  it.each(wrongs)('catches an adapter that %s (%s)', async (_, id, wrong) => {
    expect(await outcomeOf(id, adapterOf())).toBe('kept');
    expect(await outcomeOf(id, adapterOf(wrong))).toBe('broken: AssertionError');
  });
});
