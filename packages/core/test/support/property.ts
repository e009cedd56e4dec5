// `CB_RUNS` is how often the usual property of the model runs, 600 unless told; the others keep their share of it.
const SHARE = Number(process.env.CB_RUNS ?? 600) / 600;
// Stryker sets it. Random seeds would make its score a matter of luck, and a counterexample that nobody reads need not be small.
const MUTATED = process.env.STRYKER_MUTATOR_WORKER !== undefined;

/** How often to do what is usually done `usual` times. */
export function times(usual: number): number {
  return Math.max(1, Math.round(usual * SHARE));
}

/** Parameters of a property that usually runs `usual` times. */
export function property(usual = 100): { numRuns: number; seed?: number; endOnFailure?: boolean } {
  return { numRuns: times(usual), ...(MUTATED ? { seed: 1, endOnFailure: true } : {}) };
}
