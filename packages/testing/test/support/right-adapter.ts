// An adapter that keeps every promise, around a small client with all the habits there are: a timeout, a retry, a cache of
// its own. It is made of parts, so that a wrong adapter is a right one with one wrong part.
import { type Breaker, createGroup, type Group, isCircuitOpenError, type Permit } from '@cb/core';
import type { AdapterUnderTest, CallOptions, CallResult, MakeOptions } from '../../src/index.ts';

export type Verdict = 'success' | 'failure' | 'ignored';

/** An answer whose body may still be on its way. */
export interface Answer {
  readonly status: number;
  readonly url: string;
  readonly retryAfter: string | null;
  /** Location of a redirect that was not followed. */
  readonly location: string | null;
  readonly text: () => Promise<string>;
}
export type Send = (url: string, options: CallOptions) => Promise<Answer>;

export interface Parts {
  readonly createGroup: (breaker: MakeOptions['breaker']) => Group;
  /** Whether a call is guarded at all. */
  readonly guards: (url: string, options: CallOptions) => boolean;
  readonly keyOf: (url: string) => string;
  /** How users' functions are called. */
  readonly safely: <T>(run: () => T, otherwise: () => T, report: (error: unknown) => void) => T;
  /** What happens with a call before the breaker is asked. */
  readonly prepare: (options: CallOptions) => Promise<CallOptions>;
  readonly admit: (breaker: Breaker) => Permit;
  /** Turns what the breaker threw into what the caller gets. */
  readonly refusal: (error: unknown) => unknown;
  /** The host, below the breaker. */
  readonly send: Send;
  readonly answerVerdict: (answer: Answer, askedUrl: string) => Verdict;
  readonly errorVerdict: (error: unknown, options: CallOptions, url: string) => Verdict | undefined;
  readonly retryAfterMs: (text: string) => number;
  /** Whether the permit waits for the end of the body. */
  readonly waitsForBody: (watchBody: boolean) => boolean;
  /** Turns what the host threw into what the caller gets. */
  readonly failure: (error: unknown) => unknown;
  readonly afterCall: (breaker: Breaker, options: CallOptions) => void;
  readonly worthRetrying: (error: unknown) => boolean;
  /** Whether the breaker sits around each attempt or around all of them; around the cache or below it. */
  readonly aroundRetries: boolean;
  readonly aroundCache: boolean;
  /** Whether each hop of a chain of redirects is a call of its own. */
  readonly aroundHops: boolean;
  /** Whether installing it again for the same group does nothing. */
  readonly installsOnce: boolean;
  readonly canUninstall: boolean;
}

/** The bare host: fetch, with a timeout option of its own. */
export const bareSend: Send = async (url, { method, body, signal, timeoutMs }) => {
  const timeout = timeoutMs === undefined ? undefined : AbortSignal.timeout(timeoutMs);
  const listened = signal ?? timeout;
  const response = await fetch(url, {
    ...(method && { method }),
    ...(body !== undefined && { body: body as BodyInit, duplex: 'half' }),
    ...(listened && { signal: listened }),
  });
  return {
    status: response.status,
    url: response.url,
    retryAfter: response.headers.get('retry-after'),
    location: response.headers.get('location'),
    text: () => response.text(),
  };
};

/** Errors with which callers' bodies broke off. */
const ownErrors = new WeakSet<object>();

/** The body as it is, whose error is remembered as the caller's. */
async function* watched(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    ownErrors.add(error as object);
    throw error;
  }
}

export function causeOf(error: unknown): { name?: string; code?: string; message?: string } {
  return ((error as { cause?: unknown } | null)?.cause ?? error ?? {}) as object;
}

export const rightParts: Parts = {
  createGroup: (breaker) => createGroup({ configure: () => breaker }),
  guards: (url, { signal }) => !signal?.aborted && URL.canParse(url),
  keyOf: (url) => new URL(url).origin,
  safely(run, otherwise, report) {
    try {
      return run();
    } catch (error) {
      report(error);
      return otherwise();
    }
  },
  prepare: async (options) => options,
  admit: (breaker) => breaker.acquire(),
  refusal: (error) => error,
  send: (url, options) =>
    bareSend(url, typeof options.body === 'object' ? { ...options, body: watched(options.body) } : options),
  answerVerdict(answer, askedUrl) {
    if (answer.status < 500 && answer.status !== 429) return 'success';
    return new URL(answer.url).origin === new URL(askedUrl).origin ? 'failure' : 'ignored';
  },
  errorVerdict(error, { signal }) {
    if (ownErrors.has(causeOf(error))) return 'ignored';
    return signal?.aborted && signal.reason?.name !== 'TimeoutError' ? 'ignored' : 'failure';
  },
  retryAfterMs(text) {
    if (/^\d+$/.test(text)) return Number(text) * 1_000;
    return text.endsWith('GMT') ? Math.max(0, Date.parse(text) - Date.now()) : 0;
  },
  waitsForBody: (watchBody) => watchBody,
  failure: (error) => error,
  afterCall: () => {},
  worthRetrying: (error) => !isCircuitOpenError(error),
  aroundRetries: false,
  aroundCache: false,
  aroundHops: false,
  installsOnce: true,
  canUninstall: true,
};

