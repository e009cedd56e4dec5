// Generates the Prisma clients of the tests into each host's git-ignored `generated`. A host's `build` runs it for that host, Vitest
// runs it for all of them before any unit test. Where nothing has changed it takes milliseconds.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { argv, execPath } from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
/**
 * Prisma wants its engines on disk before it generates, would download them, and then runs none of them: any file will do.
 * The library is copied beside the client, so that one is a small file.
 */
const NO_DOWNLOADS = {
  PRISMA_SCHEMA_ENGINE_BINARY: execPath,
  PRISMA_QUERY_ENGINE_LIBRARY: join(HERE, 'unused/index.cjs'),
  CHECKPOINT_DISABLE: '1',
  PRISMA_HIDE_UPDATE_MESSAGE: '1',
};

/** Vitest's global setup. */
export default async function setup() {
  const hosts = readdirSync(HERE).filter((name) => name.startsWith('prisma-'));
  await Promise.all(hosts.map((name) => generate(join(HERE, name))));
}

async function generate(host) {
  const schemas = readdirSync(join(host, 'prisma'), { recursive: true }).filter((name) =>
    name.endsWith('.prisma'),
  );
  const prisma = createRequire(join(host, 'package.json')).resolve('prisma/package.json');
  for (const schema of schemas) await generateOne(host, join(host, 'prisma', schema), prisma);
}

async function generateOne(host, schema, prisma) {
  const output = join(dirname(schema), /output\s*=\s*"(.*)"/.exec(readFileSync(schema, 'utf8'))[1]);
  const stamp = join(output, '.stamp');
  const inputs = [schema, prisma, fileURLToPath(import.meta.url)].map((file) => readFileSync(file));
  const hash = createHash('sha256').update(Buffer.concat(inputs)).digest('hex');
  if (contentOf(stamp) === hash) return;
  rmSync(output, { recursive: true, force: true });
  await promisify(execFile)(
    execPath,
    [join(dirname(prisma), 'build/index.js'), 'generate', '--schema', schema],
    { cwd: host, env: { ...process.env, ...NO_DOWNLOADS } },
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
