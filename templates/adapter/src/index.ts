/** A circuit breaker around {{name}}. */
import type { Group } from '@cb/core';
import { createGuard, type GuardOptions, settle } from '@cb/core/kit';
import type { HostClient, HostRequest } from './host.ts';
import { failureOf, keyOf, type Outcome, verdictOf } from './outcome.ts';

export type { Verdict } from '@cb/core/kit';
export type { HostClient, HostRequest, HostResponse } from './host.ts';
export type { Outcome } from './outcome.ts';

/** Options of `installBreaker`: those of `createBreaker` for every breaker, and those of every adapter. */
export type InstallOptions = GuardOptions<[request: HostRequest], Outcome>;

/** An adapter that is on a client. */
export interface Installation {
  /** One breaker per key. */
  readonly breakers: Group;
  /** Takes it off: later calls are neither counted nor turned away. */
  readonly uninstall: () => void;
}

/** What is on a client already, so that the same breakers do not count a call twice. */
const installed = new WeakMap<HostClient, Installation>();

/**
 * Puts a circuit breaker per origin on a client. Its results and errors stay the very same objects.
 *
 * @returns the breakers, and a way to take them off again.
 * @throws TypeError or RangeError at once, for a wrong option.
 * @throws CircuitOpenError from `send`, while a circuit is open: the call did not run. Any other rejection is the client's own.
 * @example
 * const { breakers } = installBreaker(client, { openWhen: failureRatio(0.5, { minimumCalls: 20 }) });
 */
export function installBreaker(client: HostClient, options: InstallOptions = {}): Installation {
  const before = installed.get(client);
  if (before !== undefined && before.breakers === options.group) return before;
  const guard = createGuard<[HostRequest], Outcome>('@cb/adapter-template', options);
  const bare = client.send.bind(client);
  let on = true;

  client.send = async (request) => {
    const breaker = on && !request.signal?.aborted ? guard.breakerFor(keyOf, request) : null;
    if (breaker === null) return await bare(request);

    // Taken as late and settled as early as possible, and inside this one function: no way leads past it.
    const permit = breaker.acquire();
    const end = (outcome: Outcome): void => {
      const failure = guard.safely(
        'outcome',
        () => failureOf(outcome),
        () => ({}),
      );
      settle(permit, guard.judge(outcome, verdictOf), failure);
    };
    try {
      const response = await bare(request);
      end({ request, response });
      return response;
    } catch (error) {
      end({ request, error });
      throw error;
    }
  };

  const installation: Installation = {
    breakers: guard.group,
    uninstall() {
      on = false; // `send` stays and passes through: somebody else may have wrapped it meanwhile
      if (installed.get(client) === installation) installed.delete(client);
    },
  };
  installed.set(client, installation);
  return installation;
}
