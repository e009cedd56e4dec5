const COLLATOR = new Intl.Collator('en', { numeric: true });

/** Names of instances as people count: `checkout-2` before `checkout-10`. The same on every page and in every answer. */
export function compareInstances(a: string, b: string): number {
  return COLLATOR.compare(a, b);
}
