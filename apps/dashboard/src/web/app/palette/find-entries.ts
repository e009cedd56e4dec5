import { bestMatches, matchScore, queryWords } from '../../lib/match.ts';
import type { Entries, Entry } from './entries.ts';

export interface Section {
  heading: string;
  entries: readonly Entry[];
}

/** The list is drawn anew at each letter: more than these in all would be felt, and nobody reads them. */
const MOST = { breakers: 30, services: 6, commands: 12, troubled: 8 } as const;

const CALM = new Set(['closed', 'no-data']);

/** What the palette shows for a query: the section with the best match first. Without a query, trouble and commands. */
export function findEntries(entries: Entries, query: string): Section[] {
  const words = queryWords(query);
  if (words.length === 0) return atFirst(entries);
  const sections = [
    { heading: 'Commands', entries: bestMatches(entries.commands, words, MOST.commands) },
    { heading: 'Breakers', entries: bestMatches(entries.breakers, words, MOST.breakers) },
    { heading: 'Services', entries: bestMatches(entries.services, words, MOST.services) },
  ].filter((section) => section.entries.length > 0);
  const best = ({ entries: [first] }: Section) => (first ? matchScore(first, words) : 0);
  return sections.sort((a, b) => best(b) - best(a));
}

function atFirst({ commands, breakers }: Entries): Section[] {
  const troubled = breakers.filter(({ state }) => state && !CALM.has(state)).slice(0, MOST.troubled);
  const groups = new Map<string, Entry[]>();
  for (const each of commands) groups.set(each.group, [...(groups.get(each.group) ?? []), each]);
  const sections = [...groups].map(([heading, each]) => ({ heading, entries: each }));
  return troubled.length > 0 ? [{ heading: 'In trouble', entries: troubled }, ...sections] : sections;
}
