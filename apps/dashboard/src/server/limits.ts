/** Bounds of what the server keeps. */
export interface Limits {
  /** How often a service says that it lives; after three times as long in silence its lanes show no data. Default 5,000. */
  heartbeatMs: number;
  /** How often a service sends its counters. Default 1,000. */
  rollupMs: number;
  /** How long a connection may stay without entering, and then without saying hello where it is a service. Default 5,000. */
  enterMs: number;
  /** Rows (breakers over all instances) in all, and of one service. Beyond it calm, silent ones go. Default 10,000 and 2,000. */
  rows: number;
  rowsPerService: number;
  /** Lanes (breakers on instances) in all. Default 250,000. */
  lanes: number;
  /** Instances that are remembered, running and gone ones. Beyond it those that are gone go. Default 5,000. */
  instances: number;
  /** Connections at once in all, and of one address; behind a proxy all are of its address. Default 4,000 and 2,000. */
  connections: number;
  connectionsPerAddress: number;
  /** Policies on instances in all; of one instance 1,000. Default 10,000. */
  policies: number;
  /** State changes kept in all, and of one row. Default 20,000 and 500. */
  events: number;
  eventsPerRow: number;
  /** Rough bytes that all charts may use. Default 192 MiB. */
  seriesBytes: number;
  /** Rough bytes that all traces of single calls may use; beyond it the oldest go. Default 64 MiB: about seven million calls. */
  traceBytes: number;
  /** Changes a browser may fall behind before it reads everything again. Default 16,384. */
  backlog: number;
  /** How long an instance that is gone keeps its lanes. Default one hour. */
  forgetInstanceMs: number;
  /** How long a row without any living instance stays. Default 24 hours. */
  forgetRowMs: number;
}

const DEFAULTS: Limits = {
  heartbeatMs: 5_000,
  rollupMs: 1_000,
  enterMs: 5_000,
  rows: 10_000,
  rowsPerService: 2_000,
  lanes: 250_000,
  instances: 5_000,
  connections: 4_000,
  connectionsPerAddress: 2_000,
  policies: 10_000,
  events: 20_000,
  eventsPerRow: 500,
  seriesBytes: 192 * 2 ** 20,
  traceBytes: 64 * 2 ** 20,
  backlog: 16_384,
  forgetInstanceMs: 3_600_000,
  forgetRowMs: 24 * 3_600_000,
};

/** Fills in defaults; refuses what is no number above 0, or no limit at all. */
export function resolveLimits(limits: Partial<Limits>): Limits {
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits)) {
    throw new TypeError('limits must be an object, like { rows: 5000 }');
  }
  for (const [key, value] of Object.entries(limits)) {
    if (!Object.hasOwn(DEFAULTS, key)) {
      throw new TypeError(`limits has no "${key}"; it knows ${Object.keys(DEFAULTS).join(', ')}`);
    }
    if (!(typeof value === 'number' && value > 0)) {
      throw new RangeError(`limits.${key} must be a number above 0, got ${String(value)}`);
    }
  }
  return { ...DEFAULTS, ...limits };
}
