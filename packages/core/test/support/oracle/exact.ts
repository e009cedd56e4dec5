/** Shares compared as fractions of whole numbers: no double is ever rounded on the way. */
import type { Rounding } from '../../../src/config.ts';

interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}

/** The decimal that a person wrote: 0.07 is seven hundredths, whatever the nearest double is. */
function written(ratio: number): Fraction {
  const [whole = '0', digits = ''] = String(ratio).split('.');
  return { over: BigInt(whole + digits), under: 10n ** BigInt(digits.length) };
}

/**
 * `bad` of `all`, rounded as the rule says. The words leave open where doubles come in; the systems that round so do: one
 * cuts off, another rounds to digits, what a division of doubles gave (29 of 50 are 57.999… %).
 */
function shareOf(bad: number, all: number, rounding: Rounding | undefined): Fraction {
  const hundredths = (over: number): Fraction => ({ over: BigInt(over), under: 100n });
  switch (rounding) {
    case undefined:
      return { over: BigInt(bad), under: BigInt(all) };
    case 'percent':
      return { over: (200n * BigInt(bad) + BigInt(all)) / (2n * BigInt(all)), under: 100n };
    case 'percent-down':
      return hundredths(Math.trunc((bad / all) * 100));
    case 'two-digits':
      return hundredths(Math.round((bad / all) * 100));
  }
}

function compare(a: Fraction, b: Fraction): number {
  const difference = a.over * b.under - b.over * a.under;
  return difference > 0n ? 1 : difference < 0n ? -1 : 0;
}

export interface Limit {
  readonly ratio: number;
  readonly above?: true;
  readonly rounding?: Rounding;
}

/** Whether `bad` of `all` calls reach a rule's ratio, or are above it where it says so. */
export function reaches(limit: Limit, bad: number, all: number): boolean {
  if (all === 0) return false;
  const against = compare(shareOf(bad, all, limit.rounding), written(limit.ratio));
  return limit.above ? against > 0 : against >= 0;
}
