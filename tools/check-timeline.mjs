// Part of npm run check:packages: the README of @cb/timeline as a stranger follows it. Packed by npm, installed into an empty project with
// React and Vite and nothing else of ours; its snippet is checked by TypeScript, built for a browser, and rendered.
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { check } from './check.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = join(root, 'packages/timeline');
const project = mkdtempSync(join(tmpdir(), 'cb-timeline-'));
const exec = promisify(execFile);
const shell = process.platform === 'win32';
const run = (cwd, command, ...args) => exec(command, args, { cwd, shell });

/** The version of a package that our own tests run with. */
const versionOf = (name) =>
  JSON.parse(readFileSync(join(root, 'apps/dashboard/node_modules', name, 'package.json'), 'utf8')).version;
const write = (path, text) => writeFileSync(join(project, path), text);

await check('@cb/timeline installs with React and Vite, and brings nothing of ours along', async () => {
  mkdirSync(join(project, 'tarball'));
  await run(folder, 'npm', 'pack', '--pack-destination', join(project, 'tarball'), '--loglevel=error');
  write('package.json', '{ "name": "stranger", "private": true, "type": "module" }\n');
  const needs = ['react', 'react-dom', 'vite', '@types/react', '@types/react-dom'];
  const tarball = join(project, 'tarball', readdirSync(join(project, 'tarball'))[0]);
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
  await run(
    project,
    'npm',
    'install',
    ...flags,
    tarball,
    ...needs.map((name) => `${name}@${versionOf(name)}`),
  );
  const ours = readdirSync(join(project, 'node_modules/@cb'));
  if (ours.join() !== 'timeline') throw new Error(`it brought along @cb/{${ours.join()}}`);
});

await check("its README's snippet has types", async () => {
  const [, snippet] = /```tsx\n(.*?)```/s.exec(readFileSync(join(folder, 'README.md'), 'utf8'));
  write('page.tsx', snippet);
  write(
    'main.tsx',
    "import { createRoot } from 'react-dom/client';\nimport { Incident, Payments } from './page.tsx';\n" +
      "const root = document.getElementById('root');\nif (root) createRoot(root).render(<><Incident /><Payments /></>);\n",
  );
  write(
    'server.tsx',
    "import { renderToString } from 'react-dom/server';\nimport { Incident, Payments } from './page.tsx';\n" +
      'console.log(renderToString(<><Incident /><Payments /></>));\n',
  );
  write(
    'index.html',
    '<!doctype html><div id="root"></div><script type="module" src="/main.tsx"></script>\n',
  );
  const compilerOptions = {
    strict: true,
    noEmit: true,
    jsx: 'react-jsx',
    module: 'ESNext',
    moduleResolution: 'Bundler',
    target: 'ES2022',
    lib: ['ES2022', 'DOM'],
    types: [],
    allowImportingTsExtensions: true,
  };
  write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['main.tsx'] }));
  await run(project, join(root, 'node_modules/.bin/tsc'), '-p', 'tsconfig.json');
});

await check('it is built for a browser, styles and colours too', async () => {
  await run(project, 'npx', '--no-install', 'vite', 'build', '--outDir', 'browser');
  const assets = readdirSync(join(project, 'browser/assets'));
  const styles = assets.filter((name) => name.endsWith('.css'));
  const css = styles.map((name) => readFileSync(join(project, 'browser/assets', name), 'utf8')).join('');
  if (!css.includes('--cb-open') || !css.includes('.cb-timeline-plot'))
    throw new Error('its styles are missing');
});

await check('it is rendered without a browser', async () => {
  await run(project, 'npx', '--no-install', 'vite', 'build', '--ssr', 'server.tsx', '--outDir', 'server');
  const { stdout } = await run(project, process.execPath, 'server/server.js');
  for (const expected of ['61 % of 100 calls failed', '2026-01-05 10:02:30', 'Loading…']) {
    if (!stdout.includes(expected)) throw new Error(`it does not show ${expected}: ${stdout}`);
  }
});

if (process.env.CB_KEEP === undefined) rmSync(project, { recursive: true, force: true });
else console.log(project);
