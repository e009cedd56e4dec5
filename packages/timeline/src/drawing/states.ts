import { LANE, type Lane } from './lane.ts';

export type StateSlug = 'open' | 'half-open' | 'isolated' | 'no-data' | 'closed';

const SLUGS: Record<Lane, StateSlug> = {
  [LANE.noData]: 'no-data',
  [LANE.closed]: 'closed',
  [LANE.halfOpen]: 'half-open',
  [LANE.isolated]: 'isolated',
  [LANE.open]: 'open',
};

const WORDS: Record<StateSlug, string> = {
  open: 'Open',
  'half-open': 'Half-open',
  isolated: 'Isolated',
  'no-data': 'No data',
  closed: 'Closed',
};

/** In the order in which they are counted and filtered: trouble first. */
export const STATE_SLUGS: readonly StateSlug[] = ['open', 'half-open', 'isolated', 'no-data', 'closed'];

/** A code that this page does not know (a newer server) reads as "no data" rather than as health. */
export function slugOf(code: number): StateSlug {
  return SLUGS[code as Lane] ?? 'no-data';
}

export function wordOf(slug: StateSlug): string {
  return WORDS[slug];
}
