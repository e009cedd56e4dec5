import type { PolicyRow } from '@cb/protocol';
import { kindWord } from './kinds.ts';

/** As they usually stand in a pipeline, outermost first. */
const ORDER: readonly string[] = [
  'fallback',
  'coalesce',
  'retry',
  'hedge',
  'rate-limit',
  'bulkhead',
  'timeout',
];

/** Rows of each service that match every word that is searched for; of one name, in the order of a pipeline. */
export function groupPolicies(rows: readonly PolicyRow[], query: string): Map<string, PolicyRow[]> {
  const wanted = query.toLowerCase().split(/\s+/);
  const groups = new Map<string, PolicyRow[]>();
  for (const row of rows) {
    const text = `${row.service} ${row.name} ${row.kind} ${kindWord(row.kind)}`.toLowerCase();
    if (!wanted.every((word) => text.includes(word))) continue;
    const group = groups.get(row.service);
    if (group) group.push(row);
    else groups.set(row.service, [row]);
  }
  // The server sends them in order of name, and sorting is stable.
  for (const group of groups.values())
    group.sort((a, b) => (a.name === b.name ? placeOf(a.kind) - placeOf(b.kind) : 0));
  return groups;
}

function placeOf(kind: string): number {
  const place = ORDER.indexOf(kind);
  return place === -1 ? ORDER.length : place;
}
