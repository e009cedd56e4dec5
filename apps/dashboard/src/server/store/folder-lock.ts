import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';

const TOUCH_MS = 5_000;
/** A lock of another machine that was not touched for this long belongs to nobody. */
const STALE_MS = 30_000;

interface Owner {
  pid: number;
  host: string;
}

/** Locks of this process. */
const held: Set<string> = new Set();

/** Keeps a second server away from a folder: two writers would spoil it. A crash leaves a lock that the next one sees through. */
export class FolderLock {
  readonly #file: string;
  readonly #timer: ReturnType<typeof setInterval>;

  private constructor(file: string) {
    this.#file = file;
    held.add(file);
    this.#timer = setInterval(() => this.#touch(), TOUCH_MS).unref();
  }

  /** @throws Error that says who has it. */
  static take(folder: string): FolderLock {
    const file = join(folder, 'lock');
    const owner = ownerOf(folder);
    if (owner !== undefined) {
      throw new Error(
        `${folder} is in use by process ${owner.pid} on ${owner.host}; stop that server, or give this one another history.path`,
      );
    }
    writeFileSync(file, JSON.stringify({ pid: process.pid, host: hostname() }));
    return new FolderLock(file);
  }

  #touch(): void {
    try {
      const now = new Date();
      utimesSync(this.#file, now, now);
    } catch {
      // The folder is gone or full; what writes into it says so.
    }
  }

  release(): void {
    clearInterval(this.#timer);
    held.delete(this.#file);
    rmSync(this.#file, { force: true });
  }
}

/** When the owner of a folder was last alive; undefined where none is known. */
export function lockedAt(folder: string): number | undefined {
  return statSync(join(folder, 'lock'), { throwIfNoEntry: false })?.mtimeMs;
}

/** Who works in the folder now. */
export function ownerOf(folder: string): Owner | undefined {
  const file = join(folder, 'lock');
  const touchedAt = statSync(file, { throwIfNoEntry: false })?.mtimeMs;
  if (touchedAt === undefined) return undefined;
  let owner: Partial<Owner>;
  try {
    owner = JSON.parse(readFileSync(file, 'utf8')) as Partial<Owner>;
  } catch {
    return undefined;
  }
  const { pid = 0, host = '' } = owner;
  const here = host === hostname();
  // In a container every start may have the same number: what this process does not hold itself is left from an earlier one.
  const alive = here
    ? pid === process.pid
      ? held.has(file)
      : lives(pid)
    : Date.now() - touchedAt < STALE_MS;
  return alive ? { pid, host } : undefined;
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
