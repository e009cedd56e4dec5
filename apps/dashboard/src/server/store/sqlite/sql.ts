import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

export type Value = string | number | null;

export interface Statement {
  run(...values: Value[]): unknown;
  get(...values: Value[]): unknown;
  all(...values: Value[]): unknown[];
}

/** What the three libraries have in common, and all that is needed. */
export interface Sql {
  exec(sql: string): unknown;
  prepare(sql: string): Statement;
  close(): unknown;
}

/** One way to SQLite: opens a file, or says why it cannot. */
export interface SqlLibrary {
  readonly name: string;
  open(file: string): Sql;
}

/** A library that is not there, or not for this Node. */
class Unavailable extends Error {}

const require: NodeJS.Require = createRequire(import.meta.url);
type Open = new (file: string) => Sql;

const nodeSqlite: SqlLibrary = {
  name: 'node:sqlite',
  open(file) {
    const found = process.getBuiltinModule?.('node:sqlite') as { DatabaseSync: Open } | undefined;
    if (found === undefined) throw new Unavailable('this Node has none');
    return new found.DatabaseSync(file);
  },
};

function packaged(name: string): SqlLibrary {
  return {
    name,
    open(file) {
      const Database = load(name);
      return new Database(file);
    },
  };
}

function load(name: string): Open {
  const node = engineOf(name);
  // Native code that is not for this Node ends the process instead of throwing.
  if (!isFor(node, process.versions.node)) {
    throw new Unavailable(`for Node ${node}, this is ${process.versions.node}`);
  }
  try {
    return require(name) as Open;
  } catch (error) {
    throw new Unavailable(error instanceof Error ? (error.message.split('\n', 1)[0] ?? '') : 'does not load');
  }
}

/** The Node that a package says it is for. A package need not let others read its manifest, so it is looked for. */
function engineOf(name: string): string | undefined {
  let file: string;
  try {
    file = require.resolve(name);
  } catch {
    throw new Unavailable('not installed');
  }
  for (let dir = dirname(file); dir !== dirname(dir); dir = dirname(dir)) {
    const manifest = join(dir, 'package.json');
    if (!existsSync(manifest)) continue;
    return (JSON.parse(readFileSync(manifest, 'utf8')) as { engines?: { node?: string } }).engines?.node;
  }
  return undefined;
}

/** Reads `>=22` and `20.x || 22.x`; anything else is believed to fit. */
export function isFor(wanted: string | undefined, version: string): boolean {
  const major = Number.parseInt(version, 10);
  const least = /^\s*>=\s*v?(\d+)[\d.]*\s*$/.exec(wanted ?? '')?.[1];
  if (least !== undefined) return major >= Number(least);
  const majors = (wanted ?? '').split('||').map((part) => /^\s*v?(\d+)\.x\s*$/.exec(part)?.[1]);
  return majors.some((each) => each === undefined) || majors.includes(String(major));
}

/** In the order in which they are tried. */
const LIBRARIES: readonly SqlLibrary[] = [nodeSqlite, packaged('better-sqlite3'), packaged('libsql')];

/**
 * Opens a database with the first library that is there.
 *
 * @throws Error that says what to install where none is; or what SQLite says of the file.
 */
export function openSql(
  file: string,
  libraries: readonly SqlLibrary[] = LIBRARIES,
): { sql: Sql; library: string } {
  const reasons: string[] = [];
  for (const library of libraries) {
    try {
      return { sql: library.open(file), library: library.name };
    } catch (error) {
      const { message } = error as Error;
      if (!(error instanceof Unavailable))
        throw new Error(`${file} cannot be opened: ${message}`, { cause: error });
      reasons.push(`${library.name}: ${message}`);
    }
  }
  throw new Error(
    `history.store sqlite needs Node 22.13 or newer, or a package: npm install libsql (${reasons.join('; ')})`,
  );
}
