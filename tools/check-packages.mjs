// npm run check:packages: are the tarballs what a user can install? Each check says what is wrong in one sentence.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const temp = mkdtempSync(join(tmpdir(), 'cb-packages-'));
const failures = [];

/** Runs a command; what it prints is shown only where it fails. */
function run(cwd, command, ...args) {
  const shell = process.platform === 'win32';
  return execFileSync(command, args, { cwd, shell, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function check(sentence, body) {
  try {
    body();
    console.log(`ok    ${sentence}`);
  } catch (error) {
    failures.push(sentence);
    const details =
      error.stdout || error.stderr ? `${error.stdout ?? ''}${error.stderr ?? ''}` : error.message;
    console.log(`FAIL  ${sentence}\n${details.trim().replace(/^/gm, '      ')}`);
  }
}

/** The tarball that `pack` (npm or pnpm) makes of a package, in a folder of its own. */
function pack(packer, folder) {
  const into = join(temp, packer, folder);
  mkdirSync(into, { recursive: true });
  run(join(root, folder), packer, 'pack', '--pack-destination', into);
  return join(into, readdirSync(into)[0]);
}

const folders = ['packages', 'apps'].flatMap((parent) =>
  readdirSync(join(root, parent)).map((folder) => `${parent}/${folder}`),
);
const manifests = folders.map((folder) => ({
  folder,
  ...JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')),
}));
const published = manifests.filter((manifest) => !manifest.private);

for (const { folder, name, dependencies = {}, peerDependencies = {} } of published) {
  let tarball;
  // pnpm replaces them when it packs, and npm does not (docs/decisions/0001).
  check(`${name} names what it needs by plain ranges`, () => {
    const needs = Object.entries({ ...dependencies, ...peerDependencies });
    const odd = needs.filter(([, range]) => /^(workspace|catalog|link|file):/.test(range));
    if (odd.length > 0) throw new Error(odd.join('; '));
  });
  check(`${name} can be packed`, () => {
    tarball = pack('pnpm', folder);
  });
  if (tarball === undefined) continue;
  check(`${name} passes publint`, () => run(root, 'publint', 'run', tarball, '--strict'));
  check(`${name} has types that resolve`, () => run(root, 'attw', tarball, '--profile', 'esm-only'));
}

// npm knows no workspace: what it packs must install as it is, and bring nothing along.
const consumer = join(temp, 'consumer');
check('@cb/core, @cb/fetch and @cb/prisma, packed by npm, install into an empty project', () => {
  const tarballs = ['core', 'fetch', 'prisma'].map((folder) => pack('npm', `packages/${folder}`));
  mkdirSync(consumer);
  writeFileSync(join(consumer, 'package.json'), '{ "name": "consumer", "private": true }\n');
  run(consumer, 'npm', 'install', '--prefer-offline', '--no-audit', '--no-fund', ...tarballs);
});
check('node_modules then holds those and nothing else', () => {
  const held = readdirSync(join(consumer, 'node_modules'))
    .filter((entry) => !entry.startsWith('.'))
    .flatMap((entry) =>
      entry.startsWith('@')
        ? readdirSync(join(consumer, 'node_modules', entry)).map((name) => `${entry}/${name}`)
        : [entry],
    );
  if (held.join() !== '@cb/core,@cb/fetch,@cb/prisma')
    throw new Error(`it holds ${held.join(', ') || 'nothing'}`);
});
const use =
  "withBreaker(fetch, { openWhen: failureRatio(0.5) }); createBreaker({ name: 'used' }); breakerExtension();";
check('all can be imported', () => {
  const script = `import { createBreaker, failureRatio } from '@cb/core'; import { withBreaker } from '@cb/fetch'; import { breakerExtension } from '@cb/prisma'; ${use}`;
  run(consumer, process.execPath, '--input-type=module', '-e', script);
});
check('all can be required', () => {
  const script = `const { createBreaker, failureRatio } = require('@cb/core'); const { withBreaker } = require('@cb/fetch'); const { breakerExtension } = require('@cb/prisma'); ${use}`;
  run(consumer, process.execPath, '--input-type=commonjs', '-e', script);
});

rmSync(temp, { recursive: true, force: true });
console.log(
  failures.length === 0
    ? 'All packages are ready to publish.'
    : `${failures.length} of the checks failed; see above.`,
);
process.exitCode = failures.length === 0 ? 0 : 1;
