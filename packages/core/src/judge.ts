/** What a finished call says about the other side. */
import { atOnce } from './asked.ts';
import { isRejectedError } from './errors.ts';
import { peek } from './peek.ts';
import { FAILURE, IGNORED, SUCCESS, type Verb } from './permit.ts';
import type { Services } from './services.ts';
import type { AbortSignalLike, BreakerOptions, Outcome } from './types.ts';

type Said = ReturnType<NonNullable<BreakerOptions['classify']>>;

/** What the user's `classify` says; undefined where there is none, it threw, or it answered with what cannot be read. */
export function classified(outcome: Outcome, { classify, report }: Services): Said {
  try {
    const said = atOnce('classify', classify?.(outcome));
    if (typeof said !== 'object' || said === null) return said;
    return { verdict: said.verdict, openForMs: said.openForMs };
  } catch (error) {
    report(error, 'classify');
    return undefined;
  }
}

export function verbOf(said: Said, outcome: Outcome, signal: AbortSignalLike | undefined): Verb {
  switch (typeof said === 'object' && said !== null ? said.verdict : said) {
    case 'success':
      return SUCCESS;
    case 'failure':
      return FAILURE;
    case 'ignored':
      return IGNORED;
    default:
      return verbByItself(outcome, signal);
  }
}

function verbByItself(outcome: Outcome, signal: AbortSignalLike | undefined): Verb {
  if (outcome.ok) return SUCCESS;
  // The caller's own abort says nothing about the other side; a time limit that ran out does.
  if (signal?.aborted && peek(signal.reason, 'name') !== 'TimeoutError') return IGNORED;
  return isRejectedError(outcome.error) ? IGNORED : FAILURE;
}

/** For how long the result opens the circuit at once; 0 where it does not. */
export function openForMs(said: Said): number {
  const ms = typeof said === 'object' && said !== null ? said.openForMs : undefined;
  return typeof ms === 'number' && ms > 0 && ms <= Number.MAX_SAFE_INTEGER ? ms : 0;
}

/** In place of the error of a call that took too long and returned. */
export const TOO_LONG: Readonly<{ name: string; message: string }> = Object.freeze({
  name: 'TimeoutError',
  message: 'took longer than failAfterMs',
});
