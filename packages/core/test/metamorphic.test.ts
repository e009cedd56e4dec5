import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { aCase, type Case, COARSE_STEP_MS } from './support/configs.ts';
import { Player, play, type Sight } from './support/play.ts';
import { property } from './support/property.ts';
import { anOp, aStory, type Op } from './support/story.ts';

/** Two stories that must end alike: no oracle is needed to say so. */
function holds<T extends unknown[]>(
  promise: (...given: T) => void,
  ...arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> }
): void {
  const tuple = fc.tuple(...arbitraries) as unknown as fc.Arbitrary<T>;
  fc.assert(
    fc.property(tuple, (given) => promise(...given)),
    property(300),
  );
}

/** Calls that end in the moment in which they begin, and time between them. */
const anInstant = anOp.filter(({ op }) => op === 'burst' || op === 'advance' || op === 'recover');
const instants = fc.array(anInstant, { maxLength: 40, size: 'max' });
const widthOf = ({ config: { window } }: Case): number =>
  'buckets' in window ? window.ms / window.buckets : 1;

/** Whoever comes first notices what time alone has ended: only the number of the generation tells. */
const unstamped = (sight: Sight): object => ({ ...sight, generation: undefined });

describe('breaker, one story and another', () => {
  it('is the same at any time: a story may begin whenever it likes', () => {
    holds(
      (c, story, shift) => {
        // On the epoch's grid, a whole number of buckets later.
        const by = shift * widthOf(c);
        expect(play(c, story, 1_000 + by)).toEqual(play(c, story, 1_000));
      },
      aCase,
      aStory,
      fc.integer({ min: 1, max: 1_000_000 }),
    );
  }, 60_000);

  it('knows no unit: everything may last longer, in the story and in the configuration', () => {
    holds(
      (c, story, scale) => {
        expect(play(c, story, 1_000, scale)).toEqual(play(c, story, 1_000));
      },
      aCase,
      aStory,
      fc.constantFrom(2, 8, 1_024),
    );
  }, 60_000);

  it('does not care whether one waits once or twice, or looks meanwhile', () => {
    holds(
      (c, story, cut) => {
        const [once, twice] = [new Player(c), new Player(c)];
        for (const op of story) {
          if (op.op === 'advance') {
            const first = Math.floor((op.ms * cut) / 10 / COARSE_STEP_MS) * COARSE_STEP_MS;
            twice.step({ op: 'advance', ms: first });
            twice.step({ op: 'advance', ms: op.ms - first });
            expect(twice.see()).toEqual(once.step(op));
          } else expect(twice.step(op)).toEqual(once.step(op));
        }
      },
      aCase,
      aStory,
      fc.integer({ min: 0, max: 10 }),
    );
  }, 60_000);

  it('does not care in which order successes come that began and end together', () => {
    // A late result may free another's place, and a call that a mode let through is no probe: those are not alike.
    const alike = aCase.filter(({ config }) => config.counting?.late !== 'counted');
    const withoutModes = anOp.filter(({ op }) => op !== 'mode');
    holds(
      (c, before, meanwhile, [count, order], after) => {
        const told = (which: readonly number[]): Sight[] => {
          const player = new Player(c);
          for (const op of before) player.step(op);
          const calls = Array.from({ length: count }, () => player.breaker.tryAcquire());
          for (const op of meanwhile) player.step(op);
          for (const i of which) calls[i]?.succeed();
          return after.map((op) => player.step(op));
        };
        expect(told(order)).toEqual(told([...order].sort((a, b) => a - b)));
      },
      alike,
      fc.array(withoutModes, { maxLength: 40, size: 'max' }),
      fc.array(withoutModes, { maxLength: 6 }),
      fc
        .integer({ min: 2, max: 5 })
        .chain((count) =>
          fc.tuple(fc.constant(count), fc.shuffledSubarray([...Array(count).keys()], { minLength: count })),
        ),
      fc.array(withoutModes, { maxLength: 12 }),
    );
  }, 60_000);

  it('never opens earlier because a call went well instead of failing', () => {
    const monotone = aCase.filter(
      ({ config: { window, openWhen } }) =>
        // A counter that does not grow does not forget; a custom rule may be anything.
        !(window.kind === 'last-ms' && window.forgets === 'by-counter') &&
        openWhen.every(({ kind }) => kind !== 'custom'),
    );
    holds(
      (c, story, which) => {
        const opensAt = (ends: readonly Op[]): number => {
          const player = new Player(c);
          const at = ends.findIndex((op) => player.step(op).openings > 0);
          return at === -1 ? Number.POSITIVE_INFINITY : at;
        };
        const singly = story.flatMap((op): Op[] =>
          op.op === 'burst' ? op.ends.map((end) => ({ op: 'burst', ends: [end] })) : [op],
        );
        const failing = singly.flatMap((op, i) => (op.op === 'burst' && op.ends[0] === 'failure' ? [i] : []));
        fc.pre(failing.length > 0);
        const better = [...singly];
        better[failing[which % failing.length] as number] = { op: 'burst', ends: ['success'] };
        expect(opensAt(better)).toBeGreaterThanOrEqual(opensAt(singly));
      },
      monotone,
      instants,
      fc.nat(100),
    );
  }, 60_000);

  it('never lets a refused call enter a rate by default', () => {
    const asDefault = aCase.filter(({ config }) => (config.counting?.rejected ?? 'nothing') === 'nothing');
    holds(
      (c, story) => {
        const player = new Player(c);
        for (const op of story) {
          const before = player.step(op);
          const { state, counts, retryAfterMs = 0 } = before;
          if (state !== 'open' || retryAfterMs === 0 || player.breaker.mode !== 'auto') continue;
          for (let i = 0; i < 3; i++) expect(player.breaker.tryAcquire()).toBeNull();
          const { rejected } = counts as { rejected: number };
          const after = { ...before, counts: { ...counts, rejected: rejected + 3 } };
          expect(unstamped(player.see(before.let, before.said))).toEqual(unstamped(after));
        }
      },
      asDefault,
      aStory,
    );
  }, 60_000);

  it('goes on after a restart as if there had been none', () => {
    // What a restart begins anew, as documented: the warm-up, the share of a ramp, the round of probes while open.
    const lasting = aCase.map(({ config, ...rest }): Case => {
      const { warmUpMs: _, rampUp: __, ...kept } = config;
      const { whileOpen: ___, ...probing } = config.probing;
      const { endsAfter: ____, ...stayOpen } = config.stayOpen; // B22
      const { forgets: _____, ...window } = { forgets: undefined, ...config.window }; // B24
      return { ...rest, config: { ...kept, probing, stayOpen, window } };
    });
    holds(
      (c, before, after) => {
        const one = new Player(c);
        const other = new Player(c);
        for (const op of before) one.step(op);
        for (const op of before) other.step(op);
        other.restart();
        if (one.breaker.state === 'half-open') {
          expect(other.breaker.state).toBe('half-open');
          expect(other.breaker.tryAcquire()?.probe).toBe(true);
          return;
        }
        if (one.see().probing !== undefined) return; // B23
        expect(unstamped(other.see())).toEqual(unstamped(one.see()));
        for (const op of after) expect(unstamped(other.step(op))).toEqual(unstamped(one.step(op)));
      },
      lasting,
      instants,
      instants,
    );
  }, 60_000);
});
