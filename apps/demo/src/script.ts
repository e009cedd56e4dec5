/** How upstreams and databases misbehave, as a pure function of time: the same second of the loop always does the same. */

/** How a bad answer is bad: a 503, a reset connection, no answer at all, or, of a database, nobody who listens. */
type Failure = '503' | 'reset' | 'hang' | 'unreachable';

/** What an upstream does with the next request, a database with the next query. */
export interface Behaviour {
  /** Milliseconds until an answer, on average. */
  readonly delayMs: number;
  /** Share of them that go wrong, 0 to 1. */
  readonly badRatio: number;
  readonly bad: Failure;
  /** Sent as `Retry-After` with a 503. */
  readonly retryAfterSeconds?: number;
}

/** A stretch of the script; it lasts until the next one begins. */
export interface Phase extends Behaviour {
  readonly fromSeconds: number;
  /** What happens, for people. */
  readonly says: string;
  /** Where `delayMs` grows to by the end of the phase; without it, it stays. */
  readonly endDelayMs?: number;
}

interface Part {
  /** After so many seconds the part begins again. */
  readonly loopSeconds: number;
  readonly phases: readonly [Phase, ...Phase[]];
}

export type UpstreamName = 'payments' | 'inventory' | 'shipping' | 'fraud' | 'recommendations' | 'prices';
/** A database whose driver acts; a real one has no behaviour, it is there or not: see `postgresRunsAt`. */
export type DatabaseName = 'orders-db';
export type ActorName = UpstreamName | DatabaseName;

const LOOP_SECONDS = 80;

function well(fromSeconds: number, delayMs: number): Phase {
  return { fromSeconds, says: 'is well', delayMs, badRatio: 0.004, bad: '503' };
}

function flawless(fromSeconds: number, delayMs: number): Phase {
  return { ...well(fromSeconds, delayMs), badRatio: 0 };
}

/**
 * One trouble after the other, each for its own reason: 503s with Retry-After, slow growth, resets, hanging. One upstream
 * flaps all the time, so that there is always something to see, and one stays well.
 */
const UPSTREAMS: Readonly<Record<UpstreamName, Part>> = {
  payments: {
    loopSeconds: LOOP_SECONDS,
    phases: [
      well(0, 45),
      {
        fromSeconds: 4,
        says: 'answers 503 with Retry-After',
        delayMs: 12,
        badRatio: 0.95,
        bad: '503',
        retryAfterSeconds: 4,
      },
      well(22, 45),
    ],
  },
  inventory: {
    loopSeconds: LOOP_SECONDS,
    phases: [
      well(0, 40),
      {
        fromSeconds: 18,
        says: 'gets slower and slower',
        delayMs: 40,
        endDelayMs: 700,
        badRatio: 0,
        bad: '503',
      },
      well(42, 40),
    ],
  },
  shipping: {
    loopSeconds: LOOP_SECONDS,
    phases: [
      well(0, 60),
      { fromSeconds: 40, says: 'resets connections', delayMs: 5, badRatio: 1, bad: 'reset' },
      well(54, 60),
    ],
  },
  fraud: {
    loopSeconds: LOOP_SECONDS,
    phases: [
      well(0, 80),
      { fromSeconds: 52, says: 'hangs', delayMs: 80, badRatio: 0.9, bad: 'hang' },
      well(66, 80),
    ],
  },
  recommendations: {
    loopSeconds: 16,
    phases: [
      well(0, 30),
      { fromSeconds: 9, says: 'fails four times of five', delayMs: 20, badRatio: 0.8, bad: '503' },
    ],
  },
  prices: { loopSeconds: LOOP_SECONDS, phases: [flawless(0, 15)] },
};

/** First nobody listens, later it answers, but as if everything waited for one lock. */
const DATABASES: Readonly<Record<DatabaseName, Part>> = {
  'orders-db': {
    loopSeconds: LOOP_SECONDS,
    phases: [
      flawless(0, 6),
      { fromSeconds: 12, says: 'cannot be reached', delayMs: 3, badRatio: 1, bad: 'unreachable' },
      flawless(24, 6),
      { fromSeconds: 58, says: 'takes ages to answer', delayMs: 900, badRatio: 0, bad: 'unreachable' },
      flawless(70, 6),
    ],
  },
};

const SCRIPT: Readonly<Record<ActorName, Part>> = { ...UPSTREAMS, ...DATABASES };

export const UPSTREAM_NAMES: readonly UpstreamName[] = Object.keys(UPSTREAMS) as UpstreamName[];
export const ACTOR_NAMES: readonly ActorName[] = Object.keys(SCRIPT) as ActorName[];

/** Once a loop the real PostgreSQL is killed and, some seconds later, started again. */
const POSTGRES_IS_GONE = { fromSeconds: 30, toSeconds: 44 };

/** Whether the script wants the real PostgreSQL to run, `seconds` after the demo began. */
export function postgresRunsAt(seconds: number): boolean {
  const into = seconds % LOOP_SECONDS;
  return into < POSTGRES_IS_GONE.fromSeconds || into >= POSTGRES_IS_GONE.toSeconds;
}

/** The phase that an actor is in, `seconds` after the demo began. */
export function phaseAt(actor: ActorName, seconds: number): Phase {
  const { loopSeconds, phases } = SCRIPT[actor];
  const into = seconds % loopSeconds;
  return phases.findLast(({ fromSeconds }) => fromSeconds <= into) ?? phases[0];
}

/** What an actor does, `seconds` after the demo began. */
export function behaviourAt(actor: ActorName, seconds: number): Behaviour {
  const { loopSeconds, phases } = SCRIPT[actor];
  const phase = phaseAt(actor, seconds);
  if (phase.endDelayMs === undefined) return phase;
  const end = phases[phases.indexOf(phase) + 1]?.fromSeconds ?? loopSeconds;
  const share = ((seconds % loopSeconds) - phase.fromSeconds) / (end - phase.fromSeconds);
  return { ...phase, delayMs: phase.delayMs + share * (phase.endDelayMs - phase.delayMs) };
}
