/**
 * The state machine, on one page: what each state does with each event. Pure: plain data in, plain data out; it knows no
 * clock, timer, promise or listener. A missing cell means that nothing changes and returns the very same object; a new
 * state without a row does not compile. `docs/state-machine.md` is printed from this table by a test.
 */
import type { BreakerConfig, StayOpen } from './config.ts';
import {
  admit,
  emptyTrial,
  freed,
  holdsLease,
  NOTHING_SHOWN,
  settled,
  type Trial,
  verdictOf,
} from './trial.ts';

export type StateName = 'closed' | 'open' | 'half-open';

interface Closed {
  readonly name: 'closed';
  readonly since: number;
  /** Openings in a row, without a quiet time between: what the backoff grows with. */
  readonly openings: number;
}
export interface Open extends Trial {
  readonly name: 'open';
  readonly since: number;
  readonly openings: number;
  readonly until: number;
}
export interface HalfOpen extends Trial {
  readonly name: 'half-open';
  readonly since: number;
  readonly openings: number;
  /** Drawn when it began, for the opening that its longest time leads to: whoever looks after that knows it, too. */
  readonly random: number;
}
export type MachineState = Closed | Open | HalfOpen;

/** `random` is drawn from 0..1 by the caller, `hintMs` is what the other side asked for (0: nothing). */
interface OpeningFacts {
  readonly now: number;
  readonly random: number;
  readonly hintMs: number;
}
interface ProbeFacts extends OpeningFacts {
  /** -1 for a result that came late, of a call that held no lease of this trial. */
  readonly lease: number;
  readonly slow: boolean;
}
export type MachineEvent =
  | ({ readonly type: 'limit-crossed' } & OpeningFacts)
  | { readonly type: 'told-to-open'; readonly now: number; readonly forMs: number }
  | ({ readonly type: 'call-arrived' } & OpeningFacts)
  | ({ readonly type: 'time-passed' } & OpeningFacts)
  | ({ readonly type: 'probe-succeeded' } & ProbeFacts)
  | ({ readonly type: 'probe-failed' } & ProbeFacts)
  | { readonly type: 'probe-ignored'; readonly lease: number }
  | { readonly type: 'probe-now'; readonly now: number; readonly random: number }
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
      go: (state, event, config) =>
        opened(isQuiet(state, event.now, config) ? 0 : state.openings, event, config),
    },
    'told-to-open': { says: '→ open, for the time that was told', go: openedFor },
    reset: { says: '→ closed, window emptied', go: (_, event) => closed(event.now, 0) },
  },
  open: {
    'call-arrived': {
      says: 'before its time: refused; after: → half-open, admitted as the first probe (with `whileOpen`: admitted, still open; the last probe of a round starts the time again)',
      go: (state, event, config) => {
        if (!isOver(state, event.now, config)) return state;
        if (config.probing.whileOpen) return probedWhileOpen(state, event, config);
        return admit(halfOpened(event, state.openings, config), event.now, config.probing);
      },
    },
    'time-passed': {
      says: 'after its time: → half-open (with `whileOpen`: nothing)',
      go: (state, event, config) =>
        config.probing.whileOpen || !isOver(state, event.now, config)
          ? state
          : halfOpened(event, state.openings, config),
    },
    'probe-succeeded': {
      says: 'with `whileOpen`: counted; enough: → closed',
      go: (state, event, config) => probedOpen(state, event, true, config),
    },
    'probe-failed': {
      says: 'with `whileOpen`: counted; a row of successes is broken; enough in spite of it: → closed',
      go: (state, event, config) => probedOpen(state, event, false, config),
    },
    'probe-now': {
      says: '→ half-open (with `whileOpen`: its time is over)',
      go: (state, event, config) =>
        config.probing.whileOpen
          ? { ...state, until: Number.NEGATIVE_INFINITY }
          : halfOpened(event, state.openings, config),
    },
    reset: { says: '→ closed, window emptied', go: (_, event) => closed(event.now, 0) },
  },
  'half-open': {
    'call-arrived': {
      says: 'expired leases freed; admitted while a probe, a place and a token are left, else refused',
      go: (state, event, config) =>
        admit(freed(begun(state, event.now), event.now), event.now, config.probing),
    },
    'time-passed': {
      says: 'after its longest time: → open since then, or → closed if so configured',
      go: (state, event, config) =>
        isTooLong(state, event.now, config) ? afterTooLong(state, config) : state,
    },
    'probe-succeeded': {
      says: 'counted; enough: → closed',
      go: (state, event, config) => probed(state, event, true, config),
    },
    'probe-failed': {
      says: 'counted; closing out of reach: → open',
      go: (state, event, config) => probed(state, event, false, config),
    },
    'probe-ignored': {
      says: 'place and probe given back',
      go: (state, event) =>
        holdsLease(state, event.lease)
          ? { ...state, leases: state.leases.filter(({ id }) => id !== event.lease) }
          : state,
    },
    reset: { says: '→ closed, window emptied', go: (_, event) => closed(event.now, 0) },
  },
};

/** One step. The same object comes back where nothing changes. */
export function step(state: MachineState, event: MachineEvent, config: BreakerConfig): MachineState {
  const cell = TABLE[state.name][event.type] as Cell<StateName, EventName> | undefined;
  return cell === undefined ? state : cell.go(state, event, config);
}

