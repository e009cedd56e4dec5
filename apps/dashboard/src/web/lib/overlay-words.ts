import { type InstanceEntry, LANE, type Mode, type State } from '@cb/protocol';
import { clockShort, countdown } from './format.ts';

/** Instances on which one person laid one mode over what the machine computes. */
export interface Overlaid {
  mode: Mode;
  by: string | undefined;
  note: string | undefined;
  instances: InstanceEntry[];
  /** When it ends by itself: on the first of them. */
  until: number | undefined;
}

/** Commands reach instances one after the other, and their clocks differ: ends as close as this are one. */
const TOGETHER_MS = 5_000;

/** Whether a mode of a person's is in force; what has no heartbeat says nothing about now. */
export function isOverlaid({ mode, code }: InstanceEntry): boolean {
  return (mode ?? 'auto') !== 'auto' && code !== LANE.noData;
}

/** What callers meet the most of comes first. */
const ORDER: readonly Mode[] = ['forced-open', 'forced-closed', 'observing'];

/** What people laid over a breaker, grouped by act. */
export function overlaysOf(instances: readonly InstanceEntry[]): Overlaid[] {
  const groups: Overlaid[] = [];
  for (const each of instances) {
    if (!isOverlaid(each)) continue;
    const { mode, modeBy: by, modeNote: note, modeUntil: until } = each;
    const group = groups.find(
      (known) =>
        known.mode === mode && known.by === by && known.note === note && endTogether(known.until, until),
    );
    if (!group) {
      groups.push({ mode, by, note, instances: [each], until });
      continue;
    }
    group.instances.push(each);
    if (until !== undefined && group.until !== undefined) group.until = Math.min(group.until, until);
  }
  return groups.sort((a, b) => ORDER.indexOf(a.mode) - ORDER.indexOf(b.mode));
}

function endTogether(a: number | undefined, b: number | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return Math.abs(a - b) <= TOGETHER_MS;
}

const MODE_WORDS: Record<Mode, string> = {
  auto: 'Automatic',
  'forced-open': 'Isolated',
  'forced-closed': 'Forced closed',
  observing: 'Observing',
};

export function modeWord(mode: Mode): string {
  return MODE_WORDS[mode] ?? mode;
}

/** By whom and why: " by kim · “database is moved”". */
export function signature(by: string | undefined, note: string | undefined): string {
  return `${by ? ` by ${by}` : ''}${note ? ` · “${note}”` : ''}`;
}

/** "on all 3 instances", "on 2 of 3 instances"; nothing where there is only one. */
export function whereWords(n: number, all: number): string {
  if (all <= 1) return '';
  return n === all ? ` on all ${all} instances` : ` on ${n} of ${all} instances`;
}

/** "ends in 12 min 03 s". */
export function endsIn(until: number | undefined, now: number): string {
  if (until === undefined) return 'until somebody releases it';
  return until > now ? `ends in ${countdown(until - now)}` : 'its time is over';
}

/** What the machines below compute: "closed", or "closed on 2, open on 1". */
export function computedWords(instances: readonly InstanceEntry[]): string {
  const counts = new Map<State, number>();
  for (const { state } of instances) counts.set(state, (counts.get(state) ?? 0) + 1);
  if (counts.size === 1) return [...counts.keys()].join();
  return [...counts].map(([state, n]) => `${state} on ${n}`).join(', ');
}

/** What would be so without it: on that computed state the decision to go on rests. */
export function withoutWords({ mode, instances }: Overlaid): string {
  const closed = instances.every(({ state }) => state === 'closed');
  const open = instances.every(({ state }) => state === 'open');
  if (mode === 'forced-open') {
    if (closed) return 'Without it, calls would go through.';
    return open ? 'Without it, calls would be turned away all the same.' : '';
  }
  if (open) return 'Without it, calls would be turned away.';
  return closed ? 'Without it, nothing would be different now.' : '';
}

/** One line for a row of the fleet: "Isolated on 2 of 3 instances by kim · “…” · until 14:32 · computed closed". */
export function overlayLine(instances: readonly InstanceEntry[], all: number = instances.length): string {
  return overlaysOf(instances)
    .map(({ mode, by, note, instances: those, until }) => {
      const end = until === undefined ? '' : ` · until ${clockShort(until)}`;
      const where = whereWords(those.length, all);
      return `${modeWord(mode)}${where}${signature(by, note)}${end} · computed ${computedWords(those)}`;
    })
    .join(' · ');
}
