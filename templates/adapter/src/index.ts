/** A circuit breaker around __NAME__. */
import { type BreakerOptions, createBreaker, createGroup, type Group } from '@cb/core';
import type { HostClient, HostRequest, HostResponse } from './host.ts';
import { errorVerdict, responseVerdict, retryAfterMs, type Verdict } from './verdict.ts';

export type { HostClient, HostRequest, HostResponse } from './host.ts';
export type { Verdict } from './verdict.ts';

/** Options of `installBreaker`: those of `createBreaker` for every breaker, and these. */
export interface InstallOptions extends Omit<BreakerOptions, 'name' | 'classify'> {
  /** Which breaker guards a call; `null`: none. Throws: reported, and the default is used. @default the origin of the address */
  key?: (request: HostRequest) => string | null;
  /** What a call says about the other side; `undefined`: the default decides. Throws: reported, and the default decides. */
  classify?: (outcome: {
    request: HostRequest;
    response?: HostResponse;
    error?: unknown;
  }) => Verdict | undefined;
  /** Breakers to share with other clients; their own configuration counts. @default a new group of at most 1,000 */
  group?: Group;
}

/** An adapter that is on a client. */
export interface Installation {
  /** One breaker per key. */
  readonly breakers: Group;
  /** Takes it off: later calls are neither counted nor turned away. */
  readonly uninstall: () => void;
}

const noOpinion = (): undefined => undefined;

/** What is on a client already, so that the same breakers do not count a call twice. */
const installed = new WeakMap<HostClient, Installation>();

/**
 * Puts a circuit breaker per origin on a client. Its results and errors stay the very same objects; while a circuit is
 * open, `send` rejects with `CircuitOpenError` (`code: 'ERR_CIRCUIT_OPEN'`): the call did not run.
 *
 * @throws TypeError or RangeError at once, for a wrong option.
 * @example
 * const { breakers } = installBreaker(client, { openWhen: failureRatio(0.5, { minimumCalls: 20 }) });
 */
export function installBreaker(client: HostClient, options: InstallOptions = {}): Installation {
  const { key, classify, group, ...breaker } = options;
  const before = installed.get(client);
  if (before !== undefined && before.breakers === group) return before;
  createBreaker({ name: 'any', ...breaker }); // a wrong option is refused here, not at the first call
  const breakers = group ?? createGroup({ configure: () => breaker });
  const bare = client.send.bind(client);
  let on = true;

  /** What users' functions throw is reported and never reaches the call. */
  function safely<T>(where: string, run: () => T, otherwise: () => T): T {
    try {
      return run();
    } catch (error) {
      try {
        breaker.onError?.(error, where);
      } catch {
        // Nobody is left to tell.
      }
      return otherwise();
    }
  }
  function keyOf(request: HostRequest): string | null {
    const origin = (): string | null => (URL.canParse(request.url) ? new URL(request.url).origin : null);
    return key === undefined ? origin() : safely('key', () => key(request), origin);
  }

  /** The permit is taken as late and settled as early as possible, and inside this one function. */
  client.send = async (request) => {
    const name = on && !request.signal?.aborted ? keyOf(request) : null;
    if (name === null) return await bare(request);
    const permit = breakers.get(name).acquire();
    const settle = (usual: Verdict, outcome: { response?: HostResponse; error?: unknown }): void => {
      const own = classify && safely('classify', () => classify({ request, ...outcome }), noOpinion);
      const verdict = own ?? usual;
      if (verdict === 'success') permit.succeed();
      else if (verdict === 'ignored') permit.ignore();
      else permit.fail(outcome.error, { retryAfterMs: outcome.response && retryAfterMs(outcome.response) });
    };
    let response: HostResponse;
    try {
      response = await bare(request);
    } catch (error) {
      settle(errorVerdict(request), { error });
      throw error;
    }
    settle(responseVerdict(request, response), { response });
    return response;
  };

  const installation: Installation = {
    breakers,
    uninstall() {
      on = false; // `send` stays and passes through: somebody else may have wrapped it meanwhile
      if (installed.get(client) === installation) installed.delete(client);
    },
  };
  installed.set(client, installation);
  return installation;
}
