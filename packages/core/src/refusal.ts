import type { RefusalReason } from './errors.ts';
import type { StateName } from './machine.ts';

/** Why a call is turned away in each state. */
export const REASONS: Readonly<Record<StateName, RefusalReason>> = {
  closed: 'ramping',
  open: 'open',
  'half-open': 'probing',
};

export const SOON: Promise<void> = Promise.resolve();

/**
 * A refusal is rejected one microtask later: by then the caller awaits it, and the host's unhandled-rejection hooks rest.
 * The first promise has the second for a handler before it is rejected, and hands its reason on by itself. Rejected, not
 * thrown: unwinding the stack would double the cost.
 */
export function rejectSoon(reason: unknown): Promise<never> {
  let reject: (reason: unknown) => void = () => {};
  const first = new Promise<never>((_, reject_) => {
    reject = reject_;
  });
  const refused = first.then(undefined);
  reject(reason);
  return refused;
}