/** The state for whoever looks: what the next call would find, before any call has made it so. */
export function stateAt(state: MachineState, now: number, config: BreakerConfig): StateName {
  if (state.name === 'open' && !config.probing.whileOpen && isOver(state, now, config)) return 'half-open';
  return state.name;
}

/** When time alone ends the state; Infinity where it does not. */
export function turnsAt(state: MachineState, { probing }: BreakerConfig): number {
  if (state.name === 'open' && !probing.whileOpen) return state.until;
  const { maxMs = Number.POSITIVE_INFINITY } = probing;
  return state.name === 'half-open' && state.nextLease > 0 ? state.since + maxMs : Number.POSITIVE_INFINITY;
}

/** The lease that a call was given which arrived between these two; -1 where it was turned away. */
export function leaseGiven(before: MachineState, after: MachineState): number {
  if (after.name === 'closed') return -1;
  const taken = before.name === after.name ? (before as Open | HalfOpen).nextLease : 0;
  return after.nextLease === taken ? -1 : after.nextLease - 1;
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

function isQuiet(state: Closed, now: number, config: BreakerConfig): boolean {
  return now - state.since >= quietMs(config.stayOpen);
}

/** Closed for so long, the open time no longer grows with the openings before. */
export function quietMs(stayOpen: StayOpen): number {
  return stayOpen.quietMs ?? stayOpen.maxMs;
}

/** Whether the open time is over. */
export function isOver(state: Open, now: number, config: BreakerConfig): boolean {
  return config.stayOpen.endsAfter ? now > state.until : now >= state.until;
}

/** Time to stay open for the n-th opening in a row (1, 2, …). A hint may make it longer, up to its cap. */
function openMs(stayOpen: StayOpen, opening: number, random: number, hintMs: number): number {
  const grown = Math.min(stayOpen.firstMs * stayOpen.factor ** (opening - 1), stayOpen.maxMs);
  const spread = grown * (1 + stayOpen.jitterRatio * (2 * random - 1));
  return Math.max(spread, Math.min(hintMs, stayOpen.hintMaxMs));
}

function opened(openings: number, event: OpeningFacts, config: BreakerConfig): Open {
  const opening = openings + 1;
  const until = event.now + openMs(config.stayOpen, opening, event.random, event.hintMs);
  return {
    name: 'open',
    since: event.now,
    openings: opening,
    until,
    ...emptyTrial(event.now, config.probing),
  };
}

function openedFor(
  state: Closed,
  event: { readonly now: number; readonly forMs: number },
  config: BreakerConfig,
): Open {
  const openings = isQuiet(state, event.now, config) ? 0 : state.openings;
  const until = event.now + event.forMs;
  return { name: 'open', since: event.now, openings, until, ...emptyTrial(event.now, config.probing) };
}

function halfOpened(
  { now, random }: { readonly now: number; readonly random: number },
  openings: number,
  config: BreakerConfig,
): HalfOpen {
  return { name: 'half-open', since: now, openings, random, ...emptyTrial(now, config.probing) };
}

function probedOpen(state: Open, event: ProbeFacts, passed: boolean, config: BreakerConfig): MachineState {
  if (!config.probing.whileOpen) return state;
  const next = settled(state, event.lease, passed, event.slow);
  return verdictOf(next, config) === 'close' ? closed(event.now, state.openings) : next;
}

/** Another probe of an open circuit; with the last one of a round the open time begins again. */
function probedWhileOpen(state: Open, event: OpeningFacts, config: BreakerConfig): Open {
  const nextLease = state.nextLease + 1;
  if (nextLease % config.probing.probes !== 0) return { ...state, nextLease };
  const until = event.now + openMs(config.stayOpen, Math.max(1, state.openings), event.random, 0);
  return { ...state, nextLease, until };
}

function probed(state: HalfOpen, event: ProbeFacts, passed: boolean, config: BreakerConfig): MachineState {
  if (event.lease !== -1 && !holdsLease(state, event.lease)) return state;
  const next = settled(state, event.lease, passed, event.slow);
  const verdict = verdictOf(next, config);
  if (verdict === 'close') return closed(event.now, state.openings);
  return verdict === 'open' ? opened(state.openings, event, config) : next;
}

export function isTooLong(state: HalfOpen, now: number, config: BreakerConfig): boolean {
  return now >= turnsAt(state, config);
}

/** The longest time begins with the first probe: who only looked, or was told that the open time is over, has tried nothing. */
function begun(state: HalfOpen, now: number): HalfOpen {
  return state.nextLease === 0 ? { ...state, since: now } : state;
}

/**
 * Under another configuration. What the probes have shown may decide by its rules already, and no further one would be let
 * through to make it so: then the count of them begins again.
 */
export function underRulesOf(config: BreakerConfig, state: MachineState): MachineState {
  if (state.name === 'closed') return state;
  const verdict = verdictOf(state, config);
  if (verdict === 'wait' || (state.name === 'open' && verdict === 'open')) return state;
  return { ...state, ...NOTHING_SHOWN };
}

/** As a timer would have done it: at the end of the longest time, however late somebody notices. */
function afterTooLong(state: HalfOpen, config: BreakerConfig): MachineState {
  const now = state.since + (config.probing.maxMs as number);
  return config.probing.afterMaxMs === 'closed'
    ? closed(now, state.openings)
    : opened(state.openings, { now, random: state.random, hintMs: 0 }, config);
}
