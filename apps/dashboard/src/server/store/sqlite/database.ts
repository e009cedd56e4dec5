import type { Sql, Statement, Value } from './sql.ts';

/** A database with its statements, each prepared once. */
export class Database {
  readonly #sql: Sql;
  readonly #statements: Map<string, Statement> = new Map();

  constructor(sql: Sql) {
    this.#sql = sql;
  }

  /** All of it or nothing. */
  transaction<T>(work: () => T): T {
    this.#sql.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#sql.exec('COMMIT');
      return result;
    } catch (error) {
      try {
        this.#sql.exec('ROLLBACK');
      } catch {
        // SQLite has rolled back by itself: it does where the disk is full.
      }
      throw error;
    }
  }

  all(sql: string, ...values: Value[]): unknown[] {
    return this.#statement(sql).all(...values);
  }

  get(sql: string, ...values: Value[]): unknown {
    return this.#statement(sql).get(...values);
  }

  #statement(sql: string): Statement {
    const known = this.#statements.get(sql) ?? this.#sql.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }
}
