import type { Seen } from './browsers.ts';
import { Child } from './child.ts';
import type { Load } from './load.ts';
import type { Usage } from './usage.ts';

const FILES = {
  naive: new URL('./naive-dashboard.js', import.meta.url),
  ours: new URL('./our-dashboard.js', import.meta.url),
  producers: new URL('./producers.js', import.meta.url),
  browsers: new URL('./browsers.js', import.meta.url),
};
const BROWSERS = 10;

/** What the server of ours says about itself, as far as it matters here. */
interface Stats {
  readonly strangers: number;
  readonly full: number;
  readonly refused: Readonly<Record<string, number>>;
}

/** One dashboard, its services and its browsers, each in a process of its own, under load. */
export class Stage {
  readonly server: Child;
  readonly producers: Child = new Child(FILES.producers);
  readonly browsers: Child = new Child(FILES.browsers);
  readonly #design: Load['design'];

  constructor(design: Load['design']) {
    this.#design = design;
    this.server = new Child(FILES[design], ['--expose-gc']);
  }

  async start(load: Omit<Load, 'design' | 'url'>, limits?: Readonly<Record<string, number>>): Promise<void> {
    const design = this.#design;
    const url = await this.server.ask<string>('start', limits);
    await this.producers.ask('start', { ...load, design, url } satisfies Load);
    await this.browsers.ask('start', { design, url, browsers: BROWSERS });
  }

  usage(collect = false): Promise<Usage & { events?: number }> {
    return this.server.ask('usage', collect);
  }

  sent(): Promise<{ events: number; changes: number }> {
    return this.producers.ask('sent');
  }

  seen(): Promise<Seen> {
    return this.browsers.ask('seen');
  }

  /** Throws where the load was not what it should have been: the figures would be those of another one. */
  async check(): Promise<void> {
    const browsers = await this.browsers.ask<number>('connected');
    if (browsers < BROWSERS) throw new Error(`only ${browsers} of ${BROWSERS} browsers stayed connected`);
    if (this.#design === 'naive') return;
    const stats = await this.server.ask<Stats>('stats');
    const refused = Object.values(stats.refused).reduce((sum, each) => sum + each, 0);
    if (refused + stats.strangers + stats.full > 0) {
      throw new Error(`the server refused a part of the load: ${JSON.stringify(stats)}`);
    }
  }

  async end(): Promise<void> {
    await Promise.all([this.server.end(), this.producers.end(), this.browsers.end()]);
  }
}
