/** An HTTP client that gives up in time, tries again where that is safe, and leaves a service alone that is down. */
import type { Group } from '@cb/core';
import { type OriginBreakerOptions, withBreaker } from '@cb/fetch';
import {
  hedge,
  isRetryableRequest,
  isRetryableResponse,
  type Pipeline,
  pipeline,
  retry,
  retryBudget,
  timeout,
} from '@cb/policies';

export interface ResilientClientOptions {
  /** Of the one service that is called: its breaker and all policies go by it. @default a breaker per origin */
  name?: string;
  /** Each attempt may take so long, its body included: milliseconds. @default 2_000 */
  timeoutMs?: number;
  /** In total, the first one included. @default 3 */
  attempts?: number;
  /** A second attempt starts beside one that has no answer after so long: milliseconds. @default none does */
  hedgeAfterMs?: number;
  /** How each origin is guarded. @default core's defaults */
  breaker?: OriginBreakerOptions;
}

export interface ResilientClient {
  /** Like fetch, with a body that has been read. Another status than 2xx is an answer, not an error. */
  request(url: string, init?: RequestInit): Promise<Response>;
  /** @throws HttpError for another status than 2xx. */
  json<T>(url: string, init?: RequestInit): Promise<T>;
  /** For the dashboard and for `healthOf`. */
  readonly breakers: Group;
  /** What is around them, for the dashboard. */
  readonly pipeline: Pipeline;
}

export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;

  constructor(status: number, url: string) {
    super(`${status} from ${new URL(url).origin}`); // a path or a query may hold what does not belong into a log
    this.status = status;
  }
}

/**
 * Retry around hedge around timeout around breaker: each attempt has its own time and counts by itself, and no attempt is
 * made while the circuit is open. Retries and hedges have a budget each, so that an outage does not triple the load.
 *
 * @example
 * const client = createResilientClient({ timeoutMs: 1_000 });
 * const user = await client.json<User>('https://users.example/42');
 */
export function createResilientClient(options: ResilientClientOptions = {}): ResilientClient {
  const { name, timeoutMs = 2_000, attempts = 3, hedgeAfterMs, breaker = {} } = options;
  const guarded = withBreaker(fetch, { ...breaker, body: 'end', ...(name && { key: () => name }) });
  const policy = pipeline(
    // Whoever is told to wait longer than a second, by a Retry-After or by an open circuit, gives up at once.
    retry({ name, attempts, maxDelayMs: 1_000, budget: retryBudget(), retryResultIf: isRetryableResponse }),
    ...(hedgeAfterMs ? [hedge({ name, afterMs: hedgeAfterMs, budget: retryBudget({ ratio: 0.1 }) })] : []),
    timeout(timeoutMs, { name }),
  );

  async function request(url: string, init: RequestInit = {}): Promise<Response> {
    return policy.execute(
      async ({ signal }) => {
        const response = await guarded(url, { ...init, signal: signal ?? null });
        // Read within the attempt's time: a body that stalls is an attempt that failed.
        return new Response(await bodyOf(response), response);
      },
      { signal: init.signal ?? undefined, idempotent: isRetryableRequest(init) },
    );
  }

  return {
    request,
    async json<T>(url: string, init?: RequestInit): Promise<T> {
      const response = await request(url, init);
      if (!response.ok) throw new HttpError(response.status, url);
      return (await response.json()) as T;
    },
    breakers: guarded.breakers,
    pipeline: policy,
  };
}

/** These statuses must not have a body, not even an empty one. */
async function bodyOf(response: Response): Promise<ArrayBuffer | null> {
  return [204, 205, 304].includes(response.status) ? null : await response.arrayBuffer();
}
