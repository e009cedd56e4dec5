import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { type Breaker, consecutiveFailures, fixed } from '@cb/core';
import { eventually, manualClock } from '@cb/testing';
import { describe, expect, it } from 'vitest';
import { wrapReaders } from '../src/body-end.ts';
import { withBreaker } from '../src/index.ts';

const url = 'https://api.example/';

/** A body made by hand: `send`, `end`, `die`. */
function handmadeBody() {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const stream = new ReadableStream<Uint8Array>({
    start(given) {
      controller = given;
    },
  });
  return {
    stream,
    send: (text: string) => controller.enqueue(new TextEncoder().encode(text)),
    end: () => controller.close(),
    die: (error: unknown) => controller.error(error),
  };
}

function guard(makeResponse: () => Response, body: 'headers' | 'end' = 'end') {
  const clock = manualClock();
  const guarded = withBreaker(async (_input: string, _init?: RequestInit) => makeResponse(), {
    clock,
    body,
    bodyMaxWaitMs: 5_000,
    openWhen: consecutiveFailures(1),
    stayOpen: fixed(1_000),
    probing: { probes: 1, leaseMs: 60_000 },
  });
  const breaker = (): Breaker => [...guarded.breakers][0] as Breaker;
  const counts = () => {
    const { succeeded, failed, ignored } = breaker().snapshot().counts;
    return { succeeded, failed, ignored, inFlight: breaker().snapshot().inFlight };
  };
  const settled = () => eventually('the body is settled', () => breaker().snapshot().inFlight === 0);
  return { clock, guarded, breaker, counts, settled };
}
const nothing = { succeeded: 0, failed: 0, ignored: 0, inFlight: 0 };

describe("body: 'headers'", () => {
  it('is over with the headers, whatever the body does', async () => {
    const body = handmadeBody();
    const { guarded, counts } = guard(() => new Response(body.stream), 'headers');
    const response = await guarded(url);
    expect(counts()).toEqual({ ...nothing, succeeded: 1 });
    body.die(new Error('died'));
    await expect(response.text()).rejects.toThrow('died');
    expect(counts()).toEqual({ ...nothing, succeeded: 1 });
  });
});

describe("body: 'end'", () => {
  it('is over with the end of the body, and leaves the response as it is', async () => {
    const body = handmadeBody();
    const original = new Response(body.stream);
    const { guarded, counts, settled, clock } = guard(() => original);
    const response = await guarded(url);
    expect(response).toBe(original);
    expect([response.bodyUsed, response.body?.locked, Object.keys(response)]).toEqual([false, false, []]);
    expect(counts()).toEqual({ ...nothing, inFlight: 1 });
    body.send('hello');
    body.end();
    expect(await response.text()).toBe('hello');
    await settled();
    expect(counts()).toEqual({ ...nothing, succeeded: 1 });
    expect(clock.pendingTimers).toBe(0);
  });

  it('counts a body that dies as a failure, and gives the reader its very error', async () => {
    const body = handmadeBody();
    const { guarded, breaker, counts, settled } = guard(() => new Response(body.stream));
    const response = await guarded(url);
    const death = new TypeError('terminated');
    body.die(death);
    await expect(response.text()).rejects.toBe(death);
    await settled();
    expect(counts()).toEqual({ ...nothing, failed: 1 });
    expect(breaker().state).toBe('open');
  });

  it('counts a body that its reader cancels as success', async () => {
    const body = handmadeBody();
    const { guarded, counts, settled } = guard(() => new Response(body.stream));
    await (await guarded(url)).body?.cancel('enough');
    await settled();
    expect(counts()).toEqual({ ...nothing, succeeded: 1 });
  });

  it('ignores a body that died of the caller’s abort, and counts one that ran out of time', async () => {
    for (const [reason, kind] of [
      [new Error('left the page'), 'ignored'],
      [new DOMException('too late', 'TimeoutError'), 'failed'],
    ] as const) {
      const body = handmadeBody();
      const controller = new AbortController();
      const { guarded, counts, settled } = guard(() => new Response(body.stream));
      await guarded(url, { signal: controller.signal });
      controller.abort(reason);
      body.die(reason);
      await settled();
      expect(counts()).toEqual({ ...nothing, [kind]: 1 });
    }
  });

  it('sees the end through a clone and through a pipe', async () => {
    for (const read of [
      (response: Response) => Promise.all([response.clone().text(), response.text()]),
      (response: Response) => response.body?.pipeTo(new WritableStream()),
    ]) {
      const { guarded, counts, settled } = guard(() => new Response('hello'));
      await read(await guarded(url));
      await settled();
      expect(counts()).toEqual({ ...nothing, succeeded: 1 });
    }
  });

  it('is over at once where there is no body, or the status is already a failure', async () => {
    for (const [response, kind] of [
      [new Response(null, { status: 204 }), 'succeeded'],
      [new Response('sorry', { status: 503 }), 'failed'],
    ] as const) {
      const { guarded, counts } = guard(() => response);
      await guarded(url);
      expect(counts()).toEqual({ ...nothing, [kind]: 1 });
    }
  });

  it('takes a body that nobody reads for success after a while, so that it does not hold a probe', async () => {
    let dead = true;
    const { clock, guarded, breaker, counts } = guard(() =>
      dead ? new Response(null, { status: 500 }) : new Response(handmadeBody().stream),
    );
    await guarded(url);
    dead = false;
    clock.advance(1_000);
    await guarded(url);
    await expect(guarded(url)).rejects.toMatchObject({ reason: 'probing' });
    clock.advance(5_000);
    expect(breaker().state).toBe('closed');
    expect(counts()).toEqual({ ...nothing, succeeded: 1, failed: 1 });
  });

  it('lets a response that is dropped unread be collected while it waits', async () => {
    setFlagsFromString('--expose-gc');
    const gc = runInNewContext('gc') as () => void;
    const { clock, guarded, counts } = guard(() => new Response(new ReadableStream({ pull() {} })));
    const ref = await guarded(url).then((response) => new WeakRef(response));
    await eventually('the response is collected', () => {
      gc();
      return ref.deref() === undefined;
    });
    clock.advance(5_000);
    expect(counts()).toEqual({ ...nothing, succeeded: 1 });
  });
});

describe('wrapReaders, for hosts whose streams cannot be watched', () => {
  function wrapped(response: Response): { response: Response; ends: unknown[] } {
    const ends: unknown[] = [];
    wrapReaders(response as unknown as Record<string, unknown>, (died) => ends.push(died));
    return { response, ends };
  }

  it('sees a body read to its end, and gives what it gave', async () => {
    const { response, ends } = wrapped(new Response('{"a":1}'));
    expect(await response.json()).toEqual({ a: 1 });
    expect(ends).toEqual([undefined]);
    expect(response).toBeInstanceOf(Response);
  });

  it('sees a body die', async () => {
    const body = handmadeBody();
    const { response, ends } = wrapped(new Response(body.stream));
    const error = new TypeError('terminated');
    body.die(error);
    await expect(response.text()).rejects.toBe(error);
    expect(ends).toEqual([{ error }]);
  });

  it('takes bad JSON for a body that arrived', async () => {
    const { response, ends } = wrapped(new Response('{"a":'));
    await expect(response.json()).rejects.toThrow(SyntaxError);
    expect(ends).toEqual([undefined]);
  });

  it('takes a second reading for the mistake that it is', async () => {
    const { response, ends } = wrapped(new Response('once'));
    await response.text();
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(ends).toEqual([undefined]);
  });
});
