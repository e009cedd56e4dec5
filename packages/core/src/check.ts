/** Sentences for wrong options: which option, what is allowed, what was given, and the likely slip. */

/** `value` must be a share above 0 and at most 1. */
export function checkRatio(option: string, value: unknown, smallest = 0): number {
  const inRange = typeof value === 'number' && value <= 1 && (smallest === 0 ? value > 0 : value >= smallest);
  if (inRange) return value;
  const range = smallest === 0 ? 'above 0 and at most 1' : `from ${smallest} to 1`;
  const slip = typeof value === 'number' && value > 1 && value <= 100 ? `; did you mean ${value / 100}?` : '';
  throw new RangeError(`${option} must be ${range}, got ${show(value)}${slip}`);
}

/** `value` must be a finite duration in milliseconds, above 0. */
export function checkMs(option: string, value: unknown, smallest: number = Number.MIN_VALUE): number {
  if (typeof value === 'number' && value >= smallest && value <= Number.MAX_SAFE_INTEGER) return value;
  const range =
    smallest === 0 ? 'of 0 or more' : smallest === Number.MIN_VALUE ? 'above 0' : `of at least ${smallest}`;
  const slip =
    value === Number.POSITIVE_INFINITY
      ? '; to keep a circuit open until somebody acts, use setMode("forced-open")'
      : typeof value === 'string'
        ? '; durations are numbers of milliseconds'
        : '';
  throw new RangeError(
    `${option} must be a finite number of milliseconds ${range}, got ${show(value)}${slip}`,
  );
}

/** `value` must be a whole number from `smallest` to `largest`. */
export function checkCount(option: string, value: unknown, smallest = 1, largest = 1_000_000): number {
  if (Number.isInteger(value) && (value as number) >= smallest && (value as number) <= largest)
    return value as number;
  const slip =
    typeof value === 'number' && value > 0 && value < 1 ? '; it counts calls and is not a share' : '';
  throw new RangeError(
    `${option} must be a whole number from ${smallest} to ${largest}, got ${show(value)}${slip}`,
  );
}

/** Every key of `given` must be one of `known`: a misspelt option must not silently do nothing. */
export function checkKeys(
  where: string,
  given: object,
  known: readonly string[],
  slips: Record<string, string> = {},
): void {
  if (typeof given !== 'object' || given === null)
    throw new TypeError(`${where} takes an object of options, got ${show(given)}`);
  for (const key of Object.keys(given)) {
    if (known.includes(key)) continue;
    throw new TypeError(`${where} has no option "${key}"${hints(key, known, slips)}`);
  }
}

/** `name` must be one of `known`: a listener of a misspelt event would silently never be called. */
export function checkEvent(name: unknown, known: readonly string[], slips: Record<string, string>): void {
  if (known.includes(name as string)) return;
  throw new TypeError(`there is no event ${show(name)}${hints(String(name), known, slips)}`);
}

function hints(key: string, known: readonly string[], slips: Record<string, string>): string {
  const hint = Object.hasOwn(slips, key) ? slips[key] : nearest(key, known);
  return `${hint === undefined ? '' : `; did you mean ${hint}?`} (known: ${known.join(', ')})`;
}

/** `value` may be left out; else it must be a function. */
export function checkFunction(option: string, value: unknown): void {
  if (value !== undefined && typeof value !== 'function')
    throw new TypeError(`${option} must be a function, got ${show(value)}`);
}

export function show(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object' && value !== null) return 'an object';
  return String(value);
}

function nearest(key: string, known: readonly string[]): string | undefined {
  const lower = key.toLowerCase();
  return known.find((name) => {
    const other = name.toLowerCase();
    return other.startsWith(lower) || lower.startsWith(other);
  });
}
