import type { Candidate } from '@cb/core/simulate';
import { isSame, type StayOpen } from '../../../lib/breaker-config.ts';
import type { RecordedChange } from './recording.ts';

type OpenMs = NonNullable<Candidate['openMs']>;

/** How one opening was timed: a share of the jitter, -1 to 1, or as long as somebody asked for. */
type Drawn = { readonly share: number } | { readonly askedMs: number };

/**
 * Open times are drawn, or asked for by the other side: no configuration gives them again. The replay of the one in force takes
 * those that were recorded; any other draws the same share of its own.
 */
export class OpenTimes {
  readonly #inForce: StayOpen;
  readonly #recorded: readonly number[];
  readonly #drawn: Drawn[] = [];

  constructor(inForce: StayOpen, changes: readonly RecordedChange[]) {
    this.#inForce = inForce;
    this.#recorded = changes.flatMap(({ kind, to, why, openMs }) =>
      kind === 'state' && to === 'open' && why.rule !== 'told-to-open' && openMs !== undefined
        ? [openMs]
        : [],
    );
  }

  /** For the configuration in force: the first to be played. */
  recorded(): OpenMs {
    let next = 0;
    return ({ openings }) => {
      const ms = this.#recorded[next++];
      if (ms !== undefined) this.#drawn.push(this.#drawnFrom(ms, openings));
      return ms;
    };
  }

  #drawnFrom(ms: number, openings: number): Drawn {
    const { jitterRatio } = this.#inForce;
    const usualMs = grownMs(this.#inForce, openings);
    const off = usualMs === 0 ? 0 : ms / usualMs - 1;
    // A little more than it can be: the arithmetic of doubles.
    if (Math.abs(off) > jitterRatio + 1e-6) return { askedMs: ms };
    return { share: jitterRatio === 0 ? 0 : off / jitterRatio };
  }

  /** For any other. */
  drawnLike(stayOpen: StayOpen): OpenMs {
    const same = isSame(stayOpen, this.#inForce);
    let next = 0;
    return ({ openings }) => {
      const recordedMs = this.#recorded[next];
      const drawn = this.#drawn[next++];
      const usualMs = grownMs(stayOpen, openings);
      if (drawn === undefined) return undefined;
      if ('askedMs' in drawn) return Math.max(usualMs, Math.min(drawn.askedMs, stayOpen.hintMaxMs));
      if (same && recordedMs !== undefined && isNear(recordedMs, usualMs, stayOpen)) return recordedMs;
      return usualMs * (1 + stayOpen.jitterRatio * drawn.share);
    };
  }
}

function isNear(ms: number, usualMs: number, { jitterRatio }: StayOpen): boolean {
  return Math.abs(ms - usualMs) <= usualMs * jitterRatio + 1e-6;
}

/** Before jitter, for the n-th opening in a row. */
function grownMs({ firstMs, factor, maxMs }: StayOpen, openings: number): number {
  return Math.min(firstMs * factor ** (openings - 1), maxMs);
}
