import { describe, it } from 'vitest';
import type { AdapterUnderTest } from './adapter-under-test.ts';
import { reasonToSkip } from './conformance-case.ts';
import { conformanceCases } from './conformance-cases.ts';

/**
 * The contract of an adapter, as Vitest tests: each runs against a real server that really fails, with the breakers'
 * time moved by hand. What the adapter says it cannot do is skipped, with its reason in the title.
 *
 * @param name the title of the suite, usually the package's name.
 * @example
 * describeAdapter('@cb/fetch', {
 *   make: ({ breaker, key, classify, onError }) => { … return { call, group: guarded.breakers }; },
 *   raw: (url, options) => read(fetch(url, options)),
 *   caps: { cannot: { 'own-timeout': 'fetch has no timeout of its own' } },
 * });
 */
export function describeAdapter(name: string, adapter: AdapterUnderTest): void {
  describe(`${name} keeps the promises of an adapter`, () => {
    for (const conformanceCase of conformanceCases) {
      const { id, promise, run } = conformanceCase;
      const reason = reasonToSkip(conformanceCase, adapter);
      if (reason === undefined) it(`${id}: ${promise}`, () => run(adapter), 20_000);
      else it.skip(`${id}: ${promise} (not here: ${reason})`, () => {});
    }
  });
}
