import type { PolicyNumbers, PolicyReport } from '@cb/protocol';

type Numbers = Readonly<Record<string, number>>;
interface Sample {
  readonly at: number;
  readonly counts: Numbers;
}

/** Rates are over half of this at least and over all of it at most; after as long without a report they are 0. */
const WINDOW_MS = 10_000;
const HALF_MS = WINDOW_MS / 2;

/** One policy on one instance: what it said last, and two earlier totals to make rates of. */
export class PolicyEntry {
  readonly kind: string;
  readonly name: string;
  counts: Numbers;
  gauges: Numbers;
  /** As JSON text: small, and equal where the settings are. */
  config = 'null';
  #at: number;
  #base: Sample;
  #middle: Sample;

  constructor(report: PolicyReport, now: number) {
    this.kind = report.kind;
    this.name = report.name;
    this.counts = report.counts;
    this.gauges = report.gauges;
    this.#at = now;
    // What happened before anybody listened is no burst.
    this.#base = this.#middle = { at: now, counts: report.counts };
    this.#configure(report);
  }

  /** Whether a report of its id is about another policy: ids are a producer's word only. */
  isOther(report: PolicyReport): boolean {
    return report.kind !== this.kind || report.name !== this.name;
  }

  take(report: PolicyReport, now: number): void {
    const { counts } = report;
    const held: Sample = { at: this.#at, counts: this.counts };
    if (Object.keys(counts).some((key) => (counts[key] as number) < (held.counts[key] ?? 0))) {
      this.#base = this.#middle = { at: now, counts };
    } else if (now - held.at > HALF_MS) {
      // Nobody reports what did not change: until a moment ago the totals were those held.
      this.#base = this.#middle = { at: now - HALF_MS, counts: held.counts };
    } else if (now - this.#middle.at >= HALF_MS) {
      this.#base = this.#middle;
      this.#middle = held;
    }
    this.counts = counts;
    this.gauges = report.gauges;
    this.#at = now;
    this.#configure(report);
  }

  #configure({ config }: PolicyReport): void {
    if (config !== undefined) this.config = JSON.stringify(config);
  }

  /** What was added a second to each total. */
  perSecond(now: number): Record<string, number> {
    const rates: Record<string, number> = Object.create(null);
    const quiet = now - this.#at >= WINDOW_MS;
    const seconds = Math.max(1, (now - this.#base.at) / 1_000);
    for (const [key, count] of Object.entries(this.counts)) {
      rates[key] = quiet ? 0 : (count - (this.#base.counts[key] ?? 0)) / seconds;
    }
    return rates;
  }

  numbers(now: number): PolicyNumbers {
    const { counts, gauges, config } = this;
    return { counts, gauges, perSecond: rounded(this.perSecond(now)), config: JSON.parse(config) };
  }
}

/** To a thousandth: a rate is shown, not calculated with. */
export function rounded(rates: Numbers): Record<string, number> {
  const short: Record<string, number> = Object.create(null);
  for (const [key, rate] of Object.entries(rates)) short[key] = Math.round(rate * 1_000) / 1_000;
  return short;
}
