// pnpm new:adapter axios  ->  packages/axios, built, typed and tested like the others.
import { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const name = process.argv[2];
if (!/^[a-z][a-z0-9-]*$/.test(name ?? '')) {
  console.error('usage: pnpm new:adapter <name>');
  process.exit(2);
}
const root = fileURLToPath(new URL('../', import.meta.url));
const target = join(root, 'packages', name);
if (existsSync(target)) {
  console.error(`${target} exists`);
  process.exit(1);
}
cpSync(join(root, 'templates/adapter'), target, {
  recursive: true,
  filter: (path) => !/(^|[\\/])(node_modules|dist|\.turbo)([\\/]|$)/.test(path.slice(root.length)),
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
console.log(`packages/${name} made; now: pnpm install && pnpm test`);
