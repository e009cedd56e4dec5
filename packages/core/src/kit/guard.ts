import { createBreaker } from '../breaker.ts';
import { createGroup, type Group } from '../group.ts';
import type { Breaker, BreakerOptions, Permit } from '../types.ts';
import { createSafely, type Safely } from './safely.ts';
import { isVerdict, type Verdict } from './verdict.ts';

/** How one breaker is configured; its name is its key. */
export type KeyBreakerOptions = Omit<BreakerOptions, 'name' | 'classify'>;

/** What the options of every adapter have in common. `Call` is what its host's call is given, `Outcome` how one ended. */
export interface GuardOptions<Call extends readonly unknown[], Outcome> extends KeyBreakerOptions {
  /**
   * Options for one key, on top of the common ones. Called once per breaker, when its first call comes.
   * Where it throws or gives a wrong option, the error goes to `onError` and that breaker has core's defaults.
   *
   * @example configure: (key) => key === 'https://slow.example' ? { stayOpen: fixed(60_000) } : {}
   */
  configure?: (key: string) => KeyBreakerOptions;
  /**
   * Which breaker guards a call; `null` or `undefined`: none. Keep the number of keys small: a tenant or a host, never a
   * whole address or a statement. Where it throws, the error goes to `onError` and the adapter's own key is used.
   */
  key?: (...call: Call) => string | null | undefined;
  /**
   * What a call says about the other side. `undefined` leaves it to the adapter. Must answer at once.
   * Where it throws, the error goes to `onError` and the adapter's own verdict counts.
   */
  classify?: (outcome: Outcome) => Verdict | undefined;
  /**
   * Breakers to share with other clients. Its own configuration counts; breaker options given here do not.
   *
   * @default a new group of at most `maxBreakers`
   */
  group?: Group;
  /**
   * How many breakers are kept. When there are more keys, idle closed ones are forgotten first. 1 or more.
   *
   * @default 1_000
   */
  maxBreakers?: number;
  /**
   * Where errors of your own callbacks (`key`, `classify`, `configure`, listeners) go. They never reach the caller.
   *
   * @default printed once per place
   */
  onError?: (error: unknown, where: string) => void;
}

/** What an adapter knows of a failure. */
export interface Failure {
  readonly error?: unknown;
  /** What the other side asked for, in milliseconds. */
  readonly retryAfterMs?: number | undefined;
}

/** The part of an adapter that is the same for every host. */
export interface Guard<Call extends readonly unknown[], Outcome> {
  /** One breaker per key. */
  readonly group: Group;
  readonly safely: Safely;
  /** The breaker for a call: by the user's key, or by the adapter's own. `null`: nothing to guard. */
  breakerFor(usual: (...call: Call) => string | null, ...call: Call): Breaker | null;
  /** What a call says: by the user's classifier, or as usual. `'ignored'` where even that throws on a foreign object. */
  judge(outcome: Outcome, usual: (outcome: Outcome) => Verdict): Verdict;
}

const noOpinion = (): undefined => undefined;
const ignored = (): Verdict => 'ignored';

/**
 * Splits an adapter's options into what is common to all adapters and runs that part: key to breaker, bounded; users'
 * functions that cannot break a call; wrong options refused at once.
 *
 * @param who the adapter's name, for what is printed where nobody listens to `onError`.
 * @throws TypeError or RangeError for a wrong breaker option.
 * @example
 * const guard = createGuard<[request: Request], Outcome>('@cb/got', options);
 * const breaker = guard.breakerFor((request) => originOf(request.url), request);
 * const permit = breaker?.acquire();
 * // … the call …
 * if (permit) settle(permit, guard.judge({ request, response }, ({ response }) => statusVerdict(response.status)));
 */
export function createGuard<Call extends readonly unknown[], Outcome>(
  who: string,
  options: GuardOptions<Call, Outcome>,
): Guard<Call, Outcome> {
  const { key, classify, configure, group: given, maxBreakers, ...breaker } = options;
  const safely = createSafely(who, breaker.onError);
  const group = given ?? createGroupOf(breaker, configure, maxBreakers);
  return {
    group,
    safely,
    breakerFor(usual, ...call) {
      const own = (): string | null =>
        safely(
          'address',
          () => usual(...call),
          () => null,
        );
      const name = key === undefined ? own() : safely('key', () => key(...call), own);
      return typeof name === 'string' ? group.get(name) : null;
    },
    judge(outcome, usual) {
      const own = classify && safely('classify', () => classify(outcome), noOpinion);
      return isVerdict(own) ? own : safely('outcome', () => usual(outcome), ignored);
    },
  };
}

function createGroupOf(
  breaker: KeyBreakerOptions,
  configure: ((key: string) => KeyBreakerOptions) | undefined,
  max = 1_000,
): Group {
  createBreaker({ name: 'any', ...breaker }); // a wrong option is refused here, not at the first call
  return createGroup({
    max,
    configure: (key) => ({ ...breaker, ...configure?.(key) }),
    ...(breaker.onError && { onError: breaker.onError }),
  });
}

/** Gives a permit back with a verdict. */
export function settle(permit: Permit, verdict: Verdict, failure: Failure = {}): void {
  if (verdict === 'success') permit.succeed();
  else if (verdict === 'failure') permit.fail(failure.error, failure);
  else permit.ignore();
}
