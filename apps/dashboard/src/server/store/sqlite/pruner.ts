import { pragma } from './schema.ts';
import type { Sql, Statement } from './sql.ts';

/** How long a breaker without any sign of life is remembered. */
const FORGET_MS = 2 * 86_400_000;
/** Parts of the past that are given up one after the other when there is too much. */
const SLICES = 8;
const MOST_ROUNDS = 40;

/** Lets go of what is too old or too much. To be called within a transaction. */
export class Pruner {
  readonly #sql: Sql;
  readonly #inForce: Statement;
  readonly #forgetRuns: Statement;
  readonly #forgetSilence: Statement;
  readonly #forgetSamples: Statement;
  readonly #forgetSaid: Statement;

  constructor(sql: Sql) {
    this.#sql = sql;
    this.#inForce = sql.prepare(
      'SELECT t, n, code FROM lanes WHERE lane = ? AND t <= ? ORDER BY t DESC, n DESC LIMIT 1',
    );
    this.#forgetRuns = sql.prepare('DELETE FROM lanes WHERE lane = ? AND (t, n) < (?, ?)');
    this.#forgetSilence = sql.prepare('DELETE FROM lanes WHERE lane = ? AND t = ? AND n = ? AND code = 0');
    this.#forgetSamples = sql.prepare('DELETE FROM samples WHERE breaker = ? AND t < ?');
    this.#forgetSaid = sql.prepare(
      'DELETE FROM said WHERE breaker = ? AND t < (SELECT max(t) FROM said WHERE breaker = ? AND t <= ?)',
    );
  }

  get bytes(): number {
    return (
      (pragma(this.#sql, 'page_count') - pragma(this.#sql, 'freelist_count')) * pragma(this.#sql, 'page_size')
    );
  }

  /** Everything that ended before; what is in force then stays. */
  forgetBefore(before: number): void {
    for (const { id } of this.#ids('instances')) this.#forgetLane(id, before);
    for (const { id } of this.#ids('breakers')) this.#forgetSaid.run(id, id, before);
    this.#forgetCharts(before);
    for (const table of ['events', 'notes']) this.#run(`DELETE FROM ${table} WHERE t < ?`, before);
    this.#run('DELETE FROM instances WHERE id NOT IN (SELECT DISTINCT lane FROM lanes)');
    this.#run(
      'DELETE FROM said WHERE t < ? AND breaker NOT IN (SELECT breaker FROM instances)',
      before - FORGET_MS,
    );
    const used = ['said', 'samples', 'under_way', 'events'].map(
      (table) => `SELECT 1 FROM ${table} WHERE breaker = id`,
    );
    const none = [...used, 'SELECT 1 FROM instances WHERE instances.breaker = breakers.id'];
    this.#run(`DELETE FROM breakers WHERE ${none.map((each) => `NOT EXISTS (${each})`).join(' AND ')}`);
  }

  #forgetLane(lane: number, before: number): void {
    const inForce = this.#inForce.get(lane, before) as { t: number; n: number; code: number } | undefined;
    if (inForce === undefined) return;
    this.#forgetRuns.run(lane, inForce.t, inForce.n);
    // At the front, "no data" says nothing.
    if (inForce.code === 0) this.#forgetSilence.run(lane, inForce.t, inForce.n);
  }

  #forgetCharts(before: number): void {
    for (const { id } of this.#ids('breakers')) this.#forgetSamples.run(id, before);
    this.#run('DELETE FROM under_way WHERE t < ?', before);
  }

  /** Oldest first: charts, then everything. Answers the moment before which everything went, where it came to that. */
  shrinkTo(maxBytes: number, oldest: number, newest: number): number | undefined {
    const slice = Math.max(1, (newest - oldest) / SLICES);
    let everything: number | undefined;
    for (let round = 1; round <= MOST_ROUNDS && this.bytes > maxBytes; round++) {
      if (round < SLICES) {
        this.#forgetCharts(oldest + round * slice);
        continue;
      }
      everything = oldest + (round - SLICES + 1) * slice;
      if (everything >= newest) break;
      this.forgetBefore(everything);
    }
    return everything;
  }

  #ids(table: 'breakers' | 'instances'): { id: number }[] {
    return this.#sql.prepare(`SELECT id FROM ${table}`).all() as { id: number }[];
  }

  #run(sql: string, ...values: number[]): void {
    this.#sql.prepare(sql).run(...values);
  }
}
