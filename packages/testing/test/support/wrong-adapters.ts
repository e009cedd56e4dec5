// A wrong adapter for every promise, to show that its case catches it. A new case does not compile without one.
import { type Breaker, CircuitOpenError, createGroup, type Permit } from '@cb/core';
import type { CallOptions, CaseId } from '../../src/index.ts';
import { bareSend, causeOf, type Parts, rightParts, type Verdict } from './right-adapter.ts';

interface WrongAdapter {
  /** An adapter that … */
  readonly that: string;
  readonly parts: Partial<Parts>;
}

/** Takes errors with such a code for nothing that the upstream did. */
function ignoring(codes: RegExp): Partial<Parts> {
  return {
    errorVerdict: (error, options, url) =>
      codes.test(causeOf(error).code ?? '') ? 'ignored' : rightParts.errorVerdict(error, options, url),
  };
}

/** Another verdict where the right one is `from`. */
function taking(from: Verdict, to: Verdict, where: (options: CallOptions) => boolean): Partial<Parts> {
  return {
    errorVerdict(error, options, url) {
      const right = rightParts.errorVerdict(error, options, url);
      return right === from && where(options) ? to : right;
    },
  };
}

async function collected({ body }: CallOptions): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  if (typeof body === 'string') return body;
  for await (const piece of body ?? []) text += decoder.decode(piece, { stream: true });
  return text;
}

/** A permit of a breaker that was never asked. */
const noPermit = { probe: false, succeed() {}, fail() {}, ignore() {} } as unknown as Permit;

/** Listeners that an adapter keeps and calls by itself. */
function tellsByItself(): Partial<Parts> {
  const listeners = new WeakMap<Breaker, () => void>();
  return {
    createGroup(breaker) {
      const group = rightParts.createGroup(breaker);
      group.on('breaker-added', (added) => {
        added.on = (_, listener) => {
          listeners.set(added, listener as () => void);
          return () => {};
        };
      });
      return group;
    },
    afterCall: (breaker) => listeners.get(breaker)?.(),
  };
}

export const strayTimers: ReturnType<typeof setTimeout>[] = [];

