// Part of npm run check:packages: each adapter's README, and that of the policies, as a stranger follows it, in an empty project that holds the
// packed core, the packed adapter, its peer, and nothing else of ours. The snippet runs as it stands, but for the name of the host it calls.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../', import.meta.url));
const temp = mkdtempSync(join(tmpdir(), 'cb-readmes-'));
const exec = promisify(execFile);
const run = (cwd, command, ...args) => exec(command, args, { cwd, shell: process.platform === 'win32' });

/** The version of a package that our own tests run with. */
const versionIn = (folder, name) =>
  JSON.parse(readFileSync(join(root, 'packages', folder, 'package.json'), 'utf8'))[
    folder.includes('hosts') ? 'dependencies' : 'devDependencies'
  ][name];
const host = 'prisma/test/hosts/prisma-7';
const peersOf = {
  fetch: [],
  policies: [],
  axios: [`axios@${versionIn('axios', 'axios')}`],
  undici: [`undici@${versionIn('undici', 'undici')}`],
  prisma: ['@prisma/client', '@prisma/adapter-libsql'].map((name) => `${name}@${versionIn(host, name)}`),
};

async function pack(folder) {
  const into = join(temp, 'tarballs', folder);
  mkdirSync(into, { recursive: true });
  await run(join(root, 'packages', folder), 'npm', 'pack', '--pack-destination', into);
  return join(into, readdirSync(into)[0]);
}

async function follow(adapter, core, origin) {
  const project = join(temp, adapter);
  mkdirSync(project);
  writeFileSync(join(project, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }\n');
  const tarballs = [core, await pack(adapter)];
  const flags = ['--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund'];
  await run(project, 'npm', 'install', ...flags, ...tarballs, ...peersOf[adapter]);
  const more = readdirSync(join(project, 'node_modules/@cb')).filter(
    (name) => name !== 'core' && name !== adapter,
  );
  if (more.length > 0) throw new Error(`it brought along @cb/{${more.join()}}`);
  // What `prisma generate` makes from the user's schema, compiled.
  if (adapter === 'prisma')
    cpSync(join(root, 'packages', host, 'dist/generated/sqlite'), join(project, 'generated/prisma'), {
      recursive: true,
    });
  const readme = readFileSync(join(root, 'packages', adapter, 'README.md'), 'utf8');
  const snippet = /```ts\n(.*?)```/s.exec(readme)[1].replaceAll('https://api.example.com', origin);
  writeFileSync(join(project, 'snippet.js'), snippet);
  await run(project, process.execPath, 'snippet.js');
}

let asked = 0;
const server = createServer((_, response) => {
  asked++;
  response.end('{"users":[]}');
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const core = await pack('core');
let failed = 0;
for (const adapter of Object.keys(peersOf)) {
  const sentence = `@cb/${adapter}: its README's snippet runs with core, the adapter and its peer alone`;
  try {
    const before = asked;
    await follow(adapter, core, `http://127.0.0.1:${server.address().port}`);
    if (adapter !== 'prisma' && asked === before) throw new Error('the snippet asked nobody');
    console.log(`ok    ${sentence}`);
  } catch (error) {
    failed++;
    console.log(
      `FAIL  ${sentence}\n${`${error.stdout ?? ''}${error.stderr ?? error.message}`.replace(/^/gm, '      ')}`,
    );
  }
}
server.close();
rmSync(temp, { recursive: true, force: true });
process.exitCode = failed === 0 ? 0 : 1;
