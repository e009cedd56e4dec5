/**
 * The state machine, on one page: what each state does with each event. Pure: plain data in, plain data out; it knows no
 * clock, timer, promise or listener. A missing cell means that nothing changes and returns the very same object; a new
 * state without a row does not compile. `docs/state-machine.md` is printed from this table by a test.
 */
import type { BreakerConfig, StayOpen } from './config.ts';

export type StateName = 'closed' | 'open' | 'half-open';

/** A probe's place: held until the probe settles or `until` passes. */
interface Lease {
  readonly id: number;
  readonly until: number;
}

interface Closed {
  readonly name: 'closed';
  readonly since: number;
  /** Openings in a row, without a quiet time between: what the backoff grows with. */
  readonly openings: number;
}
interface Open {
  readonly name: 'open';
  readonly since: number;
  readonly openings: number;
  readonly until: number;
}
export interface HalfOpen {
  readonly name: 'half-open';
  readonly since: number;
  readonly openings: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly leases: readonly Lease[];
  /** Id of the next lease; grows when, and only when, a probe is admitted. */
  readonly nextLease: number;
}
export type MachineState = Closed | Open | HalfOpen;

/** `random` is drawn from 0..1 by the caller, `hintMs` is what the other side asked for (0: nothing). */
interface OpeningFacts {
  readonly now: number;
  readonly random: number;
  readonly hintMs: number;
}
export type MachineEvent =
  | ({ readonly type: 'limit-crossed' } & OpeningFacts)
  | { readonly type: 'call-arrived'; readonly now: number }
  | { readonly type: 'time-passed'; readonly now: number }
  | { readonly type: 'probe-succeeded'; readonly now: number; readonly lease: number }
  | ({ readonly type: 'probe-failed'; readonly lease: number } & OpeningFacts)
  | { readonly type: 'probe-ignored'; readonly lease: number }
  | { readonly type: 'probe-now'; readonly now: number }
  | { readonly type: 'reset'; readonly now: number };

type EventName = MachineEvent['type'];
interface Cell<S extends StateName, E extends EventName> {
  /** The rule in words, for the printed grid. */
  readonly says: string;
  readonly go: (
    state: Extract<MachineState, { name: S }>,
    event: Extract<MachineEvent, { type: E }>,
    config: BreakerConfig,
  ) => MachineState;
}
type Table = { readonly [S in StateName]: { readonly [E in EventName]?: Cell<S, E> } };

export const TABLE: Table = {
  closed: {
    'limit-crossed': {
      says: '→ open',
      go: (state, event, config) => {
        const quiet = event.now - state.since >= config.stayOpen.maxMs;
        return opened(quiet ? 0 : state.openings, event, config);
      },
    },
    reset: { says: '→ closed, window emptied', go: (_, event) => closed(event.now, 0) },
  },
  open: {
    'call-arrived': {
      says: 'before its time: refused; after: → half-open, admitted as the first probe',
      go: (state, event, config) =>
        event.now < state.until ? state : admit(halfOpened(event.now, state.openings), event.now, config),
    },
    'time-passed': {
      says: 'after its time: → half-open',
      go: (state, event) => (event.now < state.until ? state : halfOpened(event.now, state.openings)),
    },
    'probe-now': { says: '→ half-open', go: (state, event) => halfOpened(event.now, state.openings) },
    reset: { says: '→ closed, window emptied', go: (_, event) => closed(event.now, 0) },
  },
  'half-open': {
    'call-arrived': {
      says: 'expired leases freed; admitted while a probe and a place are left, else refused',
      go: (state, event, config) => admit(withoutExpired(state, event.now), event.now, config),
    },
    'probe-succeeded': {
      says: 'counted; enough: → closed',
      go: (state, event, config) => {
        if (!holdsLease(state, event.lease)) return state;
        const succeeded = state.succeeded + 1;
        if (succeeded >= successesNeeded(config)) return closed(event.now, state.openings);
        return { ...state, succeeded, leases: without(state, event.lease) };
      },
    },
    'probe-failed': {
      says: 'counted; closing out of reach: → open',
      go: (state, event, config) => {
        if (!holdsLease(state, event.lease)) return state;
        const failed = state.failed + 1;
        if (failed > config.probing.probes - successesNeeded(config))
          return opened(state.openings, event, config);
        return { ...state, failed, leases: without(state, event.lease) };
      },
    },
    'probe-ignored': {
      says: 'place and probe given back',
      go: (state, event) =>
        holdsLease(state, event.lease) ? { ...state, leases: without(state, event.lease) } : state,
    },
    reset: { says: '→ closed, window emptied', go: (_, event) => closed(event.now, 0) },
  },
};

/** One step. The same object comes back where nothing changes. */
export function step(state: MachineState, event: MachineEvent, config: BreakerConfig): MachineState {
  const cell = TABLE[state.name][event.type] as Cell<StateName, EventName> | undefined;
  return cell === undefined ? state : cell.go(state, event, config);
}

function closed(now: number, openings: number): MachineState {
  return { name: 'closed', since: now, openings };
}

/** A machine at the beginning: closed and quiet for as long as anybody can tell. */
export const BEGINNING: MachineState = Object.freeze({
  name: 'closed',
  since: Number.NEGATIVE_INFINITY,
  openings: 0,
});

/** Time to stay open for the n-th opening in a row (1, 2, …). A hint may make it longer, up to its cap. */
function openMs(stayOpen: StayOpen, opening: number, random: number, hintMs: number): number {
  const grown = Math.min(stayOpen.firstMs * stayOpen.factor ** (opening - 1), stayOpen.maxMs);
  const spread = grown * (1 + stayOpen.jitterRatio * (2 * random - 1));
  return Math.max(spread, Math.min(hintMs, stayOpen.hintMaxMs));
}

/** Smallest number of successes whose share of all probes reaches the close rule's ratio. */
export function successesNeeded(config: BreakerConfig): number {
  const { probes, closeWhen } = config.probing;
  let needed = 1;
  while (needed / probes < closeWhen.ratio) needed++;
  return needed;
}

function opened(openings: number, event: OpeningFacts, config: BreakerConfig): MachineState {
  const opening = openings + 1;
  const until = event.now + openMs(config.stayOpen, opening, event.random, event.hintMs);
  return { name: 'open', since: event.now, openings: opening, until };
}

function halfOpened(now: number, openings: number): HalfOpen {
  return { name: 'half-open', since: now, openings, succeeded: 0, failed: 0, leases: [], nextLease: 0 };
}

function admit(state: HalfOpen, now: number, config: BreakerConfig): HalfOpen {
  const { probes, atOnce, leaseMs } = config.probing;
  const { leases, succeeded, failed, nextLease } = state;
  if (succeeded + failed + leases.length >= probes || leases.length >= atOnce) return state;
  return { ...state, leases: [...leases, { id: nextLease, until: now + leaseMs }], nextLease: nextLease + 1 };
}

function withoutExpired(state: HalfOpen, now: number): HalfOpen {
  const leases = state.leases.filter((lease) => now < lease.until);
  return leases.length === state.leases.length ? state : { ...state, leases };
}

/** False for a probe whose lease ran out: its result is stale. */
export function holdsLease(state: MachineState, lease: number): boolean {
  return state.name === 'half-open' && state.leases.some(({ id }) => id === lease);
}

function without(state: HalfOpen, lease: number): readonly Lease[] {
  return state.leases.filter(({ id }) => id !== lease);
}
