// Stryker sets it. Random seeds would make its score a matter of luck, and a counterexample that nobody reads need not be small.
const MUTATED = process.env.STRYKER_MUTATOR_WORKER !== undefined;

/** Parameters of a property that usually runs `usual` times. */
export function property(usual: number): { numRuns: number; seed?: number; endOnFailure?: boolean } {
  return MUTATED ? { numRuns: Math.ceil(usual / 10), seed: 1, endOnFailure: true } : { numRuns: usual };
}
