import type { Totals } from '@cb/core/simulate';
import type { Series, TraceAnswer } from '@cb/protocol';
import { type Config, isSame } from '../../../lib/breaker-config.ts';
import { decodeTrace, type Range } from './decode-trace.ts';
import { type Baseline, Player, type Run } from './play.ts';
import { rowsOf } from './series-rows.ts';
import { addTotals } from './sum.ts';

/** What was read of one instance: its trace where that covers the range, else its sums. */
export interface LaneData {
  lane: number;
  instance: string;
  trace?: TraceAnswer;
  series?: Series;
}

interface LaneOutcome {
  lane: number;
  instance: string;
  baseline: Baseline;
  candidate: Run;
}

/** What a candidate would have done, beside what the configuration in force did. */
export interface Outcome {
  lanes: LaneOutcome[];
  /** Instances of which nothing was recorded in the range. */
  without: string[];
}

/** Totals of all instances, with every refused call taken for good, and for failing. */
export interface OutcomeBounds {
  ok: Totals;
  failed: Totals;
}

interface Lane {
  lane: number;
  instance: string;
  player: Player;
}

/** Plays what was read to one configuration after another. Knows no worker: whoever calls it may be one. */
export class Simulation {
  readonly #inForce: Config;
  readonly #lanes: readonly Lane[];
  readonly #without: string[] = [];

  constructor(inForce: Config, data: readonly LaneData[], range: Range) {
    this.#inForce = inForce;
    this.#lanes = data.flatMap(({ lane, instance, trace, series }): Lane[] => {
      const recording = (trace && decodeTrace(trace, range)) ?? (series && rowsOf(series, range));
      if (recording !== undefined) return [{ lane, instance, player: new Player(recording, inForce) }];
      this.#without.push(instance);
      return [];
    });
  }

  /** @throws what `simulate` says about a configuration that cannot work. */
  play(candidate: Config): Outcome {
    const same = isSame(candidate, this.#inForce);
    return {
      lanes: this.#lanes.map(({ lane, instance, player }) => ({
        lane,
        instance,
        baseline: player.baseline,
        candidate: same ? player.baseline.run : player.play(candidate),
      })),
      without: this.#without,
    };
  }

  /** Undefined where nothing had to be assumed. */
  bounds(candidate: Config, { lanes }: Outcome): OutcomeBounds | undefined {
    if (lanes.every(({ candidate: { totals } }) => totals.assumed === 0)) return undefined;
    const bound = (assume: 'ok' | 'failed'): Totals =>
      addTotals(this.#lanes.map(({ player }) => player.bound(candidate, assume)));
    return { ok: bound('ok'), failed: bound('failed') };
  }
}