export const wrongAdapters: Readonly<Record<CaseId, WrongAdapter>> = {
  'ok-is-success': {
    that: 'counts only what fails',
    parts: { answerVerdict: ({ status }) => (status >= 500 ? 'failure' : 'ignored') },
  },
  'server-error-is-failure': { that: 'counts only what rejects', parts: { answerVerdict: () => 'success' } },
  'not-found-is-no-failure': {
    that: 'counts a 404 as a failure',
    parts: { answerVerdict: ({ status }) => (status >= 400 ? 'failure' : 'success') },
  },
  'retry-after-seconds': { that: 'does not read Retry-After', parts: { retryAfterMs: () => 0 } },
  'retry-after-date': {
    that: 'reads Retry-After in seconds only',
    parts: { retryAfterMs: (text) => (/^\d+$/.test(text) ? Number(text) * 1_000 : 0) },
  },
  'retry-after-capped': {
    that: 'takes a senseless Retry-After for a number',
    parts: { retryAfterMs: (text) => Math.abs(Number.parseInt(text, 10) || 0) * 1_000 },
  },
  refused: { that: 'takes a refused connection for no call', parts: ignoring(/^ECONNREFUSED$/) },
  reset: {
    that: 'takes a reset for a caller who went away',
    parts: ignoring(/^(ECONNRESET|UND_ERR_SOCKET)$/),
  },
  unresolvable: {
    that: 'takes an unknown host for a typing error',
    parts: ignoring(/^(ENOTFOUND|EAI_AGAIN)$/),
  },
  garbage: { that: 'takes what is not HTTP for an answer', parts: ignoring(/^HPE_/) },
  'tls-untrusted': {
    that: 'takes a bad certificate for a matter of configuration',
    parts: ignoring(/CERT|SIGNATURE|ALTNAME/),
  },
  'tls-handshake-cut': {
    that: 'counts only what fails after the handshake',
    parts: {
      errorVerdict: (error, options, url) =>
        url.startsWith('https:') && causeOf(error).code === 'ECONNRESET'
          ? 'ignored'
          : rightParts.errorVerdict(error, options, url),
    },
  },
  'redirects-once': {
    that: 'counts each hop',
    parts: { aroundHops: true, send: (url, options) => hop(url, options) },
  },
  'redirect-elsewhere': {
    that: 'blames the host that was asked for what another one answered',
    parts: { answerVerdict: ({ status }) => (status >= 500 ? 'failure' : 'success') },
  },
  'caller-bug': {
    that: 'guards what was never a call',
    parts: {
      guards: (_, { signal }) => !signal?.aborted,
      keyOf: (url) => (URL.canParse(url) ? new URL(url).origin : 'unknown'),
    },
  },
  'upload-error': {
    that: 'blames the upstream for a body that broke off here',
    parts: {
      errorVerdict: (_, { signal }) =>
        signal?.aborted && signal.reason?.name !== 'TimeoutError' ? 'ignored' : 'failure',
    },
  },
  'own-timeout': {
    that: 'takes a timeout without a signal for no call',
    parts: {
      errorVerdict: (error, options, url) =>
        (error as Error).name === 'TimeoutError' && !options.signal
          ? 'ignored'
          : rightParts.errorVerdict(error, options, url),
    },
  },
  'timeout-signal': {
    that: 'takes a timeout for the wish of the caller',
    parts: taking('failure', 'ignored', ({ signal }) => signal?.aborted === true),
  },
  'caller-abort': {
    that: 'counts the abort of a caller as a failure',
    parts: taking('ignored', 'failure', ({ signal }) => signal?.aborted === true),
  },
  'abort-reason': {
    that: 'rejects with an AbortError of its own',
    parts: {
      failure: (error) =>
        error instanceof TypeError ? error : new DOMException('This operation was aborted', 'AbortError'),
    },
  },
  'aborted-before': {
    that: 'asks for a permit before it looks at the signal',
    parts: { guards: (url) => URL.canParse(url) },
  },
  'aborted-probe': {
    that: 'keeps the permit of an aborted call',
    parts: {
      errorVerdict: (error, options, url) =>
        options.signal?.aborted ? undefined : rightParts.errorVerdict(error, options, url),
    },
  },
  'long-signal': {
    that: 'leaves a listener on the signal',
    parts: { afterCall: (_, { signal }) => signal?.addEventListener('abort', () => {}) },
  },
  'open-sends-nothing': {
    that: 'calls although it was refused',
    parts: { admit: (breaker) => breaker.tryAcquire() ?? noPermit },
  },
  'open-error': {
    that: 'turns calls away with an error of its own',
    parts: { refusal: () => new Error('busy') },
  },
  'two-copies': {
    that: 'knows the open error by its class',
    parts: { refusal: (error) => (error instanceof CircuitOpenError ? error : new Error('unknown trouble')) },
  },
  'probe-limit': {
    that: 'asks for the state instead of for a permit',
    parts: {
      admit(breaker) {
        if (breaker.state === 'open') throw breaker.openError();
        return breaker.tryAcquire() ?? noPermit;
      },
    },
  },
  'failed-probe': {
    that: 'does not count the failure of a probe',
    parts: {
      admit(breaker) {
        const permit = breaker.acquire();
        return permit.probe
          ? { ...noPermit, succeed: () => permit.succeed(), fail: () => permit.ignore() }
          : permit;
      },
    },
  },
  'late-result': {
    that: 'asks for the permit when the result is there',
    parts: {
      admit(breaker) {
        breaker.acquire().ignore();
        return {
          probe: false,
          succeed: () => breaker.acquire().succeed(),
          fail: (error) => breaker.acquire().fail(error),
          ignore: () => breaker.acquire().ignore(),
        };
      },
    },
  },
  'keys-isolate': { that: 'has one breaker for all hosts', parts: { keyOf: () => 'all' } },
  'many-keys': {
    that: 'keeps a breaker for every key there ever was',
    parts: { createGroup: (breaker) => createGroup({ max: 1_000_000, configure: () => breaker }) },
  },
  'unread-body': {
    that: 'keeps the permit until somebody reads the body',
    parts: { waitsForBody: () => true },
  },
  'streaming-body': {
    that: 'keeps the permit until the stream has ended',
    parts: { waitsForBody: () => true },
  },
  'same-error': {
    that: 'wraps errors in its own',
    parts: { failure: (cause) => new Error('call failed', { cause }) },
  },
  storm: { that: 'drops the permits of failed calls', parts: { errorVerdict: () => undefined } },
  'throwing-classifier': { that: 'lets a classifier break the call', parts: { safely: (run) => run() } },
  'throwing-key': { that: 'lets a key function break the call', parts: { safely: (run) => run() } },
  'throwing-listener': { that: 'calls listeners in the middle of the call', parts: tellsByItself() },
  'open-leaves-body': {
    that: 'reads the body before it asks',
    parts: {
      prepare: async (options) =>
        options.body === undefined ? options : { ...options, body: await collected(options) },
    },
  },
  'post-body': {
    that: 'sends only bodies that are text',
    parts: {
      send: (url, { body, ...options }) =>
        bareSend(url, typeof body === 'string' ? { ...options, body } : options),
    },
  },
  'dying-body': { that: 'does not look at bodies when told to', parts: { waitsForBody: () => false } },
  'install-twice': { that: 'counts twice where it is installed twice', parts: { installsOnce: false } },
  uninstall: { that: 'cannot be taken off', parts: { canUninstall: false } },
  'client-retry': { that: 'lets the host retry a refusal', parts: { worthRetrying: () => true } },
  'cached-answer': { that: 'asks the breaker before the cache', parts: { aroundCache: true } },
  'no-timers-left': {
    that: 'forgets a timer for each call',
    parts: { afterCall: () => void strayTimers.push(setTimeout(() => {}, 60_000)) },
  },
  'many-refusals': {
    that: 'asks once more before it gives up',
    parts: {
      admit: (breaker) => breaker.tryAcquire() ?? breaker.acquire(),
    },
  },
};

async function hop(url: string, options: CallOptions): ReturnType<Parts['send']> {
  const response = await fetch(url, {
    redirect: 'manual',
    ...(options.signal && { signal: options.signal }),
  });
  const { status } = response;
  const { headers } = response;
  return {
    status,
    url,
    retryAfter: headers.get('retry-after'),
    location: headers.get('location'),
    text: () => response.text(),
  };
}
