import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readyBinaries } from './binaries.ts';

export { findPostgres } from './binaries.ts';

const PATIENCE_MS = 30_000;
/** PostgreSQL refuses to run as root. */
const NOBODY = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** Where a server lives. */
export interface PostgresPlace {
  readonly folder: string;
  readonly port: number;
}

/** A real server in a folder and on a port of its own; only this machine reaches it. */
export class PostgresServer {
  readonly place: PostgresPlace;
  readonly #bin: string;
  readonly #data: string;
  /** `initdb` or the server, while it runs. */
  #child: ChildProcess | undefined;

  /**
   * Makes a server that does not run yet.
   *
   * @param binaries What `findPostgres` answered.
   * @param place Of a server that was there before; without it a fresh one is made.
   */
  static async make(binaries: string, place?: PostgresPlace): Promise<PostgresServer> {
    return new PostgresServer(binaries, place ?? { folder: makeFolder(), port: await freePort() });
  }

  private constructor(binaries: string, place: PostgresPlace) {
    this.place = place;
    this.#data = join(place.folder, 'data');
    this.#bin = readyBinaries(binaries, place.folder);
  }

  get url(): string {
    return `postgres://cb@127.0.0.1:${this.place.port}/postgres`;
  }

  get runs(): boolean {
    return this.#child !== undefined;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Resolves when it takes queries. */
  async start(): Promise<void> {
    if (!existsSync(join(this.#data, 'PG_VERSION'))) await this.#makeDatabase();
    const { folder, port } = this.place;
    const flags = ['-D', this.#data, '-p', `${port}`, '-h', '127.0.0.1', '-k', folder, '-c', 'fsync=off'];
    // The processes of a killed server live on for a moment, and its memory with them: then the new one gives up at once.
    for (const deadline = performance.now() + PATIENCE_MS; ; await delay(100)) {
      rmSync(join(this.#data, 'postmaster.pid'), { force: true });
      const said = await readUntil(this.#spawn('postgres', flags), 'ready to accept connections');
      if (said === undefined) return;
      if (performance.now() > deadline) throw new Error(`PostgreSQL does not start: ${said}`);
    }
  }

  async #makeDatabase(): Promise<void> {
    const flags = ['-D', this.#data, '-U', 'cb', '-A', 'trust', '-E', 'UTF8', '--no-sync', '--locale=C'];
    const said = await readUntil(this.#spawn('initdb', flags), undefined);
    if (!existsSync(join(this.#data, 'PG_VERSION'))) throw new Error(`initdb does not work: ${said}`);
  }

  /** Not detached: what ends the whole group of processes by force ends it too. */
  #spawn(program: string, flags: readonly string[]): ChildProcess {
    const child = spawn(join(this.#bin, program), flags, {
      ...NOBODY,
      cwd: this.place.folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    this.#child = child;
    const onGone = (): void => {
      if (this.#child === child) this.#child = undefined;
    };
    child.once('exit', onGone).once('error', onGone);
    return child;
  }

  /** SIGKILL: no goodbye to any client. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** At once, for a process that ends. */
  destroyNow(): void {
    this.#child?.kill('SIGKILL');
    rmSync(this.place.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 50 });
  }
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'cb-postgres-'));
  chmodSync(folder, 0o755);
  if (NOBODY.uid !== undefined) chownSync(folder, NOBODY.uid, NOBODY.gid);
  return folder;
}

/** Reads what a program says until it says these words; where it ends without, what it has said. */
function readUntil(program: ChildProcess, words: string | undefined): Promise<string | undefined> {
  let said = '';
  return new Promise((resolve, reject) => {
    program.stderr?.on('data', (chunk: Buffer) => {
      if (said.length < 10_000) said += String(chunk); // reading goes on: a full pipe would stop the server
      if (words !== undefined && said.includes(words)) resolve(undefined);
    });
    program.once('close', () => resolve(said.trim()));
    program.once('error', reject);
  });
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
