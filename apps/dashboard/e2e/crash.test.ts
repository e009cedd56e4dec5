import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Breaker, consecutiveFailures, createBreaker } from '@cb/core';
import type { Directory, EventPage, Timeline } from '@cb/protocol';
import { connectDashboard } from '@cb/reporter';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Program, startDashboardProgram } from './process.ts';

/** What a crash may take: what happened this shortly before. */
const LOST_MS = 1_000;

interface Seen {
  readonly name: string;
  readonly at: number;
  readonly from: string;
  readonly to: string;
}

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'cb-crash-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

async function dashboard(port: number, ...args: string[]): Promise<Program> {
  const program = await startDashboardProgram(port, ...args);
  onTestFinished(() => void program.kill());
  return program;
}

async function read<T>(url: string, path: string): Promise<T> {
  return (await (await fetch(`${url}api/v1/${path}`)).json()) as T;
}

/** Opens and closes breakers until it is told to stop, and writes down what they said of it. */
class Feeder {
  readonly seen: Seen[] = [];
  readonly breakers: readonly Breaker[];
  readonly #running: Promise<void>;
  #stopped = false;

  constructor(names: readonly string[]) {
    this.breakers = names.map((name) => createBreaker({ name, openWhen: consecutiveFailures(1) }));
    for (const [i, breaker] of this.breakers.entries()) {
      breaker.on('state-changed', ({ from, to }) => {
        this.seen.push({ name: names[i] as string, at: Date.now(), from, to });
      });
    }
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    for (let i = 0; !this.#stopped; i++) {
      const breaker = this.breakers[i % this.breakers.length] as Breaker;
      if (breaker.state === 'closed')
        await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {});
      else breaker.reset();
      await sleep(7);
    }
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#running;
  }
}

describe.each(['file', 'sqlite'])('a dashboard that keeps its past in %s and is killed', (store) => {
  it(`has everything that is older than a second when it comes back`, { timeout: 60_000 }, async () => {
    const path = folder();
    const args = ['--history', store, '--history-path', path];
    const first = await dashboard(0, ...args);
    const feeder = new Feeder(['payments', 'stock', '"quoted", with\ttab']);
    const { breakers } = feeder;
    const reporter = connectDashboard({ url: first.url, service: 'shop', instance: 'shop-1', breakers });
    onTestFinished(() => reporter.close());
    await expect.poll(() => feeder.seen.length, { timeout: 20_000 }).toBeGreaterThan(400);
    await first.kill('SIGKILL');
    const killedAt = Date.now();
    await feeder.stop();
    // What the reporter still has must not fill what the server lost.
    await reporter.close();

    const second = await dashboard(0, ...args);
    const { rows, epoch } = await read<Directory>(second.url, 'directory');
    expect(epoch).not.toBe('');
    expect(rows.map(({ name }) => name).sort()).toEqual(['"quoted", withtab', 'payments', 'stock']);
    let kept = 0;
    for (const { row, name, code, instances } of rows) {
      const said = feeder.seen.filter((each) => each.name.replace('\t', '') === name);
      const old = said.filter(({ at }) => at < killedAt - LOST_MS);
      expect(old.length).toBeGreaterThan(50);
      const page = await read<EventPage>(second.url, `events?row=${row}&from=0&limit=500`);
      const held = page.events.reverse().map(({ from, to }) => `${from} ${to}`);
      kept += held.length;
      // In order and without a gap from the first on, and no more than there was.
      expect(held).toEqual(said.slice(0, held.length).map(({ from, to }) => `${from} ${to}`));
      expect(held.length).toBeGreaterThanOrEqual(old.length);
      expect(code).toBe(0);
      expect(instances).toMatchObject([{ instance: 'shop-1', code: 0 }]);
      const [lane] = (await read<Timeline>(second.url, `timeline?rows=${row}&from=0`)).lanes;
      const codes = lane?.segments.code ?? [];
      const changes = (lane?.minutes?.changes ?? []).reduce((sum, each) => sum + each, 0) + codes.length;
      // Every change, the state before the first, "no data" in front and after the crash.
      expect(codes.at(-1)).toBe(0);
      expect(Math.abs(changes - held.length)).toBeLessThanOrEqual(4);
    }
    expect(kept).toBeGreaterThan(300);
    await second.kill('SIGTERM');
    expect(readdirSync(path)).not.toContain('lock');
  });
});
