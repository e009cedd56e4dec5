/** Plays a row's calls one by one to a real circuit; every result comes at once. */
import { FAILED, SLOW, TIMEOUT } from '../bits.ts';
import { Circuit } from '../circuit.ts';
import type { BreakerConfig } from '../config.ts';
import { CallPermit, FAILURE, IGNORED, SUCCESS } from '../permit.ts';
import { slowestAllowedMs } from '../rules.ts';
import type { BreakerOptions } from '../types.ts';
import { RECORDED, TIMED_OUT } from './calls.ts';
import type { Spread } from './spread.ts';
import { Recording, type Timeline } from './timeline.ts';
import { VirtualClock } from './virtual-clock.ts';

export class OneByOne {
  readonly #clock: VirtualClock;
  readonly #circuit: Circuit;
  readonly #recording: Recording;
  readonly #slowMs: number;

  constructor(options: Omit<BreakerOptions, 'clock'>, { openWhen }: BreakerConfig, from: number) {
    const clock = new VirtualClock(from);
    const recording = new Recording(from);
    this.#clock = clock;
    this.#recording = recording;
    this.#circuit = new Circuit({ ...options, clock });
    this.#circuit.on('state-changed', (event) => recording.move(clock.traced(event.at), event.to, event.why));
    this.#slowMs = slowestAllowedMs(openWhen);
  }

  row(row: Spread): void {
    for (let i = 0; i < row.size; i++) this.#call(row, i);
  }

  tellFrom(at: number): void {
    this.#clock.advance(at);
    this.#recording.beginAt(at);
  }

  finish(to: number, config: BreakerConfig): Timeline {
    this.#clock.advance(to);
    return this.#recording.finish(to, config);
  }

  #call(row: Spread, i: number): void {
    this.#clock.advance(row.time(i));
    const permit = this.#circuit.tryAcquire() as CallPermit | null;
    this.#recording.count(row, i, i + 1, permit !== null);
    if (permit === null) return;
    if (permit.probe) this.#recording.tally.probes++;
    if (row.isIgnored(i)) {
      this.#circuit.settle(permit, IGNORED, undefined, 0);
      return;
    }
    const bits = row.bits(i);
    const settled = bits & SLOW ? this.#begunEarlier(permit) : permit;
    const error = bits & TIMEOUT ? TIMED_OUT : RECORDED;
    if (bits & FAILED) this.#circuit.settle(settled, FAILURE, error, 0);
    else this.#circuit.settle(settled, SUCCESS, undefined, 0);
  }

  /** No time passes between a call and its result; a slow one has begun before. */
  #begunEarlier({ generation, lease, startedAt, stalledMs }: CallPermit): CallPermit {
    return new CallPermit(this.#circuit, generation, lease, startedAt - this.#slowMs - 1, stalledMs);
  }
}
