// pnpm new:adapter redis  ->  packages/redis and docs/adapters/redis.md, built, typed and tested like the others.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const [name = '', ...rest] = process.argv.slice(2);
if (!/^[a-z][a-z0-9-]*$/.test(name) || rest.length > 0) {
  console.error('usage: pnpm new:adapter <name>   (small letters, digits and dashes)');
  process.exit(2);
}
const root = fileURLToPath(new URL('../', import.meta.url));
const template = join(root, 'templates/adapter');
const target = join(root, 'packages', name);
const page = join(root, 'docs/adapters', `${name}.md`);
for (const path of [target, page]) {
  if (!existsSync(path)) continue;
  console.error(`${relative(root, path)} exists already`);
  process.exit(1);
}

/** The template's own names, and the adapter's instead. */
const named = (text) =>
  text
    .replaceAll('@cb/adapter-template', `@cb/${name}`)
    .replaceAll('templates/adapter', `packages/${name}`)
    .replaceAll('{{name}}', name)
    .replace(/,\n {2}"private": true/, '');

const BUILT = ['node_modules', 'dist', '.turbo'];
const isOwn = (path) =>
  !relative(template, path)
    .split(/[\\/]/)
    .some((part) => BUILT.includes(part));
cpSync(template, target, { recursive: true, filter: isOwn });
for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const file = join(entry.parentPath, entry.name);
  writeFileSync(file, named(readFileSync(file, 'utf8')));
}
mkdirSync(join(root, 'docs/adapters'), { recursive: true });
renameSync(join(target, 'docs.md'), page);

console.log(`packages/${name} and docs/adapters/${name}.md are made. It passes the suite already, around a toy client:

  pnpm install
  npm test -- packages/${name}

Then, in this order:

1. Add the host to packages/${name}/package.json, as a peer and a dev dependency, and to the adapters' imports in biome.json.
2. Replace src/host.ts by the host's types and test/toy-client.ts by the host, until the suite passes again.
3. Say in docs/adapters/${name}.md what counts there, and give the README's table a line.

  npm run lint && npm run typecheck && npm run check:packages && npm test`);
