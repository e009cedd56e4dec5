/** In Go an option that was left out is 0; both systems then take their default. */
export function orDefault(value: unknown, fallback: number): unknown {
  return value === undefined || value === 0 ? fallback : value;
}
