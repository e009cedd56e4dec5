import type { Lane } from '@cb/protocol';
import type { FleetRow } from '../row.ts';
import type { AlertRule } from './alert-rule.ts';
import type { Verdict } from './condition.ts';

/** Something to tell about one breaker: that trouble began or became another, that it lasts, that it is over. */
export interface Telling {
  /** Undefined: the trouble is over. */
  readonly trouble: Lane | undefined;
  /** When that began. */
  readonly since: number;
  /** What was told before, and since when that was. */
  readonly before: { readonly trouble: Lane; readonly since: number } | undefined;
  /** 0, or how often this was told again. */
  readonly repeat: number;
}

/**
 * What one rule has told about one breaker, and what it may have to tell next. What is observed must hold for a while before
 * it is told; what does not hold is forgotten.
 */
export class Episode {
  readonly row: FleetRow;
  readonly #rule: AlertRule;
  /** What was told last, and when; undefined while all is well. */
  #told: { readonly trouble: Lane; readonly since: number } | undefined;
  #toldAt = 0;
  #repeat = 0;
  /** What is not told yet. */
  #next: { readonly trouble: Lane | undefined; readonly since: number } | undefined;

  constructor(rule: AlertRule, row: FleetRow) {
    this.#rule = rule;
    this.row = row;
  }

  /** The trouble that was told and not yet its end. */
  get told(): { readonly trouble: Lane; readonly since: number } | undefined {
    return this.#told;
  }

  /** Nothing was told, and nothing may have to be: it can be forgotten. */
  get over(): boolean {
    return this.#told === undefined && this.#next === undefined;
  }

  /** From `since` on the verdict is another one, or the same. Answers what had held long enough until then. */
  observe(verdict: Verdict, since: number): Telling | undefined {
    const telling = this.#settle(since);
    if (verdict === 'keep') return telling;
    if (verdict === this.#told?.trouble) this.#next = undefined;
    else if (this.#next === undefined || this.#next.trouble !== verdict)
      this.#next = { trouble: verdict, since };
    return telling;
  }

  /** Time has gone by: what is to be told now. */
  tick(now: number): Telling | undefined {
    // The wall clock was set back: it counts from here.
    if (this.#next !== undefined && this.#next.since > now) this.#next = { ...this.#next, since: now };
    return this.#settle(now) ?? this.#tellAgain(now);
  }

  /** The breaker is gone, at once and for good. */
  end(now: number): Telling | undefined {
    this.#next = undefined;
    const before = this.#told;
    this.#told = undefined;
    return before && { trouble: undefined, since: now, before, repeat: 0 };
  }

  #settle(now: number): Telling | undefined {
    if (this.#next === undefined) return undefined;
    const { trouble, since } = this.#next;
    const { beginMs, endMs } = this.#rule;
    if (now - since < (trouble === undefined ? endMs : beginMs)) return undefined;
    const before = this.#told;
    this.#next = undefined;
    this.#told = trouble === undefined ? undefined : { trouble, since };
    this.#toldAt = now;
    this.#repeat = 0;
    return { trouble, since, before, repeat: 0 };
  }

  #tellAgain(now: number): Telling | undefined {
    const { repeatMs } = this.#rule;
    if (repeatMs === undefined || this.#told === undefined || this.#next !== undefined) return undefined;
    if (now - this.#toldAt < repeatMs) return undefined;
    this.#toldAt = now;
    this.#repeat++;
    return { ...this.#told, before: this.#told, repeat: this.#repeat };
  }
}
