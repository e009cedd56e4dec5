// undici for the suite, in any version; without a test runner, since other runtimes use it too.
import type { AdapterUnderTest, CallOptions, CallResult, MakeOptions } from '@cb/testing';
import { type BreakerInterceptor, breakerInterceptor, type DispatchLike } from '../src/index.ts';

interface Body {
  text(): Promise<string>;
  on(event: 'error', listener: () => void): unknown;
}
interface Dispatcher {
  compose(...interceptors: Interceptor[]): Dispatcher;
  destroy(): Promise<void>;
}
type Interceptor = <Dispatch extends DispatchLike>(dispatch: Dispatch) => Dispatch;

/** What the suite needs of undici. The types of versions 6, 7 and 8 have no more in common. */
export interface Undici {
  readonly Agent: new (options: object) => Dispatcher;
  /** Version 8: lets a fetch of version 6 or 7 call a dispatcher of its own. `setGlobalDispatcher` does that by itself. */
  readonly Dispatcher1Wrapper?: new (
    dispatcher: Dispatcher,
  ) => Dispatcher;
  readonly interceptors: {
    redirect(options: { maxRedirections: number }): Interceptor;
    retry(options: object): Interceptor;
  };
  readonly request: (
    url: string,
    options: object,
  ) => Promise<{ readonly statusCode: number; readonly body: Body }>;
  readonly getGlobalDispatcher: () => Dispatcher;
  readonly setGlobalDispatcher: (dispatcher: Dispatcher) => void;
}

/** undici hears of no abort before it has a connection, and would wait ten seconds for one. */
const patience = { connect: { timeout: 2_000 } };

function interceptorFor({ breaker, key, classify, onError, watchBody }: MakeOptions): BreakerInterceptor {
  return breakerInterceptor({
    ...breaker,
    onError,
    ...(key && { key }),
    ...(classify && { classify }),
    ...(watchBody && { body: 'end' as const }),
  });
}

/** The adapter before an agent, called by undici's `request`. */
export function requestAdapter(module: unknown): AdapterUnderTest {
  const { Agent, interceptors, request } = module as Undici;
  // Redirects inside the breaker, retries outside.
  const redirect = interceptors.redirect({ maxRedirections: 10 });

  async function call(dispatcher: Dispatcher, url: string, options: CallOptions = {}): Promise<CallResult> {
    const { method, body, signal, timeoutMs, leaveBody } = options;
    const response = await request(url, {
      dispatcher,
      ...(method !== undefined && { method }),
      ...(body !== undefined && { body }),
      ...(signal && { signal }),
      ...(timeoutMs !== undefined && { headersTimeout: timeoutMs }),
    });
    response.body.on('error', () => {}); // left unread, it dies with the agent
    return { status: response.statusCode, body: leaveBody ? '' : await response.body.text() };
  }

  return {
    make(options) {
      const breaker = interceptorFor(options);
      let dispatcher = new Agent(patience).compose(redirect, breaker);
      if (options.installTwice) dispatcher = dispatcher.compose(breaker);
      if (options.retries !== undefined)
        dispatcher = dispatcher.compose(
          interceptors.retry({ maxRetries: options.retries, minTimeout: 1, retryAfter: false }),
        );
      return {
        group: breaker.breakers,
        call: (url, callOptions) => call(dispatcher, url, callOptions),
        dispose: () => dispatcher.destroy(),
      };
    },
    async raw(url, options) {
      const dispatcher = new Agent(patience).compose(redirect);
      try {
        return await call(dispatcher, url, options);
      } finally {
        await dispatcher.destroy();
      }
    },
    caps: {
      cannot: {
        uninstall: 'compose makes a new dispatcher: the bare one is still there to call',
        'upload-error': 'undici does not tell a stream that failed from one that it destroyed itself',
      },
      callerBugs: [
        { url: 'http://' },
        { url: '/echo', method: 'NOT A METHOD' },
        { url: 'gopher://127.0.0.1/' },
      ],
    },
  };
}

/** The adapter as the global dispatcher, called by the runtime's own `fetch`. */
export function globalFetchAdapter(module: unknown): AdapterUnderTest {
  const { Agent, Dispatcher1Wrapper, getGlobalDispatcher, setGlobalDispatcher } = module as Undici;
  const before = getGlobalDispatcher();

  async function call(url: string, options: CallOptions = {}, dispatcher?: Dispatcher): Promise<CallResult> {
    const { method, body, signal, leaveBody } = options;
    const response = await fetch(url, {
      ...(dispatcher && { dispatcher }),
      ...(method !== undefined && { method }),
      ...(body !== undefined && { body, duplex: 'half' }),
      ...(signal && { signal }),
    } as RequestInit);
    return { status: response.status, body: leaveBody ? '' : await response.text() };
  }

  return {
    make(options) {
      const breaker = interceptorFor(options);
      const agent = new Agent(patience).compose(breaker);
      setGlobalDispatcher(options.installTwice ? agent.compose(breaker) : agent);
      return {
        group: breaker.breakers,
        call: (url, callOptions) => call(url, callOptions),
        async dispose() {
          setGlobalDispatcher(before);
          await agent.destroy();
        },
      };
    },
    async raw(url, options) {
      const dispatcher = new Agent(patience);
      try {
        return await call(url, options, Dispatcher1Wrapper ? new Dispatcher1Wrapper(dispatcher) : dispatcher);
      } finally {
        await dispatcher.destroy();
      }
    },
    caps: {
      cannot: {
        'own-timeout': 'fetch has no timeout but its signal',
        uninstall: 'compose makes a new dispatcher: the bare one is still there to set',
        'client-retry': 'fetch does not retry',
        'redirects-once': 'fetch follows redirects itself: each is a request to its own origin',
        'timeout-signal':
          'before it has a connection, fetch keeps the reason to itself; undici.test.ts has it with one',
        'tls-handshake-cut':
          'a handshake that hangs is no connection yet, and until then fetch keeps the reason to itself',
        'long-signal': 'fetch has begun what is refused below it, and leaves its listener to the collector',
        storm: 'the redirects in it count one by one; undici.test.ts has a storm without',
      },
      callerBugs: [
        { url: 'http://' },
        { url: '/echo', body: 'a GET with a body' },
        { url: 'gopher://127.0.0.1/' },
      ],
    },
  };
}
