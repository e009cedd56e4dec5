// `npm test`, `npm start`, `pnpm test`, `pnpm demo`, `corepack pnpm …`, `npx pnpm …`: every one ends here.
// pnpm installs by itself before it runs a script (verifyDepsBeforeRun); plain npm is handed to the pinned pnpm first.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const [recipe = 'test', ...rest] = process.argv.slice(2);

const build = (...filter) => ['turbo', 'run', 'build', ...filter, '--output-logs=errors-only'];
const recipes = {
  build: [build(...rest)],
  // The second reporter says 'N passed, N failed, N skipped' as the last line, for machines.
  test: [
    build(),
    ['vitest', 'run', '--reporter=default', '--reporter=./tools/summary-reporter.mjs', ...rest],
  ],
  runtimes: [['node', 'tools/runtimes.mjs', ...rest]],
  demo: [build('--filter=@cb/demo'), ['node', 'apps/demo/dist/main.js', ...rest]],
  tour: [build('--filter=@cb/demo'), ['node', 'apps/demo/dist/tour/main.js', ...rest]],
  bench: [build('--filter=@cb/bench...'), ['node', 'apps/bench/dist/main.js', ...rest]],
  'bench-server': [build('--filter=@cb/bench...'), ['node', 'apps/bench/dist/server.js', ...rest]],
  typecheck: [['turbo', 'run', 'typecheck', '--output-logs=errors-only', ...rest]],
  watch: [['turbo', 'watch', 'build', '--output-logs=new-only', ...rest]],
  mutation: [build('--filter=@cb/core'), ['stryker', 'run', ...rest]],
  packages: [
    build('--filter=./packages/*', '--filter=@cb/prisma-host-7', '--filter=@cb/dashboard'),
    ['node', 'tools/check-packages.mjs', ...rest],
    ['node', 'tools/check-readmes.mjs'],
    ['node', 'tools/check-timeline.mjs'],
    ['node', 'tools/check-dashboard.mjs'],
    ['node', 'tools/check-image.mjs'],
    ['node', 'tools/check-size.mjs'],
  ],
  // oxlint reads the web app, whose tsconfig has a name of its own, without our conditions: it needs the packages' types in dist.
  lint: [
    build('--filter=./packages/*'),
    ['biome', 'ci', '--colors=off', '.'],
    ['oxlint', '--type-aware'],
    ['turbo', 'boundaries'],
    ['knip'],
  ],
};

// The variables that npm and pnpm set for their own children confuse the other one.
const env = Object.fromEntries(
  Object.entries(process.env).filter(([key]) => !/^npm_(config_(?!registry)|package_|lifecycle_)/i.test(key)),
);
env.TURBO_TELEMETRY_DISABLED = '1';
if (!process.stdout.isTTY && !env.FORCE_COLOR) env.NO_COLOR = '1'; // vitest colours pipes otherwise

async function run(command, args, cwd = root) {
  const child = spawn(command, args, { cwd, stdio: 'inherit', env, shell: process.platform === 'win32' });
  const ignore = () => {}; // a terminal's Ctrl-C reaches the child as well
  const forward = (signal) => child.kill(signal);
  process.on('SIGINT', ignore).on('SIGTERM', forward);
  const [code, signal] = await once(child, 'exit');
  process.off('SIGINT', ignore).off('SIGTERM', forward);
  if (code !== 0) process.exit(signal ? 1 : code);
}

if (process.env.npm_config_user_agent?.startsWith('pnpm/')) {
  env.PATH = join(root, 'node_modules/.bin') + delimiter + env.PATH;
  // Once is enough: turbo's parallel `pnpm run build` must not install again, all at once.
  env.pnpm_config_verify_deps_before_run = 'false';
  for (const [command, ...args] of recipes[recipe]) await run(command, args);
} else {
  const { packageManager, scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  // Recipes and scripts have the same names, but for the scripts with a colon.
  const script = Object.keys(scripts).find((name) => scripts[name] === `node tools/run.mjs ${recipe}`);
  if (script === undefined) throw new Error(`no script in package.json runs the recipe ${recipe}`);
  env.npm_config_prefer_offline = 'true';
  env.npm_config_update_notifier = 'false';
  // Not from the root: npx would take node_modules' own pnpm, which may have to replace node_modules.
  await run(
    'npx',
    ['--yes', packageManager.split('+')[0], '--silent', '--dir', root, 'run', script, ...rest],
    tmpdir(),
  );
}
