// Checked by `tsc -p tsconfig.json`; at run time only the wrapping is.
import type { Group } from '@cb/core';
import { describe, expectTypeOf, it } from 'vitest';
import { type Verdict, withBreaker } from '../src/index.ts';

interface OwnRequest {
  readonly path: string;
}
interface OwnResponse {
  readonly status: number;
  readonly rows: readonly string[];
}
const ownFetch = async (_request: OwnRequest, _init?: { retries: number }): Promise<OwnResponse> => ({
  status: 200,
  rows: [],
});

describe('the types of withBreaker', () => {
  it('are those of the fetch that came in', () => {
    const guarded = withBreaker(fetch);
    expectTypeOf(guarded).toExtend<typeof fetch>();
    expectTypeOf(guarded.breakers).toEqualTypeOf<Group>();
    const again: typeof globalThis.fetch = withBreaker(guarded);
    expectTypeOf(again).toEqualTypeOf<typeof globalThis.fetch>();
  });

  it('keep what a fetch carries', () => {
    const withPreconnect = Object.assign(async (url: string) => new Response(url), {
      preconnect: (origin: string): void => void origin,
    });
    expectTypeOf(withBreaker(withPreconnect).preconnect).parameters.toEqualTypeOf<[string]>();
  });

  it('follow a fetch of another kind into the callbacks', () => {
    const guarded = withBreaker(ownFetch, {
      key: (request, init) => {
        expectTypeOf(request).toEqualTypeOf<OwnRequest>();
        expectTypeOf(init).toEqualTypeOf<{ retries: number } | undefined>();
        return request.path;
      },
      classify: ({ response }) => {
        expectTypeOf(response).toEqualTypeOf<OwnResponse | undefined>();
        return response?.rows.length === 0 ? 'ignored' : undefined;
      },
    });
    expectTypeOf(guarded).returns.resolves.toEqualTypeOf<OwnResponse>();
    expectTypeOf<Verdict>().toEqualTypeOf<'success' | 'failure' | 'ignored'>();
  });

  it('refuse what makes no sense', () => {
    // @ts-expect-error a fetch is a function
    const notAFunction = () => withBreaker({});
    // @ts-expect-error a verdict is one of three words
    const notAVerdict = () => withBreaker(fetch, { classify: () => 'bad' });
    // @ts-expect-error bodies are watched to their headers or to their end
    const notAMode = () => withBreaker(fetch, { body: 'middle' });
    // @ts-expect-error the key is the name
    const notAName = () => withBreaker(fetch, { name: 'mine' });
    expectTypeOf([notAFunction, notAVerdict, notAMode, notAName]).toBeArray();
  });
});
