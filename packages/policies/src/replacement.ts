import { type Cached, CacheReplacement, isCached } from './fallback-cache.ts';
import type { Answer, FallbackContext, Host, Stand } from './stand.ts';

/** Answers in place of a call that failed. */
export type ReplaceCall = (error: unknown, context: FallbackContext) => unknown;

/** What can stand in for a call: a function is called, `cached(…)` is asked, anything else is the answer itself. */
export type Replacement =
  | ReplaceCall
  | Cached
  | string
  | number
  | bigint
  | boolean
  | symbol
  | object
  | null
  | undefined;

/** What a replacement answers with; a cache answers with what the call itself once gave. */
export type AnswerOf<R> = R extends Cached
  ? never
  : R extends (...given: never[]) => infer A
    ? Awaited<A>
    : R;

/** @throws TypeError for none at all, for what can only be a mistake, and for what would never be asked. */
export function standsOf(given: readonly unknown[], host: Host): readonly Stand[] {
  if (given.length === 0) throw new TypeError('fallback needs at least one replacement');
  const stands = given.map((replacement, index) => standOf(replacement, index, host));
  const value = stands.findIndex(({ kind }) => kind === 'value');
  if (value !== -1 && value < stands.length - 1)
    throw new TypeError(
      `fallback: replacement ${value + 2} would never be asked: the value before it always answers`,
    );
  return stands;
}

function standOf(given: unknown, index: number, host: Host): Stand {
  if (isCached(given)) return new CacheReplacement(given, host);
  if (typeof given === 'function') {
    const replace = given as ReplaceCall;
    const ask = async (error: unknown, context: FallbackContext): Promise<Answer> => ({
      value: await replace(error, context),
    });
    return { kind: 'function', label: replace.name === '' ? 'function' : replace.name, ask };
  }
  if (has(given, 'then'))
    throw new TypeError(
      `fallback: replacement ${index + 1} is a promise, made before anything failed; give a function that makes it`,
    );
  if (has(given, 'execute'))
    throw new TypeError(
      `fallback: replacement ${index + 1} is a policy; give a function: (_error, context) => spare.execute(call, context)`,
    );
  const answer: Answer = { value: given };
  return { kind: 'value', label: 'value', ask: () => answer };
}

function has(given: unknown, method: string): boolean {
  return (
    typeof given === 'object' &&
    given !== null &&
    typeof (given as Record<string, unknown>)[method] === 'function'
  );
}
