// Checked by `tsc -p tsconfig.json`; at run time only the wrapping is.
import type { Group } from '@cb/core';
import * as undici7 from 'undici';
import * as undici6 from 'undici6';
import type * as undici8 from 'undici8';
import { describe, expectTypeOf, it } from 'vitest';
import { type BreakerInterceptor, breakerInterceptor, type Verdict } from '../src/index.ts';

describe('the types of breakerInterceptor', () => {
  it('are those of an interceptor of undici 6, 7 and 8', () => {
    const breaker = breakerInterceptor();
    expectTypeOf(new undici6.Agent().compose(breaker)).toExtend<undici6.Dispatcher>();
    expectTypeOf(new undici7.Agent().compose([breaker, breaker])).toExtend<undici7.Dispatcher>();
    expectTypeOf<BreakerInterceptor>().toExtend<undici6.Dispatcher.DispatcherComposeInterceptor>();
    expectTypeOf<BreakerInterceptor>().toExtend<undici7.Dispatcher.DispatcherComposeInterceptor>();
    expectTypeOf<BreakerInterceptor>().toExtend<undici8.Dispatcher.DispatcherComposeInterceptor>();
    expectTypeOf(breaker.breakers).toEqualTypeOf<Group>();
  });

  it('tell the callbacks what they get', () => {
    breakerInterceptor({
      key: (request) => {
        expectTypeOf(request.origin).toEqualTypeOf<string | URL | undefined>();
        return request.path;
      },
      classify: ({ response, error }) => {
        expectTypeOf(response?.statusCode).toEqualTypeOf<number | undefined>();
        expectTypeOf(response?.headers['retry-after']).toEqualTypeOf<string | string[] | undefined>();
        expectTypeOf(error).toBeUnknown();
        return undefined;
      },
    });
    expectTypeOf<Verdict>().toEqualTypeOf<'success' | 'failure' | 'ignored'>();
  });

  it('refuse what makes no sense', () => {
    // @ts-expect-error a verdict is one of three words
    const notAVerdict = () => breakerInterceptor({ classify: () => 'bad' });
    // @ts-expect-error bodies are watched to their headers or to their end
    const notAMode = () => breakerInterceptor({ body: 'middle' });
    // @ts-expect-error the key is the name
    const notAName = () => breakerInterceptor({ name: 'mine' });
    // @ts-expect-error it is an interceptor, not a dispatcher
    const notADispatcher = () => new undici7.Agent().compose(new undici7.Agent());
    expectTypeOf([notAVerdict, notAMode, notAName, notADispatcher]).toBeArray();
  });
});
