import type { ControlOp, ControlResult, Role } from '@cb/protocol';
import { count } from './format.ts';

/** What can be asked of a breaker, in words for buttons, dialogs and the audit log. */
export interface OpWords {
  /** As an order: "Isolate". */
  act: string;
  /** As it is told afterwards: "Isolated". */
  done: string;
  role: Role;
  /** May end by itself. */
  expires: boolean;
  /** Decides over every call: for all instances at once it takes a second, deliberate step. */
  dangerous: boolean;
}

const OPS: Record<ControlOp, OpWords> = {
  probe: {
    act: 'Probe now',
    done: 'Asked for a probe',
    role: 'operator',
    expires: false,
    dangerous: false,
  },
  reset: { act: 'Reset', done: 'Reset', role: 'operator', expires: false, dangerous: false },
  isolate: { act: 'Isolate', done: 'Isolated', role: 'operator', expires: true, dangerous: true },
  'force-closed': {
    act: 'Force closed',
    done: 'Forced closed',
    role: 'operator',
    expires: true,
    dangerous: true,
  },
  observe: { act: 'Observe', done: 'Set to observing', role: 'operator', expires: true, dangerous: false },
  release: { act: 'Release', done: 'Released', role: 'operator', expires: false, dangerous: false },
  configure: {
    act: 'Change settings',
    done: 'Changed settings',
    role: 'admin',
    expires: false,
    dangerous: false,
  },
};

/** An operation that this page does not know (a newer server's audit log) goes by its own name. */
export function opWords(op: ControlOp): OpWords {
  return (
    (Object.hasOwn(OPS, op) ? OPS[op] : undefined) ?? {
      act: op,
      done: op,
      role: 'admin',
      expires: false,
      dangerous: false,
    }
  );
}

export function instancesOf(n: number, service: string): string {
  return `${count(n)} ${n === 1 ? 'instance' : 'instances'} of ${service}`;
}

/** What will happen, exactly, before it is asked for. */
export function willDo(op: ControlOp, n: number, service: string, forMs: number | undefined): string {
  const who = `${instancesOf(n, service)} will`;
  const long = forMs === undefined ? 'until somebody releases it' : `for ${spelled(forMs)}`;
  switch (op) {
    case 'isolate':
      return `${who} turn every call away ${long}. The computed state stays visible.`;
    case 'force-closed':
      return `${who} let every call through ${long}, however many fail. The computed state stays visible.`;
    case 'observe':
      return `${who} let every call through ${long} and only count what would have been turned away. The computed state stays visible.`;
    case 'release':
      return `${who} decide by what they compute again, from the next call on.`;
    case 'reset':
      return `${who} be closed, with an empty window: what led to the present state is forgotten. A forced mode stays.`;
    case 'probe':
      return `${who} let the next call through as a probe where the circuit is open. Where it is not, nothing changes.`;
    default:
      return `${who} work with these settings from the next call on, until they are changed again or the process restarts.`;
  }
}

/** What ends it, and what is so then. `at` is the moment as the reader's clock shows it. */
export function endWords(forMs: number | undefined, at: string): string {
  return forMs === undefined
    ? 'Nothing ends it: it stays until somebody releases it or the process restarts.'
    : `It ends by itself at ${at}; the breaker decides again from then on.`;
}

/** 15 minutes, 1 hour, 90 seconds: as a sentence says it. */
export function spelled(ms: number): string {
  for (const [unit, size] of [
    ['day', 86_400_000],
    ['hour', 3_600_000],
    ['minute', 60_000],
  ] as const) {
    if (ms >= size && ms % size === 0) return plural(ms / size, unit);
  }
  return ms % 1000 === 0 ? plural(ms / 1000, 'second') : plural(ms, 'millisecond');
}

function plural(n: number, word: string): string {
  return `${count(n)} ${word}${n === 1 ? '' : 's'}`;
}

/** What became of an act on one instance. */
export function resultWords({ ok, error }: Pick<ControlResult, 'ok' | 'error'>): string {
  if (ok) return 'Done';
  switch (error) {
    case 'changed':
      return 'Not done: somebody changed it meanwhile';
    case 'refused':
      return 'Refused by the service';
    case 'gone':
      return 'Not done: the breaker is gone';
    case 'invalid':
      return 'Not done: these settings cannot work';
    case 'unreachable':
      return 'Not done: no connection to it';
    case 'timeout':
      return 'No answer: it may have been done';
    case 'unsupported':
      return 'Not done: it takes no commands';
    default:
      return 'Failed in the service';
  }
}
