// fetch for the suite; without a test runner, since other runtimes use it too.
import type { AdapterUnderTest, CallOptions, CallResult } from '@cb/testing';
import { withBreaker } from '../src/index.ts';

type Fetch = typeof globalThis.fetch;

const isBun = 'bun' in process.versions;
const isDeno = 'deno' in process.versions;

/** A call in fetch's own words. */
async function callBy(fetch: Fetch, url: string, options: CallOptions = {}): Promise<CallResult> {
  const { method, body, signal, leaveBody } = options;
  const init: RequestInit & { duplex?: 'half' } = {};
  if (method !== undefined) init.method = method;
  if (signal !== undefined) init.signal = signal;
  if (body !== undefined) init.body = body as BodyInit;
  if (typeof body === 'object') init.duplex = 'half';
  const response = await fetch(url, init);
  return { status: response.status, body: leaveBody ? '' : await response.text() };
}

/** The adapter around the runtime's own fetch. */
export const fetchAdapter: AdapterUnderTest = {
  make({ breaker, key, classify, onError, watchBody, installTwice }) {
    const options = {
      ...breaker,
      onError,
      ...(key && { key }),
      ...(classify && { classify }),
      ...(watchBody && { body: 'end' as const }),
    };
    const once = withBreaker(fetch, options);
    const guarded = installTwice ? withBreaker(once, { ...options, group: once.breakers }) : once;
    return { call: (url, call) => callBy(guarded, url, call), group: guarded.breakers };
  },
  raw: (url, call) => callBy(fetch, url, call),
  caps: {
    cannot: {
      'own-timeout': 'fetch has no timeout but its signal',
      uninstall: 'it wraps: the bare fetch is still there to call',
      'client-retry': 'fetch does not retry',
      ...(isDeno && { 'same-error': 'Deno writes the port of each connection into its errors' }),
    },
    callerBugs: [
      { url: 'http://' },
      { url: '/echo', body: 'a GET with a body' },
      { url: 'gopher://127.0.0.1/' },
      ...(isBun ? [] : [{ url: '/echo', method: 'NOT A METHOD' }]), // Bun sends it
    ],
  },
};
