import type { PolicyOnInstance, PolicyRow } from '@cb/protocol';
import type { Instance } from './instance.ts';
import { type PolicyEntry, rounded } from './policy-entry.ts';

const MOST_ROWS = 1_000;
const MOST_INSTANCES = 100;
/** No amount: over instances the largest tells more than the sum. */
const NO_AMOUNT = /(Ms|Ratio)$/;

export interface PolicyQuery {
  /** Only of this service. */
  service: string | undefined;
  /** With what each instance says. */
  each: boolean;
}
interface OnInstance {
  instance: string;
  entry: PolicyEntry;
}
interface Rows {
  services: string[];
  policies: PolicyRow[];
  /** Rows that were left out. */
  more: number;
}

/** One row for each policy of each service, over those of its instances that are heard. */
export function listPolicies(instances: Iterable<Instance>, query: PolicyQuery, now: number): Rows {
  const services = new Set<string>();
  const groups = new Map<string, { service: string; members: OnInstance[] }>();
  for (const { service, name, policies, dark } of instances) {
    if (dark || policies.size === 0) continue;
    services.add(service);
    if (query.service !== undefined && query.service !== service) continue;
    for (const entry of policies.values()) {
      const key = `${service}\u001f${entry.name}\u001f${entry.kind}`;
      const group = groups.get(key) ?? { service, members: [] };
      group.members.push({ instance: name, entry });
      groups.set(key, group);
    }
  }
  const keys = [...groups.keys()].sort();
  const policies = keys.slice(0, MOST_ROWS).map((key) => {
    const { service, members } = groups.get(key) as { service: string; members: OnInstance[] };
    return rowOf(service, members, query.each, now);
  });
  return { services: [...services].sort(), policies, more: keys.length - policies.length };
}

function rowOf(service: string, members: OnInstance[], each: boolean, now: number): PolicyRow {
  members.sort((a, b) => (a.instance < b.instance ? -1 : 1));
  const { kind, name, config } = (members[0] as OnInstance).entry;
  const counts: Record<string, number> = Object.create(null);
  const rates: Record<string, number> = Object.create(null);
  const gauges: Record<string, number> = Object.create(null);
  for (const { entry } of members) {
    add(counts, entry.counts);
    add(rates, entry.perSecond(now));
    add(gauges, entry.gauges);
  }
  const row: PolicyRow = {
    service,
    kind,
    name,
    instances: members.length,
    counts,
    perSecond: rounded(rates),
    gauges,
    config: JSON.parse(config),
  };
  if (members.some(({ entry }) => entry.config !== config)) row.mixed = true;
  if (each) row.each = members.slice(0, MOST_INSTANCES).map((member) => onInstance(member, now));
  return row;
}

function onInstance({ instance, entry }: OnInstance, now: number): PolicyOnInstance {
  return { instance, ...entry.numbers(now) };
}

function add(sum: Record<string, number>, more: Readonly<Record<string, number>>): void {
  for (const [key, value] of Object.entries(more)) {
    const before = sum[key];
    if (before === undefined) sum[key] = value;
    else sum[key] = NO_AMOUNT.test(key) ? Math.max(before, value) : before + value;
  }
}
