import type { Group } from '@cb/core';
import { createGuard, settle, type Verdict } from '@cb/core/kit';
import { errorVerdict } from './errors.ts';
import type { PrismaBreakerOptions, PrismaCall, PrismaOutcome } from './options.ts';

/** Runs calls under the breakers of one extension or middleware. */
export interface CallGuard {
  readonly breakers: Group;
  /**
   * Runs a call if its circuit lets it. A call without a key runs as it is.
   *
   * @param ownCode whether code of the user ran inside the call, asked when the call has failed: what that code throws may be
   * about anything.
   * @throws CircuitOpenError: the call did not run. Any other error is the call's own.
   */
  readonly run: <T>(
    call: PrismaCall,
    work: (guarded: boolean) => PromiseLike<T>,
    ownCode?: () => boolean,
  ) => Promise<T>;
}

/**
 * Makes the part that the extension and the middleware share.
 *
 * @throws TypeError or RangeError for a wrong option.
 */
export function createCallGuard(options: PrismaBreakerOptions): CallGuard {
  const { name = 'prisma', ...common } = options;
  if (typeof name !== 'string' || name === '' || name.length > 200)
    throw new TypeError(`name must be a text of 1 to 200 characters, got ${JSON.stringify(name)}`);
  const guard = createGuard<[call: PrismaCall], PrismaOutcome>('@cb/prisma', common);
  const wholeClient = (): string => name;
  const answered = (): Verdict => 'success';
  return {
    breakers: guard.group,
    async run(call, work, ownCode = () => false) {
      const breaker = guard.breakerFor(wholeClient, call);
      if (breaker === null) return await work(false);
      const permit = breaker.acquire();
      try {
        const result = await work(true);
        settle(permit, guard.judge({ ...call, result }, answered));
        return result;
      } catch (error) {
        const verdict = guard.judge({ ...call, error }, () => errorVerdict(error, ownCode()));
        settle(permit, verdict, { error });
        throw error;
      }
    },
  };
}
