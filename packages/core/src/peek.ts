/** A property of what comes from anywhere; undefined where there is none, or a getter throws. */
export function peek(from: unknown, key: PropertyKey): unknown {
  try {
    return (from as Record<PropertyKey, unknown>)[key];
  } catch {
    return undefined;
  }
}
