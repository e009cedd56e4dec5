import { getEventListeners } from 'node:events';
import {
  type Breaker,
  type Counts,
  consecutiveFailures,
  createGroup,
  fixed,
  isCircuitOpenError,
} from '@cb/core';
import { manualClock } from '@cb/testing';
import { describe, expect, it, vi } from 'vitest';
import { type FetchBreakerOptions, withBreaker } from '../src/index.ts';

type Fetch = typeof globalThis.fetch;
const url = 'https://api.example/users';

/** A fetch that answers as told, and the guarded one. */
function guard(answer: (...args: Parameters<Fetch>) => unknown, options: FetchBreakerOptions<Fetch> = {}) {
  const bare = vi.fn(async (...args: Parameters<Fetch>) => answer(...args) as Response) as unknown as Fetch;
  const clock = manualClock();
  const guarded = withBreaker(bare, {
    clock,
    openWhen: consecutiveFailures(2),
    stayOpen: fixed(1_000),
    ...options,
  });
  const only = (): Breaker => [...guarded.breakers][0] as Breaker;
  return { bare, clock, guarded, only };
}
function counted(breaker: Breaker | undefined): Partial<Counts & { inFlight: number }> {
  const { counts, inFlight } = (breaker as Breaker).snapshot();
  return Object.fromEntries(Object.entries({ ...counts, inFlight }).filter(([, n]) => n > 0));
}

