import { LANE, type Lane } from '@cb/protocol';
import type { LaneHistory, Walker } from '../history.ts';
import type { Track } from './track.ts';

/** What is needed to work something out of a lane's history. */
export type Walkable = Pick<LaneHistory, 'since' | 'code' | 'knownSince' | 'walk'>;

/** A lane's history as memory has it exactly, and before that as the store has it. */
export class LongHistory implements Walkable {
  readonly #older: Track;
  readonly #held: LaneHistory;

  constructor(older: Track, held: LaneHistory) {
    this.#older = older;
    this.#held = held;
  }

  get since(): number | undefined {
    return this.#held.since ?? this.#older.start.at(-1);
  }

  get code(): Lane | undefined {
    return this.#held.code ?? this.#older.code.at(-1);
  }

  get knownSince(): number | undefined {
    return this.#older.start[0] ?? this.#held.knownSince;
  }

  walk(from: number, to: number, walker: Walker): void {
    const border = Math.max(from, Math.min(to, this.#held.exactFrom ?? to));
    const { start, code } = this.#older;
    const known = start[0] ?? border;
    if (known > from) walker.span(from, Math.min(border, known), LANE.noData, false);
    let open = false;
    for (let i = 0; i < start.length && (start[i] as number) < border; i++) {
      const [begin, end, shown] = [start[i] as number, start[i + 1] ?? border, code[i] as Lane];
      if (end >= from && begin < border) {
        const opened = shown === LANE.open && !open && begin >= from;
        walker.span(Math.max(from, begin), Math.min(border, end), shown, opened);
      }
      if (shown !== LANE.halfOpen) open = shown === LANE.open;
    }
    if (border < to) this.#held.walk(border, to, walker);
  }
}
