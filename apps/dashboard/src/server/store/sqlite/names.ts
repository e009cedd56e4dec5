import { type BreakerKey, keyOf } from '../records.ts';
import type { Sql, Statement } from './sql.ts';

/** Ids that stay in memory. */
const MOST = 100_000;

/** Ids of breakers, and of breakers on instances; made where there are none. */
export class Names {
  readonly #ids: Map<string, number> = new Map();
  readonly #find: Statement;
  readonly #add: Statement;
  readonly #findLane: Statement;
  readonly #addLane: Statement;

  constructor(sql: Sql) {
    this.#find = sql.prepare('SELECT id FROM breakers WHERE service = ? AND name = ?');
    this.#add = sql.prepare('INSERT INTO breakers (service, name) VALUES (?, ?)');
    this.#findLane = sql.prepare('SELECT id FROM instances WHERE breaker = ? AND instance = ?');
    this.#addLane = sql.prepare('INSERT INTO instances (breaker, instance) VALUES (?, ?)');
  }

  /** The id of a breaker; undefined where nothing was ever kept of it. */
  find(of: BreakerKey): number | undefined {
    const key = keyOf(of);
    const known = this.#ids.get(key) ?? idOf(this.#find.get(of.service, of.name));
    return known === undefined ? undefined : this.#note(key, known);
  }

  breaker(of: BreakerKey): number {
    const known = this.find(of);
    if (known !== undefined) return known;
    this.#add.run(of.service, of.name);
    return this.find(of) as number;
  }

  lane(of: BreakerKey, instance: string): number {
    const key = keyOf(of, instance);
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const breaker = this.breaker(of);
    const found = idOf(this.#findLane.get(breaker, instance));
    if (found !== undefined) return this.#note(key, found);
    this.#addLane.run(breaker, instance);
    return this.#note(key, idOf(this.#findLane.get(breaker, instance)) as number);
  }

  #note(key: string, id: number): number {
    if (this.#ids.size >= MOST) this.#ids.clear();
    this.#ids.set(key, id);
    return id;
  }

  /** Ids were given up, or a batch that made some was taken back. */
  forget(): void {
    this.#ids.clear();
  }
}

function idOf(row: unknown): number | undefined {
  return (row as { id: number } | undefined)?.id;
}
