// Generates Prisma clients into the git-ignored `generated` of the package that it is run in: of the demo and of each host of
// @cb/prisma's tests. Vitest runs it for those hosts before any unit test. Where nothing has changed it takes milliseconds.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { argv, execPath } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const HOSTS = fileURLToPath(new URL('../packages/prisma/test/hosts/', import.meta.url));
/**
 * Prisma wants its engines on disk before it generates, would download them, and then runs none of them: any file will do.
 * The library is copied beside the client, so that one is a small file.
 */
const NO_DOWNLOADS = {
  PRISMA_SCHEMA_ENGINE_BINARY: execPath,
  PRISMA_QUERY_ENGINE_LIBRARY: join(HOSTS, 'unused/index.cjs'),
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
};

/** Vitest's global setup. */
export default async function setup() {
  const hosts = readdirSync(HOSTS).filter((name) => name.startsWith('prisma-'));
  await Promise.all(hosts.map((name) => generate(join(HOSTS, name))));
}

async function generate(folder) {
  const schemas = readdirSync(join(folder, 'prisma'), { recursive: true }).filter((name) =>
    name.endsWith('.prisma'),
  );
  const prisma = createRequire(join(folder, 'package.json')).resolve('prisma/package.json');
  await Promise.all(schemas.map((schema) => generateOne(folder, join(folder, 'prisma', schema), prisma)));
}

async function generateOne(folder, schema, prisma) {
  const output = join(dirname(schema), /output\s*=\s*"(.*)"/.exec(readFileSync(schema, 'utf8'))[1]);
  const stamp = join(output, '.stamp');
  const inputs = [schema, prisma, fileURLToPath(import.meta.url)].map((file) => readFileSync(file));
  const hash = createHash('sha256').update(Buffer.concat(inputs)).digest('hex');
  if (contentOf(stamp) === hash) return;
  rmSync(output, { recursive: true, force: true });
  await promisify(execFile)(
    execPath,
    [join(dirname(prisma), 'build/index.js'), 'generate', '--schema', schema],
    { cwd: folder, env: { ...process.env, ...NO_DOWNLOADS } },
  );
  mkdirSync(output, { recursive: true });
  loadEngineFromDisk(output);
  writeFileSync(stamp, hash);
}

/** Prisma 5 has its engine without binaries for edge runtimes only, which import WASM as a module. Node reads it from disk. */
function loadEngineFromDisk(output) {
  const loader = join(output, 'wasm-worker-loader.mjs');
  if (contentOf(loader) === undefined) return;
  writeFileSync(
    loader,
    `import { readFileSync } from 'node:fs';
const bytes = readFileSync(new URL('./query_engine_bg.wasm', import.meta.url));
export default Promise.resolve({ default: new WebAssembly.Module(bytes) });
`,
  );
}

function contentOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(argv[1]).href) await generate(process.cwd());
