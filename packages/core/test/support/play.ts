/** A story told to one breaker, by permits only; what could be seen after each of its steps. */
import type { Breaker, BreakerOptions, Permit } from '../../src/index.ts';
import { createBreaker } from '../../src/index.ts';
import { type TestClock, testClock } from './clock.ts';
import { type Case, COARSE_STEP_MS, isCoarse } from './configs.ts';
import { optionsOf } from './pair.ts';
import type { How, Op } from './story.ts';

/** What is compared: everything that time and results decide, with all moments as lengths. */
export interface Sight {
  readonly let: boolean | undefined;
  readonly said: string | undefined;
  readonly state: string;
  readonly generation: number;
  readonly openings: number;
  readonly retryAfterMs: number | undefined;
  readonly probing: object | undefined;
  readonly counts: object;
}

export class Player {
  readonly clock: TestClock;
  breaker: Breaker;
  readonly running: Permit[] = [];
  readonly #c: Case;
  readonly #scale: number;

  /** @param scale Everything that lasts, in the story and in the configuration, lasts so many times longer. */
  constructor(c: Case, startAt = 1_000, scale = 1) {
    this.clock = testClock(startAt * scale);
    this.#c = scaled(c, scale);
    this.#scale = scale;
    this.breaker = createBreaker(optionsOf(this.#c, this.clock));
  }

  /** The same breaker, as if its process had been restarted without any time passing. */
  restart(): void {
    const restore = JSON.parse(JSON.stringify(this.breaker.export())) as NonNullable<
      BreakerOptions['restore']
    >;
    this.breaker = createBreaker({ ...optionsOf(this.#c, this.clock), restore });
  }

  step(op: Op): Sight {
    let permit: Permit | null | undefined;
    let said: string | undefined;
    if (op.op === 'call' || op.op === 'nested-call') permit = this.#begin();
    if (op.op === 'settle') said = this.#end(op.which, op.how, op.ms);
    if (op.op === 'burst')
      for (const end of op.ends) if (this.#begin()) said = this.#end(this.running.length - 1, end, 0);
    if (op.op === 'advance') this.clock.advance(this.waits(op.ms));
    if (op.op === 'crowd') for (let i = 0; i < op.calls; i++) this.#begin();
    if (op.op === 'lasting') {
      const begun = this.#begin();
      this.clock.advance(this.waits(op.ms));
      if (begun) said = this.#end(this.running.indexOf(begun), op.how, 0);
    }
    if (op.op === 'recover') {
      this.clock.advance(this.waits(op.ms));
      for (let i = 0; i < 4; i++) if (this.#begin()) this.#end(this.running.length - 1, 'success', 0);
    }
    if (op.op === 'mode') this.breaker.setMode(op.mode);
    if (op.op === 'reset') this.breaker.reset();
    if (op.op === 'probe-now') this.breaker.probeNow();
    return this.see(permit === undefined ? undefined : permit !== null, said);
  }

  waits(ms: number): number {
    const step = isCoarse(this.#c.config) ? Math.ceil(ms / COARSE_STEP_MS) * COARSE_STEP_MS : ms;
    return step * this.#scale;
  }

  #begin(): Permit | null {
    const permit = this.breaker.tryAcquire();
    if (permit !== null) this.running.push(permit);
    return permit;
  }

  #end(which: number, how: How, ms: number): string | undefined {
    const [permit] = this.running.splice(which, 1);
    if (how === 'abort' || how === 'ignore') return permit?.ignore();
    if (how === 'success' || how === 'twice' || how === 'told') return permit?.succeed();
    const error = new Error(how);
    if (how === 'timeout') error.name = 'TimeoutError';
    return permit?.fail(error, how === 'hinted' ? { retryAfterMs: ms * this.#scale } : undefined);
  }

  see(letThrough?: boolean, said?: string): Sight {
    const { state, generation, openings, retryAfterMs, probing, counts } = this.breaker.snapshot();
    const rest = retryAfterMs === undefined ? undefined : retryAfterMs / this.#scale;
    return { let: letThrough, said, state, generation, openings, retryAfterMs: rest, probing, counts };
  }
}

export function play(c: Case, story: readonly Op[], startAt?: number, scale?: number): Sight[] {
  const player = new Player(c, startAt, scale);
  return story.map((op) => player.step(op));
}

/** Every duration of the configuration, so many times longer. */
function scaled(c: Case, by: number): Case {
  if (by === 1) return c;
  const { window, openWhen, stayOpen, probing, rampUp, failAfterMs, warmUpMs } = c.config;
  const { leaseMs, maxMs, tokens } = probing;
  const { openMs } = c;
  const times = <K extends string>(key: K, value: number | undefined): object =>
    value === undefined ? {} : { [key]: value * by };
  const perSecond = <K extends string>(key: K, value: number): object => ({ [key]: value / by });
  const { firstMs, hintMaxMs, quietMs } = stayOpen;
  const config = {
    ...c.config,
    window: 'ms' in window ? { ...window, ms: window.ms * by } : window,
    openWhen: openWhen.map((rule) =>
      rule.kind === 'slow-ratio' ? { ...rule, slowMs: rule.slowMs * by } : rule,
    ),
    stayOpen: {
      ...stayOpen,
      firstMs: firstMs * by,
      maxMs: stayOpen.maxMs * by,
      hintMaxMs: hintMaxMs * by,
      ...times('quietMs', quietMs),
    },
    probing: {
      ...probing,
      leaseMs: leaseMs === null ? null : leaseMs * by,
      ...times('maxMs', maxMs),
      ...(tokens === undefined ? {} : { tokens: { ...tokens, ...perSecond('perSecond', tokens.perSecond) } }),
    },
    ...(rampUp === undefined
      ? {}
      : {
          rampUp: {
            ...rampUp,
            overMs: rampUp.overMs * by,
            ...perSecond('alwaysPerSecond', rampUp.alwaysPerSecond),
          },
        }),
    ...times('failAfterMs', failAfterMs),
    ...times('warmUpMs', warmUpMs),
  } as Case['config'];
  return {
    ...c,
    config,
    openMs:
      openMs === undefined
        ? undefined
        : (openings, failures) => {
            const ms = openMs(openings, failures);
            return ms === undefined ? undefined : ms * by;
          },
  };
}
