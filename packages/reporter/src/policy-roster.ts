import { LIMITS, type PolicyReport, readPolicies, scrub } from '@cb/protocol';
import type { PolicyLike } from './sources.ts';
import { freeName } from './tracked.ts';

/** Of the text of a configuration, to compare the next one with. */
const KEPT_CHARS = 2_048;

type Numbers = Readonly<Record<string, number>>;

/** What was last said about a policy. */
interface Said {
  counts: Numbers;
  gauges: Numbers;
  config: string | undefined;
}

interface TrackedPolicy {
  readonly id: number;
  readonly kind: string;
  readonly name: string;
  /** Undefined where this server has not heard of it. */
  said: Said | undefined;
}

/** The policies that are reported, at most 1,000. Whatever a policy does, nothing here throws. */
export class PolicyRoster {
  readonly #tracked: Map<PolicyLike, TrackedPolicy> = new Map();
  /** Names that are taken, by kind. */
  readonly #names: Map<string, Set<string>> = new Map();
  #gone: PolicyReport[] = [];
  #nextId = 1;
  #skipped = 0;
  #unreadable = 0;

  get size(): number {
    return this.#tracked.size;
  }

  /** Policies that were not taken because there are too many. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Looks at a policy that failed. */
  get unreadable(): number {
    return this.#unreadable;
  }

  /** @param breaker Name of the breaker in its pipeline: what a policy without a name of its own is called. */
  add(policy: PolicyLike, breaker?: string): void {
    if (this.#tracked.has(policy)) return;
    if (this.#tracked.size >= LIMITS.policies) {
      this.#skipped++;
      return;
    }
    try {
      const { kind, name } = policy;
      const wanted = name === kind && breaker !== undefined ? breaker : name;
      this.#track(policy, String(kind), scrub(String(wanted), LIMITS.nameChars));
    } catch {
      this.#unreadable++;
    }
  }

  #track(policy: PolicyLike, kind: string, wanted: string): void {
    const names = this.#names.get(kind) ?? new Set();
    const name = freeName(wanted, names);
    this.#names.set(kind, names.add(name));
    this.#tracked.set(policy, { id: this.#nextId++, kind, name, said: undefined });
  }

  remove(policy: PolicyLike): void {
    const tracked = this.#tracked.get(policy);
    if (tracked === undefined) return;
    const { id, kind, name, said } = tracked;
    this.#tracked.delete(policy);
    const names = this.#names.get(kind);
    names?.delete(name);
    if (names?.size === 0) this.#names.delete(kind);
    if (said !== undefined) this.#gone.push({ id, kind, name, counts: {}, gauges: {}, gone: true });
  }

  /** The server knows nothing: all are said again. */
  rebase(): void {
    this.#gone = [];
    for (const tracked of this.#tracked.values()) tracked.said = undefined;
  }

  /** Those that are gone, then those that have something new to say. */
  changed(): PolicyReport[] {
    const reports = this.#gone;
    this.#gone = [];
    for (const [policy, tracked] of this.#tracked) {
      try {
        const report = reportOf(policy, tracked);
        if (report !== undefined) reports.push(report);
      } catch {
        this.#unreadable++;
      }
    }
    return reports;
  }
}

function reportOf(policy: PolicyLike, tracked: TrackedPolicy): PolicyReport | undefined {
  const { id, kind, name, said } = tracked;
  const { counts, gauges, config } = policy.snapshot();
  const text = markOf(config);
  const reconfigured = text !== said?.config;
  if (said && !reconfigured && same(counts, said.counts) && same(gauges, said.gauges)) return undefined;
  const whole = { id, kind, name, counts, gauges, ...(reconfigured && { config }) };
  // The server's own reader makes it small enough to be sent, whatever the policy says.
  const read = readPolicies([whole]);
  const report = typeof read === 'string' ? undefined : read.items[0];
  if (report === undefined) throw new TypeError('a snapshot without a kind');
  tracked.said = { counts: { ...counts }, gauges: { ...gauges }, config: text };
  return report;
}

/** Tells one configuration from another. Of a very large one only the beginning is kept. */
function markOf(config: unknown): string | undefined {
  const text = JSON.stringify(config) as string | undefined;
  return text !== undefined && text.length > KEPT_CHARS
    ? `${text.length} ${text.slice(0, KEPT_CHARS)}`
    : text;
}

function same(now: Numbers, before: Numbers): boolean {
  const keys = Object.keys(now);
  if (keys.length !== Object.keys(before).length) return false;
  return keys.every((key) => Object.is(now[key], before[key]));
}
