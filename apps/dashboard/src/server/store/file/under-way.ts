import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type BreakerKey, type ChartRecord, keyOf, type UnderWayRecord } from '../records.ts';
import { fromNumbers, toNumbers } from './charts.ts';

/** A file below this is not worth writing anew. */
const SMALL_BYTES = 2 ** 20;
/** Larger than what counts by this factor, it is. */
const MOST_WASTE = 4;

/**
 * Charts of minutes that are not over, in a file of their own: what is told every second would fill those of the parts.
 * Here it is written anew as soon as most of it is of no use.
 */
export class UnderWay {
  readonly #file: string;
  /** By breaker. */
  readonly #held: Map<string, UnderWayRecord[]> = new Map();
  #bytes = 0;
  /** What is written anew when it has grown beyond. */
  #mostBytes: number;

  /** @param smallBytes For tests. */
  constructor(file: string, smallBytes: number = SMALL_BYTES) {
    this.#file = file;
    this.#mostBytes = smallBytes;
    if (!existsSync(file)) return;
    const text = readFileSync(file, 'utf8');
    this.#bytes = Buffer.byteLength(text);
    for (const line of text.split('\n')) this.#learn(fromLine(line));
  }

  get bytes(): number {
    return this.#bytes;
  }

  of(breaker: BreakerKey): readonly UnderWayRecord[] {
    return this.#held.get(keyOf(breaker)) ?? [];
  }

  all(): UnderWayRecord[] {
    return [...this.#held.values()].flat();
  }

  /** Takes what is under way, and of what is over that it is. */
  append(charts: readonly ChartRecord[]): void {
    const news = charts.filter((chart) => chart.kind === 'under-way' || this.#has(chart));
    if (news.length === 0) return;
    const text = toText(news);
    appendFileSync(this.#file, text);
    this.#bytes += Buffer.byteLength(text);
    for (const chart of news) this.#learn(chart);
    if (this.#held.size === 0) this.clear();
    else if (this.#bytes > this.#mostBytes) this.#writeAnew();
  }

  #has(chart: ChartRecord): boolean {
    return this.of(chart).some(({ t }) => t === chart.t);
  }

  #learn(chart: ChartRecord | undefined): void {
    if (chart === undefined) return;
    const held = this.of(chart).filter(({ t }) => t !== chart.t);
    if (chart.kind === 'under-way') held.push(chart);
    if (held.length > 0) this.#held.set(keyOf(chart), held);
    else this.#held.delete(keyOf(chart));
  }

  /** Beside the old one first: a crash leaves one of them whole. */
  #writeAnew(): void {
    const text = toText(this.all());
    writeFileSync(`${this.#file}.new`, text);
    renameSync(`${this.#file}.new`, this.#file);
    this.#bytes = Buffer.byteLength(text);
    this.#mostBytes = Math.max(this.#mostBytes, this.#bytes * MOST_WASTE);
  }

  forgetBefore(before: number): void {
    for (const [key, held] of this.#held) {
      const left = held.filter(({ t }) => t >= before);
      if (left.length > 0) this.#held.set(key, left);
      else this.#held.delete(key);
    }
  }

  clear(): void {
    rmSync(this.#file, { force: true });
    this.#held.clear();
    this.#bytes = 0;
  }
}

/** Each on a line of its own that begins where the last one ended, torn or not. */
function toText(charts: readonly ChartRecord[]): string {
  return charts
    .map((chart) => `\n${JSON.stringify([chart.service, chart.name])}\t${toNumbers(chart)}`)
    .join('');
}

function fromLine(line: string): ChartRecord | undefined {
  try {
    const [key = '', numbers = ''] = line.split('\t');
    const [service, name] = JSON.parse(key) as unknown[];
    return typeof service === 'string' && typeof name === 'string'
      ? fromNumbers(numbers, { service, name })
      : undefined;
  } catch {
    return undefined;
  }
}
