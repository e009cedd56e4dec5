// pnpm new:adapter redis  ->  packages/redis and docs/adapters/redis.md, built, typed and tested like the others.
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const name = process.argv[2];
if (!/^[a-z][a-z0-9-]*$/.test(name ?? '')) {
  console.error('usage: pnpm new:adapter <name>   (small letters, digits and dashes)');
  process.exit(2);
}
const root = fileURLToPath(new URL('../', import.meta.url));
const template = join(root, 'templates/adapter');
const target = join(root, 'packages', name);
const page = join(root, 'docs/adapters', `${name}.md`);
for (const path of [target, page]) {
  if (!existsSync(path)) continue;
  console.error(`${path} exists`);
  process.exit(1);
}

cpSync(template, target, {
  recursive: true,
  filter: (path) => !/(^|[\\/])(node_modules|dist|\.turbo)([\\/]|$)/.test(path.slice(template.length)),
});
for (const entry of readdirSync(target, { recursive: true })) {
  const file = join(target, entry);
  if (!statSync(file).isFile()) continue;
  const text = readFileSync(file, 'utf8')
    .replaceAll('@cb/adapter-template', `@cb/${name}`)
    .replaceAll('templates/adapter', `packages/${name}`)
    .replaceAll('__NAME__', name)
    .replace('  "private": true,\n', '')
    .replace(',\n  "private": true\n', '\n');
  writeFileSync(file, text);
}
mkdirSync(join(root, 'docs/adapters'), { recursive: true });
renameSync(join(target, 'docs.md'), page);

console.log(`packages/${name} and docs/adapters/${name}.md made. It already passes the suite, around a toy client. Next:

  pnpm install
  pnpm exec vitest run --project unit packages/${name}

1. Add the host to packages/${name}/package.json, as a peer and a dev dependency, and to the adapters' imports in biome.json.
2. Replace src/host.ts by the host's types and test/toy-client.ts by the host; make the suite pass.
3. Say in docs/adapters/${name}.md what counts there.

  pnpm typecheck && pnpm lint`);