describe('withBreaker', () => {
  it('gives back the very response, and passes on what it was given', async () => {
    const response = new Response('hi');
    const { bare, guarded } = guard(() => response);
    expect(await guarded(url)).toBe(response);
    const init = { method: 'POST' };
    await guarded(url, init);
    expect(vi.mocked(bare).mock.calls).toEqual([[url], [url, init]]);
    expect(vi.mocked(bare).mock.calls[1]?.[1]).toBe(init);
  });

  it('rejects with the very error', async () => {
    const error = new TypeError('fetch failed');
    const { guarded, only } = guard(() => Promise.reject(error));
    await expect(guarded(url)).rejects.toBe(error);
    expect(counted(only())).toEqual({ failed: 1 });
  });

  it('turns a fetch that throws at once into a rejection', async () => {
    const error = new Error('sync');
    const guarded = withBreaker((() => {
      throw error;
    }) as unknown as Fetch);
    await expect(guarded(url)).rejects.toBe(error);
    expect(counted([...guarded.breakers][0])).toEqual({ failed: 1 });
  });

  it('keeps what the fetch carries, and shows its breakers only to those who ask', () => {
    const preconnect = (): void => {};
    const bare = Object.assign(async () => new Response(), { preconnect });
    const guarded = withBreaker(bare);
    expect(guarded.preconnect).toBe(preconnect);
    expect(Object.keys(guarded)).toEqual(['preconnect']);
    expect(guarded.breakers.size).toBe(0);
  });

  it('refuses wrong options at once', () => {
    const wrong = (options: object) => () => withBreaker(fetch, options as FetchBreakerOptions);
    expect(wrong({ openMs: 5 })).toThrow(/openMs/);
    expect(wrong({ stayOpen: 5 })).toThrow(/fixed\(5\)/);
    expect(wrong({ body: 'all' })).toThrow("body must be 'headers' or 'end', got all");
    expect(wrong({ bodyMaxWaitMs: 0 })).toThrow('bodyMaxWaitMs must be above 0, got 0');
    expect(wrong({ maxBreakers: 0 })).toThrow(/max/);
  });

  it('is one breaker per origin', async () => {
    const { guarded } = guard(() => new Response());
    for (const each of [
      url,
      'https://API.example:443/other',
      new URL(url),
      new Request(url),
      'http://api.example/',
    ]) {
      await guarded(each);
    }
    expect([...guarded.breakers].map(({ name }) => name)).toEqual([
      'https://api.example',
      'http://api.example',
    ]);
  });

  it('does not guard what has no origin', async () => {
    const { guarded } = guard(() => new Response('hi'));
    await guarded('data:text/plain,hi');
    expect(guarded.breakers.size).toBe(0);
  });

  it('asks the key function, and leaves alone what it gives no key', async () => {
    const { guarded } = guard(() => new Response(), {
      key: (input) => (input === 'https://api.example/health' ? null : 'tenant-1'),
    });
    await guarded(url);
    await guarded('https://api.example/health');
    expect([...guarded.breakers].map((breaker) => [breaker.name, counted(breaker)])).toEqual([
      ['tenant-1', { succeeded: 1 }],
    ]);
  });

  it('configures each key on top of the common options', async () => {
    const { guarded } = guard(() => new Response(), {
      configure: (key) => (key.includes('slow') ? { stayOpen: fixed(9_000) } : {}),
    });
    await guarded(url);
    await guarded('https://slow.example/');
    expect([...guarded.breakers].map(({ config }) => [config.stayOpen.firstMs, config.openWhen])).toEqual([
      [1_000, [consecutiveFailures(2)]],
      [9_000, [consecutiveFailures(2)]],
    ]);
  });

  it('reports a configuration that throws, and makes the call', async () => {
    const onError = vi.fn();
    const boom = new Error('boom');
    const { guarded } = guard(() => new Response(), {
      onError,
      configure: () => {
        throw boom;
      },
    });
    expect((await guarded(url)).status).toBe(200);
    expect(onError).toHaveBeenCalledWith(boom, 'configure');
  });

  it('survives an onError that throws', async () => {
    const boom = (): never => {
      throw new Error('boom');
    };
    const { guarded, only } = guard(() => new Response(), { onError: boom, classify: boom, key: boom });
    expect((await guarded(url)).status).toBe(200);
    expect(counted(only())).toEqual({ succeeded: 1 });
  });

  it('prints what user code throws once per place, where nobody asked for it', async () => {
    const print = vi.spyOn(console, 'error').mockImplementation(() => {});
    const { guarded } = guard(() => new Response(), {
      classify: () => {
        throw new Error('boom');
      },
    });
    await guarded(url);
    await guarded(url);
    expect(print).toHaveBeenCalledTimes(1);
    print.mockRestore();
  });

  it('forgets idle origins when there are too many', async () => {
    const { guarded } = guard(() => new Response(), { maxBreakers: 10 });
    for (let i = 0; i < 100; i++) await guarded(`https://h${i}.example/`);
    expect(guarded.breakers.size).toBe(10);
  });

  it('shares a group, and stays a single layer when put on twice', async () => {
    const group = createGroup({ configure: () => ({ openWhen: consecutiveFailures(1) }) });
    const once = withBreaker(async () => new Response('', { status: 500 }), { group });
    expect(withBreaker(once, { group })).toBe(once);
    await once();
    const other = withBreaker((async () => new Response()) as Fetch, { group });
    const first = withBreaker((async () => new Response('', { status: 500 })) as Fetch, { group });
    await first(url);
    await expect(other(url)).rejects.toSatisfy(isCircuitOpenError);
  });

  it('is two layers for two groups', async () => {
    const inner = withBreaker((async () => new Response()) as Fetch);
    const outer = withBreaker(inner, { key: () => 'everything' });
    await outer(url);
    expect([counted([...inner.breakers][0]), counted([...outer.breakers][0])]).toEqual([
      { succeeded: 1 },
      { succeeded: 1 },
    ]);
  });

  it('survives a stub that answers anything', async () => {
    for (const odd of [undefined, null, {}, { status: 503 }, { status: 200, body: 'text' }, 'text']) {
      const { guarded, only } = guard(() => odd, { body: 'end', onError: () => {} });
      expect(await guarded(url)).toBe(odd);
      expect(only().snapshot().inFlight).toBe(0);
    }
  });

  it('adds no listener to the signal', async () => {
    const { signal } = new AbortController();
    const { guarded } = guard(() => new Response());
    for (let i = 0; i < 20; i++) await guarded(url, { signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});

describe('what counts', () => {
  const statuses = (kind: string): string => (kind === '' ? 'nothing' : kind);

  it.each([
    [200, 'succeeded'],
    [301, 'succeeded'],
    [404, 'succeeded'],
    [418, 'succeeded'],
    [429, 'failed'],
    [500, 'failed'],
    [501, 'failed'],
    [503, 'failed'],
  ])('a %d is %s', async (status, kind) => {
    const { guarded, only } = guard(() => new Response(null, { status }));
    await guarded(url);
    expect(Object.keys(counted(only()))).toEqual([statuses(kind)]);
  });

  it('is up to the classifier, where it has an opinion', async () => {
    const seen: unknown[] = [];
    const { guarded, only } = guard(() => new Response(null, { status: 501 }), {
      classify(outcome) {
        seen.push(outcome);
        return seen.length === 1 ? 'success' : seen.length === 2 ? 'ignored' : undefined;
      },
    });
    const init = { method: 'POST' };
    for (let i = 0; i < 3; i++) await guarded(url, init);
    expect(counted(only())).toEqual({ succeeded: 1, ignored: 1, failed: 1 });
    expect(seen[0]).toEqual({ input: url, init, response: expect.any(Response) });
  });

  it('is as usual where the classifier answers nonsense', async () => {
    const { guarded, only } = guard(() => new Response(), { classify: (async () => 'failure') as never });
    await guarded(url);
    expect(counted(only())).toEqual({ succeeded: 1 });
  });

  it('shows a failing status in the history of the breaker', async () => {
    const { guarded, only } = guard(() => new Response(null, { status: 503 }));
    await guarded(url);
    expect(only().snapshot().errors).toMatchObject([{ name: 'HttpError', code: 'HTTP_503', count: 1 }]);
  });

  it('takes the signal of a request, unless init has its own or none', async () => {
    const aborted = AbortSignal.abort();
    const { bare, guarded } = guard(() => new Response());
    const request = new Request(url, { signal: aborted });
    await guarded(request);
    expect([vi.mocked(bare).mock.calls.length, guarded.breakers.size]).toEqual([1, 0]);
    await guarded(request, { signal: null });
    await guarded(request, { signal: new AbortController().signal });
    expect(counted([...guarded.breakers][0])).toEqual({ succeeded: 2 });
  });

  it('counts an AbortSignal.any over a timeout as the timeout it is', async () => {
    const signal = AbortSignal.any([new AbortController().signal, AbortSignal.timeout(5)]);
    const { guarded, only } = guard(
      () =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
        ),
    );
    await expect(guarded(url, { signal })).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(counted(only())).toEqual({ failed: 1 });
  });
});

describe("the caller's mistakes", () => {
  const request = (): Request => new Request('http://127.0.0.1:9/', { method: 'POST', body: 'text' });
  const stream = (): ReadableStream => new ReadableStream({ start: (controller) => controller.close() });

  it.each<[string, () => Parameters<Fetch> | Promise<Parameters<Fetch>>]>([
    ['a GET with a body', () => [url, { body: 'text' }]],
    ['a method that is none', () => [url, { method: 'NOT GOOD' }]],
    ['a header that is none', () => [url, { headers: { 'not good': '1' } }]],
    ['a stream without duplex', () => [url, { method: 'POST', body: stream() }]],
    ['a signal that is none', () => [url, { signal: {} as AbortSignal }]],
    [
      'a request that was sent before',
      async () => {
        const used = request();
        await used.text();
        return [used];
      },
    ],
    [
      'a stream that somebody reads',
      () => {
        const locked = stream();
        locked.getReader();
        return [url, { method: 'POST', body: locked, duplex: 'half' } as RequestInit];
      },
    ],
  ])('%s is ignored, and fails as without a breaker', async (_, make) => {
    const guarded = withBreaker(fetch);
    const bare = await fetch(...(await make())).catch((error: unknown) => error);
    const error = await guarded(...(await make())).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(TypeError);
    expect((error as Error).message).toBe((bare as Error).message);
    expect(counted([...guarded.breakers][0])).toEqual({ ignored: 1 });
  });

  it.each<[string, Parameters<Fetch>]>([
    ['a GET', [url, { body: 'text' }]],
    ['a HEAD', [url, { method: 'head', body: 'text' }]],
    ['a request', [{ url, method: 'GET', body: 'text' } as unknown as Request]],
  ])('%s with a body is ignored also where Request takes it, as in Bun', async (_, call) => {
    const { guarded, only } = guard(() => Promise.reject(new TypeError('GET cannot have a body')));
    vi.stubGlobal('Request', class {});
    try {
      await expect(guarded(...call)).rejects.toThrow('GET cannot have a body');
    } finally {
      vi.unstubAllGlobals();
    }
    expect(counted(only())).toEqual({ ignored: 1 });
  });

  it('leave a network failure of a good request a failure', async () => {
    const failing = (): Promise<never> => Promise.reject(new TypeError('fetch failed'));
    const { guarded, only } = guard(failing, { openWhen: consecutiveFailures(9) });
    await expect(guarded(new Request(url, { method: 'POST', body: 'text' }))).rejects.toThrow('fetch failed');
    const post = new Request(url, { method: 'POST', body: 'text' });
    await expect(guarded(post, { method: undefined } as never)).rejects.toThrow('fetch failed');
    await expect(
      guarded(url, { method: 'PUT', body: stream(), duplex: 'half' } as RequestInit),
    ).rejects.toThrow();
    expect(counted(only())).toEqual({ failed: 3 });
  });
});

describe('an open circuit', () => {
  it('leaves the body of a request for a later try', async () => {
    let failing = true;
    const { clock, guarded } = guard(async (input) => {
      if (failing) return new Response(null, { status: 503 });
      return new Response(await (input as Request).text());
    });
    await guarded(url);
    await guarded(url);
    const request = new Request(url, { method: 'POST', body: 'order 7' });
    await expect(guarded(request)).rejects.toSatisfy(isCircuitOpenError);
    expect(request.bodyUsed).toBe(false);
    failing = false;
    clock.advance(1_000);
    expect(await (await guarded(request)).text()).toBe('order 7');
  });
});
