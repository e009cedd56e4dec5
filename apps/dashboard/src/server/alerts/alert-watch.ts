import type { Fleet } from '../fleet.ts';
import type { FleetRow } from '../row.ts';
import type { AlertRule } from './alert-rule.ts';
import { verdictOf } from './condition.ts';
import { Episode, type Telling } from './episode.ts';

/**
 * One rule over the whole fleet. It hears of changes once a second, and looks again only at rows where something is told or
 * may have to be: a calm fleet costs nothing. No timer per breaker.
 */
export class AlertWatch {
  readonly rule: AlertRule;
  readonly #fleet: Fleet;
  readonly #tell: (row: FleetRow, telling: Telling) => void;
  readonly #episodes: Map<number, Episode> = new Map();
  #cursor = 0;

  /** @param tell Hears what is to be told, in the order in which it happened for each breaker. */
  constructor(rule: AlertRule, fleet: Fleet, tell: (row: FleetRow, telling: Telling) => void) {
    this.rule = rule;
    this.#fleet = fleet;
    this.#tell = tell;
  }

  /** Breakers for which trouble was told and not yet its end. */
  *firing(): IterableIterator<Episode> {
    for (const episode of this.#episodes.values()) if (episode.told !== undefined) yield episode;
  }

  /** To be called every second. */
  check(now: number): void {
    const { changes, rows } = this.#fleet;
    if (changes.lost(this.#cursor)) {
      for (const row of rows.values()) this.#observe(row, now);
    } else this.#hear(now);
    this.#cursor = changes.head;
    for (const [id, episode] of this.#episodes) {
      if (rows.get(id) === episode.row) this.#lookAgain(episode, now);
      else this.#end(id, episode, now);
    }
  }

  /** State changes in their order; what else is new about a row counts as it is now, after them. */
  #hear(now: number): void {
    const { changes, rows } = this.#fleet;
    const changed = new Set<number>();
    for (const change of changes.read(this.#cursor, Number.POSITIVE_INFINITY)) {
      if (change.kind === 'row') changed.add(change.row);
      if (change.kind !== 'delta') continue;
      const { row: id, rowCode, rowSince } = change.delta;
      const row = rows.get(id);
      if (row !== undefined) this.#observe(row, now, rowCode, rowSince);
    }
    for (const id of changed) {
      const row = rows.get(id);
      if (row !== undefined) this.#observe(row, now);
    }
  }

  #observe(row: FleetRow, now: number, code = row.code, since = row.history.since ?? now): void {
    const known = this.#episodes.get(row.row);
    const verdict = verdictOf(this.rule, row, code, known?.told !== undefined, now);
    if (known === undefined && (verdict === undefined || verdict === 'keep')) return;
    const episode = known ?? new Episode(this.rule, row);
    this.#episodes.set(row.row, episode);
    this.#say(episode, episode.observe(verdict, Math.min(since, now)));
  }

  #lookAgain(episode: Episode, now: number): void {
    // Openings grow old without any change; everything else that moves a verdict is a change, and was heard.
    if (this.rule.when === 'flapping') this.#observe(episode.row, now);
    this.#say(episode, episode.tick(now));
    if (episode.over) this.#episodes.delete(episode.row.row);
  }

  #end(id: number, episode: Episode, now: number): void {
    this.#episodes.delete(id);
    this.#say(episode, episode.end(now));
  }

  #say({ row }: Episode, telling: Telling | undefined): void {
    if (telling === undefined) return;
    if (telling.trouble !== undefined && !this.rule.tellsBeginnings) return;
    this.#tell(row, telling);
  }
}
