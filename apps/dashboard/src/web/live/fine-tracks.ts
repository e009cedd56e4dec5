import type { Timeline } from '@cb/protocol';
import type { TimeWindow } from '@cb/timeline/drawing';
import { stepOf, type Track, trackOf } from '../lib/track.ts';
import { getView, timeWindow } from '../lib/view.ts';

/** A stretch of the past, exactly. */
interface Fine extends TimeWindow {
  track: Track;
  /** Whether the instances were asked for, too. */
  lanes: boolean;
}

/** A step of shares that takes more of the page than this is seen to be one. */
const STEPS_PER_PAGE = 300;
/** More rows than this are not looked at one by one. */
const MOST_ROWS = 100;

/**
 * Where very much happened, the answer for a long range tells the older part as shares of time. Whoever looks closer at a
 * stretch of it gets that stretch exactly: this holds it, for as long as it is looked at.
 */
export class FineTracks {
  #rows = new Map<number, Fine>();
  #lanes = new Map<number, Fine>();

  row(row: number, coarse: Track | undefined): Track | undefined {
    return choose(this.#rows.get(row), coarse);
  }

  lane(lane: number, coarse: Track | undefined): Track | undefined {
    return choose(this.#lanes.get(lane), coarse);
  }

  clear(): void {
    this.#rows.clear();
    this.#lanes.clear();
  }

  /** Those of the rows that are told too coarsely for the window on screen, and the stretch to ask for. */
  missing(
    rows: readonly number[],
    lanes: boolean,
    trackOf: (row: number) => Track | undefined,
  ): { rows: number[]; from: number; to: number } {
    const window = timeWindow();
    const spare = (window.to - window.from) / 2;
    const asked = { from: window.from - spare, to: window.to + spare };
    // While it follows the present the newest part is exact anyway.
    if (getView().at === null) return { rows: [], ...asked };
    const wanted = rows.filter((row) => {
      const fine = this.#rows.get(row);
      const known = covers(fine, window) && (fine?.lanes || !lanes);
      return !known && isCoarse(trackOf(row), window);
    });
    return { rows: wanted.slice(0, MOST_ROWS), ...asked };
  }

  keep(answer: Timeline, lanes: boolean): void {
    // What is not looked at any more goes first.
    if (this.#rows.size > MOST_ROWS) this.clear();
    for (const each of answer.lanes) {
      const { row, lane } = each;
      const fine = { from: answer.from, to: answer.to, track: trackOf(each), lanes };
      if (lane === -1) this.#rows.set(row, fine);
      else this.#lanes.set(lane, fine);
    }
  }
}

function choose(fine: Fine | undefined, coarse: Track | undefined): Track | undefined {
  return fine && getView().at !== null && covers(fine, timeWindow()) ? fine.track : coarse;
}

function covers(fine: Fine | undefined, { from, to }: TimeWindow): boolean {
  return fine !== undefined && fine.from <= from && fine.to >= to;
}

function isCoarse(track: Track | undefined, { from, to }: TimeWindow): boolean {
  if (!track?.minutes || from >= (track.start[0] ?? Number.POSITIVE_INFINITY)) return false;
  return stepOf(track.minutes) > (to - from) / STEPS_PER_PAGE;
}
