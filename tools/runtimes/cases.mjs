// What runs inside each runtime, bundled into one file: the conformance cases, without a test runner.
//   node cases.mjs fetch | undici <module> | undici-fetch <module>
// The last line says how it went, and why it left out what it left out.
import { pathToFileURL } from 'node:url';
import { fetchAdapter } from '../../packages/fetch/test/harness.ts';
import { conformanceCases, reasonToSkip, within } from '../../packages/testing/src/any-runner.ts';
import { globalFetchAdapter, requestAdapter } from '../../packages/undici/test/harness.ts';

const [subject, path] = process.argv.slice(2);
const undici = path && (await import(pathToFileURL(path).href));
const adapter = {
  fetch: () => fetchAdapter,
  undici: () => requestAdapter(undici),
  'undici-fetch': () => globalFetchAdapter(undici),
}[subject]();

const counts = { passed: 0, failed: 0, skipped: 0 };
const reasons = [];
for (const conformanceCase of conformanceCases) {
  const { id, promise, run } = conformanceCase;
  const reason = reasonToSkip(conformanceCase, adapter);
  if (reason !== undefined) {
    counts.skipped++;
    reasons.push(`${id}: ${reason}`);
    continue;
  }
  try {
    await within(`the end of ${id}`, run(adapter), 20_000);
    counts.passed++;
  } catch (error) {
    counts.failed++;
    console.log(`  FAIL ${id}: ${promise}\n${String(error?.stack ?? error).replace(/^/gm, '       ')}`);
  }
}
const { passed, failed, skipped } = counts;
const why = skipped === 0 ? '' : ` (${reasons.join('; ')})`;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped${why}`);
process.exit(failed === 0 ? 0 : 1);
