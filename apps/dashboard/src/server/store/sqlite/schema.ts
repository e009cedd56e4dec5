import type { Sql } from './sql.ts';

/** Grows with every change of the tables. */
const VERSION = 1;

/** Keys are breaker and time, with the rest inside: what is read together lies together, and there is no second tree to write. */
const TABLES = `
  CREATE TABLE breakers (id INTEGER PRIMARY KEY, service TEXT NOT NULL, name TEXT NOT NULL, UNIQUE (service, name));
  CREATE TABLE instances (id INTEGER PRIMARY KEY, breaker INTEGER NOT NULL, instance TEXT NOT NULL, UNIQUE (breaker, instance));
  CREATE TABLE lanes (lane INTEGER, t INTEGER, n INTEGER, code INTEGER, PRIMARY KEY (lane, t, n)) WITHOUT ROWID;
  CREATE TABLE events (breaker INTEGER, t INTEGER, event INTEGER, opening INTEGER, data TEXT,
    PRIMARY KEY (breaker, t, event)) WITHOUT ROWID;
  CREATE INDEX events_by_time ON events (t, event);
  CREATE UNIQUE INDEX events_by_number ON events (event);
  CREATE TABLE said (breaker INTEGER, t INTEGER, data TEXT, PRIMARY KEY (breaker, t)) WITHOUT ROWID;
  CREATE TABLE samples (breaker INTEGER, t INTEGER, data TEXT, PRIMARY KEY (breaker, t)) WITHOUT ROWID;
  CREATE TABLE notes (kind TEXT, t INTEGER, n INTEGER, data TEXT, PRIMARY KEY (kind, t, n)) WITHOUT ROWID;
  CREATE TABLE facts (name TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;
`;

/**
 * What is under way has a table of its own, because it is written every second: there it is a few pages, among the samples
 * it would be one for each breaker. Where a server begins, whoever told the rest of it is gone: that is all there will be.
 */
const UNDER_WAY = `
  CREATE TABLE IF NOT EXISTS under_way (breaker INTEGER, t INTEGER, data TEXT, PRIMARY KEY (breaker, t)) WITHOUT ROWID;
  INSERT OR IGNORE INTO samples SELECT breaker, t, data FROM under_way;
  DELETE FROM under_way;
`;

/** Prepares a database that was just opened. @throws Error where a newer version made it. */
export function prepareSchema(sql: Sql, file: string): void {
  sql.exec('PRAGMA busy_timeout = 5000');
  const version = pragma(sql, 'user_version');
  if (version > VERSION) {
    throw new Error(
      `${file} was written by a newer version of the dashboard (schema ${version}, this one knows ${VERSION}); ` +
        'use that version, or another history.path',
    );
  }
  // Counts only before the first table is made.
  sql.exec('PRAGMA auto_vacuum = INCREMENTAL');
  sql.exec('PRAGMA journal_mode = WAL');
  // A crash of this process loses nothing, one of the machine the last moments.
  sql.exec('PRAGMA synchronous = NORMAL');
  const tables = version === VERSION ? '' : TABLES;
  sql.exec(`BEGIN IMMEDIATE; ${tables} ${UNDER_WAY} PRAGMA user_version = ${VERSION}; COMMIT;`);
}

export function pragma(sql: Sql, name: string): number {
  return (sql.prepare(`PRAGMA ${name}`).get() as Record<string, number>)[name] ?? 0;
}
