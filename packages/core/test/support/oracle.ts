/**
 * The breaker once more, as a textbook would write it: immutable, slow, recounting everything from a log of results. It
 * shares no code with the real one; the model runs hold the two against each other.
 */
export interface OracleConfig {
  window: { kind: 'last-calls'; calls: number } | { kind: 'last-ms'; ms: number; buckets: number };
  failureRatio?: { ratio: number; minimumCalls: number };
  consecutive?: number;
  firstMs: number;
  factor: number;
  maxMs: number;
  probes: number;
  atOnce: number;
  closeRatio: number;
  leaseMs: number;
}
interface Result {
  at: number;
  failed: boolean;
}
export interface Oracle {
  name: 'closed' | 'open' | 'half-open';
  generation: number;
  since: number;
  openings: number;
  until: number;
  results: readonly Result[];
  inARow: number;
  leases: readonly { id: number; until: number }[];
  ids: number;
  succeeded: number;
  failed: number;
  mode: 'auto' | 'forced-open' | 'forced-closed' | 'observing';
}
export interface Ticket {
  generation: number;
  lease: number | null;
}

export function oracle(now: number): Oracle {
  return {
    name: 'closed',
    generation: 1,
    since: Number.NEGATIVE_INFINITY,
    openings: 0,
    until: 0,
    results: [],
    inARow: 0,
    leases: [],
    ids: 0,
    succeeded: 0,
    failed: 0,
    mode: 'auto',
    ...{ anchor: now },
  };
}

const anchorOf = (o: Oracle): number => (o as Oracle & { anchor: number }).anchor;

export function windowOf(o: Oracle, c: OracleConfig, now: number): readonly Result[] {
  if (c.window.kind === 'last-calls') return o.results.slice(-c.window.calls);
  const width = c.window.ms / c.window.buckets;
  const bucket = (at: number): number => Math.floor((at - anchorOf(o)) / width);
  const { buckets } = c.window;
  return o.results.filter(({ at }) => bucket(at) > bucket(now) - buckets);
}

function close(o: Oracle, now: number, openings: number): Oracle {
  const fresh = {
    ...oracle(now),
    generation: o.generation + 1,
    since: now,
    openings,
    mode: o.mode,
    ids: o.ids,
  };
  return fresh;
}

function open(o: Oracle, c: OracleConfig, now: number, openings: number): Oracle {
  const stay = Math.min(c.firstMs * c.factor ** openings, c.maxMs);
  return {
    ...o,
    name: 'open',
    generation: o.generation + 1,
    since: now,
    openings: openings + 1,
    until: now + stay,
  };
}

function halfOpen(o: Oracle, now: number): Oracle {
  const generation = o.generation + 1;
  return { ...o, name: 'half-open', generation, since: now, leases: [], succeeded: 0, failed: 0 };
}

/** A call arrives: the next oracle, and the ticket if it may run. */
export function arrive(o: Oracle, c: OracleConfig, now: number): [Oracle, Ticket | null] {
  if (o.mode === 'forced-open') return [o, null];
  if (o.name === 'closed') return [o, { generation: o.generation, lease: null }];
  const [next, ticket] = tryProbe(o, c, now);
  if (ticket !== null) return [next, ticket];
  return o.mode === 'auto' ? [next, null] : [next, { generation: next.generation, lease: null }];
}

function tryProbe(o: Oracle, c: OracleConfig, now: number): [Oracle, Ticket | null] {
  if (o.name === 'open' && now < o.until) return [o, null];
  const half = o.name === 'open' ? halfOpen(o, now) : o;
  const leases = half.leases.filter((lease) => lease.until > now);
  const used = half.succeeded + half.failed + leases.length;
  if (used >= c.probes || leases.length >= c.atOnce) return [{ ...half, leases }, null];
  const id = half.ids + 1;
  const admitted = { ...half, ids: id, leases: [...leases, { id, until: now + c.leaseMs }] };
  return [admitted, { generation: half.generation, lease: id }];
}

export function settle(
  o: Oracle,
  c: OracleConfig,
  now: number,
  ticket: Ticket,
  verdict: 'success' | 'failure' | 'ignored',
): [Oracle, 'recorded' | 'stale'] {
  const current = ticket.generation === o.generation;
  if (!current) return [o, 'stale'];
  if (ticket.lease === null) {
    if (o.name !== 'closed' || verdict === 'ignored') return [o, 'recorded'];
    return [record(o, c, now, verdict === 'failure'), 'recorded'];
  }
  if (!o.leases.some(({ id }) => id === ticket.lease)) return [o, 'stale'];
  const rest = { ...o, leases: o.leases.filter(({ id }) => id !== ticket.lease) };
  if (verdict === 'ignored') return [rest, 'recorded'];
  const succeeded = rest.succeeded + (verdict === 'success' ? 1 : 0);
  const failed = rest.failed + (verdict === 'failure' ? 1 : 0);
  if (succeeded / c.probes >= c.closeRatio) return [close(o, now, o.openings), 'recorded'];
  if ((c.probes - failed) / c.probes < c.closeRatio) return [open(o, c, now, o.openings), 'recorded'];
  return [{ ...rest, succeeded, failed }, 'recorded'];
}

function record(o: Oracle, c: OracleConfig, now: number, failed: boolean): Oracle {
  const next = { ...o, results: [...o.results, { at: now, failed }], inARow: failed ? o.inARow + 1 : 0 };
  const seen = windowOf(next, c, now);
  const failures = seen.filter((result) => result.failed).length;
  const ratio = c.failureRatio;
  const byRatio =
    ratio !== undefined && seen.length >= ratio.minimumCalls && failures / seen.length >= ratio.ratio;
  const byRow = c.consecutive !== undefined && next.inARow >= c.consecutive;
  if (!byRatio && !byRow) return next;
  return open(next, c, now, now - o.since >= c.maxMs ? 0 : o.openings);
}

export function reset(o: Oracle, now: number): Oracle {
  return close(o, now, 0);
}

export function probeNow(o: Oracle, now: number): Oracle {
  return o.name === 'open' ? halfOpen(o, now) : o;
}

export function stateOf(o: Oracle, now: number): Oracle['name'] {
  return o.name === 'open' && now >= o.until ? 'half-open' : o.name;
}