type Layer = (send: Send) => Send;

/** Tries again after a 5xx and after an error, as many hosts do. */
function retrying(retries: number, { worthRetrying }: Parts): Layer {
  return (send) => async (url, options) => {
    for (let left = retries; ; left--) {
      try {
        const answer = await send(url, options);
        if (answer.status < 500 || left === 0) return answer;
      } catch (error) {
        if (left === 0 || !worthRetrying(error)) throw error;
      }
    }
  };
}

/** Keeps good answers for ever. */
function caching(): Layer {
  const kept = new Map<string, Answer>();
  return (send) => async (url, options) => {
    const known = kept.get(url);
    if (known) return known;
    const answer = await send(url, options);
    const text = await answer.text();
    const whole = { ...answer, text: async () => text };
    if (answer.status === 200) kept.set(url, whole);
    return whole;
  };
}

/** Follows redirects above the host, so that each hop is a request of its own. */
const followingHops: Layer = (send) => async (url, options) => {
  let answer = await send(url, options);
  while (answer.location !== null) answer = await send(new URL(answer.location, answer.url).href, options);
  return answer;
};

/** The breaker itself. */
function guarding(group: Group, { key, classify, onError, watchBody }: MakeOptions, parts: Parts): Layer {
  const { guards, keyOf, safely, prepare, admit, refusal, failure, afterCall } = parts;

  function verdictOf(usual: Verdict | undefined): Verdict | undefined {
    return classify && usual ? safely(classify, () => usual, onError) : usual;
  }
  function settle(permit: Permit, verdict: Verdict | undefined, error?: unknown, retryAfter?: string | null) {
    if (verdict === 'success') permit.succeed();
    else if (verdict === 'ignored') permit.ignore();
    else if (verdict === 'failure')
      permit.fail(error, { retryAfterMs: retryAfter ? parts.retryAfterMs(retryAfter) : undefined });
  }
  function admitted(breaker: Breaker): Permit {
    try {
      return admit(breaker);
    } catch (error) {
      throw refusal(error);
    }
  }

  return (send) => async (url, given) => {
    if (!guards(url, given)) return send(url, given);
    const usualKey = (): string => keyOf(url);
    const breaker = group.get(key ? safely(key, usualKey, onError) : usualKey());
    const options = await prepare(given);
    const permit = admitted(breaker);
    const settleError = (error: unknown): void =>
      settle(permit, verdictOf(parts.errorVerdict(error, options, url)), error);
    try {
      const answer = await send(url, options);
      const verdict = verdictOf(parts.answerVerdict(answer, url));
      if (verdict !== 'success' || !parts.waitsForBody(watchBody === true)) {
        settle(permit, verdict, undefined, answer.retryAfter);
        return answer;
      }
      const text = async (): Promise<string> => {
        try {
          const whole = await answer.text();
          settle(permit, 'success');
          return whole;
        } catch (error) {
          settleError(error);
          throw error;
        }
      };
      return { ...answer, text };
    } catch (error) {
      settleError(error);
      throw failure(error);
    } finally {
      afterCall(breaker, options);
    }
  };
}

async function read(answer: Promise<Answer>, { leaveBody }: CallOptions = {}): Promise<CallResult> {
  const { status, text } = await answer;
  return { status, body: leaveBody ? '' : await text() };
}

/** The right adapter, or one with the parts given. */
export function adapterOf(wrong: Partial<Parts> = {}): AdapterUnderTest {
  const parts: Parts = { ...rightParts, ...wrong };
  return {
    raw: (url, options = {}) => read(bareSend(url, options), options),
    make(options) {
      const group = parts.createGroup(options.breaker);
      const guard = guarding(group, options, parts);
      let on = true;
      const removable: Layer = (send) => {
        const guarded = guard(send);
        return (url, call) => (on ? guarded : send)(url, call);
      };
      const twice: Layer = (send) => removable(removable(send));
      const breakers = options.installTwice && !parts.installsOnce ? twice : removable;
      const retries = retrying(options.retries ?? 0, parts);
      const cache: Layer = options.cache ? caching() : (send) => send;
      const hops: Layer = parts.aroundHops ? followingHops : (send) => send;
      const layers = parts.aroundRetries ? [retries, breakers] : [breakers, hops, retries];
      const inside = parts.aroundCache ? [cache, ...layers] : [...layers, cache];
      const send = inside.reduce((below, layer) => layer(below), parts.send);
      return {
        group,
        call: (url, call = {}) => read(send(url, call), call),
        uninstall() {
          on = !parts.canUninstall;
        },
      };
    },
    caps: { can: ['cached-answer'] },
  };
}
