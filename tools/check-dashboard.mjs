// Part of npm run check:packages: the dashboard as a stranger gets it. Packed by npm, installed into an empty project, started by npx,
// asked for its page, and told to leave.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { check } from './check.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const temp = mkdtempSync(join(tmpdir(), 'cb-dashboard-'));
const exec = promisify(execFile);
const shell = process.platform === 'win32';
const quietly = ['--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];

async function pack(folder) {
  const into = join(temp, 'tarballs', folder);
  mkdirSync(into, { recursive: true });
  await exec('npm', ['pack', '--pack-destination', into, '--loglevel=error'], {
    cwd: join(root, folder),
    shell,
  });
  return join(into, readdirSync(into)[0]);
}

async function says(expected, command, ...args) {
  const { stdout } = await exec(command, args, { cwd: project, shell });
  if (stdout !== expected) throw new Error(`it said ${JSON.stringify(stdout)}`);
}

/** A started dashboard, by way of npx: what it prints first is its address. */
async function start() {
  const child = spawn('npx', ['--offline', '@cb/dashboard', '--port', '0'], {
    cwd: project,
    shell,
    detached: !shell,
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => (said += part));
  const gone = once(child, 'exit');
  for (;;) {
    const url = /http:\/\/\S+/.exec(said)?.[0];
    if (url) return { child, url, gone };
    const [why] = await Promise.race([once(child.stdout, 'data'), gone.then(() => ['gone'])]);
    if (why === 'gone') throw new Error(`it ended: ${said}`);
  }
}

async function askFor(url, wanted) {
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok || !wanted.test(text))
    throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
  return text;
}

const project = join(temp, 'project');
mkdirSync(project);
writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }\n');
const folders = ['packages/core', 'packages/protocol', 'packages/policies', 'apps/dashboard'];
const tarballs = [];
for (const folder of folders) tarballs.push(await pack(folder));
const { version } = JSON.parse(readFileSync(join(root, 'apps/dashboard/package.json'), 'utf8'));

await check('@cb/dashboard, packed by npm, installs into an empty project', () =>
  exec('npm', ['install', '--ignore-scripts', ...quietly, ...tarballs], { cwd: project, shell }),
);
await check('npx cb-dashboard and npx @cb/dashboard are the same program', async () => {
  await says(`${version}\n`, 'npx', '--offline', 'cb-dashboard', '--version');
  await says(`${version}\n`, 'npx', '--offline', '@cb/dashboard', '--version');
});
await check('npm exec runs it from its tarballs, without installing it', async () => {
  const packages = tarballs.flatMap((tarball) => ['--package', `file:${tarball}`]);
  const elsewhere = join(temp, 'elsewhere');
  mkdirSync(elsewhere);
  const { stdout } = await exec(
    'npm',
    ['exec', '--yes', ...quietly, ...packages, '--', 'cb-dashboard', '--version'],
    {
      cwd: elsewhere,
      shell,
    },
  );
  if (stdout !== `${version}\n`) throw new Error(`it said ${JSON.stringify(stdout)}`);
});
await check('it can be imported', () =>
  exec(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      "import { startDashboard } from '@cb/dashboard'; const it = await startDashboard({ port: 0 }); await it.close();",
    ],
    { cwd: project },
  ),
);
await check('started by npx it serves its page, is ready, and leaves when told to', async () => {
  const { child, url, gone } = await start();
  try {
    const page = await askFor(url, /<div id="root">/);
    for (const [, asset] of page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g))
      await askFor(new URL(asset, url), /./);
    await askFor(new URL('/readyz', url), /^ready/);
    await askFor(new URL('/licenses.md', url), /## react-dom/);
  } finally {
    // As a terminal does it: the whole group.
    if (shell) child.kill();
    else process.kill(-Number(child.pid), 'SIGINT');
  }
  await gone;
  // npx is killed by the signal that it hands on; the server closes in order.
  for (let tries = 0; await fetch(url).catch(() => undefined); tries++) {
    if (tries === 100) throw new Error('it is still there');
    await sleep(50);
  }
});

rmSync(temp, { recursive: true, force: true });
