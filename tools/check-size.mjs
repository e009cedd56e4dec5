// Part of npm run check:packages: what a bundle of each entry costs, against its budget. Prints what it measured; a budget that is far too
// wide, or exceeded, fails: the table is to be kept true.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = (path) => JSON.stringify(join(root, 'packages', path));

/** What somebody imports, and how many bytes of minified, gzipped code that may cost at most. React, a peer, is not counted. */
const ENTRIES = [
  ['createBreaker', `export { createBreaker } from ${dist('core/dist/index.js')};`, 21_000],
  ['everything of @cb/core', `export * from ${dist('core/dist/index.js')};`, 22_500],
  ['one preset', `export { gobreaker } from ${dist('core/dist/presets/index.js')};`, 2_700],
  ['BreakerTimeline', `export { BreakerTimeline } from ${dist('timeline/dist/index.js')};`, 6_900],
  ['everything of @cb/timeline', `export * from ${dist('timeline/dist/index.js')};`, 9_500],
  ['@cb/core/simulate', `export { simulate } from ${dist('core/dist/simulate/index.js')};`, 27_500],
];
/** A budget this much wider than what was measured says nothing. */
const SLACK = 1.25;

async function sizeOf(code, folder) {
  const entry = join(folder, 'entry.js');
  writeFileSync(entry, code);
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    root: folder,
    build: {
      write: false,
      minify: true,
      lib: { entry, formats: ['iife'], name: 'cb', fileName: 'out' },
      rolldownOptions: { external: [/^react(\/|$)/], output: { globals: (id) => id.replace(/\W/g, '_') } },
    },
  });
  const [{ output }] = [built].flat();
  return gzipSync(output.map(({ code: text = '' }) => text).join(''), { level: 9 }).length;
}

const folder = mkdtempSync(join(root, 'node_modules', '.size-'));
try {
  for (const [what, code, budget] of ENTRIES) {
    const size = await sizeOf(code, folder);
    const verdict = size > budget ? 'too large' : size * SLACK < budget ? 'budget too wide' : 'ok';
    console.log(`${verdict.padEnd(16)}${what}: ${size} B gzipped, budget ${budget} B`);
    if (verdict !== 'ok') process.exitCode = 1;
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
