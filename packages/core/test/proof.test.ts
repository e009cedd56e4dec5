/** What can only be seen from outside: memory that does not grow, a process that ends by itself. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Breaker, consecutiveFailures, createBreaker, createGroup, OVERFLOW_KEY } from '../src/index.ts';
import { testClock } from './support/clock.ts';

const run = promisify(execFile);
const core = fileURLToPath(new URL('../', import.meta.url));

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Bytes in use, once nothing is left to be collected. */
async function heapUsed(): Promise<number> {
  for (let i = 0; i < 4; i++) {
    await new Promise((resolve) => setImmediate(resolve));
    collect();
  }
  return process.memoryUsage().heapUsed;
}

/** How much more memory is in use after `work`. Run once before, for what is made only once. */
async function growth(work: () => void): Promise<number> {
  work();
  const before = await heapUsed();
  work();
  return (await heapUsed()) - before;
}
/** What a test runner does meanwhile, with room to spare; one breaker kept in a thousand would be seen. */
const NOISE = 4_000_000;

describe('memory', () => {
  it('of a group is the same after a million more keys', { timeout: 120_000 }, async () => {
    const group = createGroup({ max: 500, configure: () => ({ clock }) });
    const clock = testClock();
    let key = 0;
    const grown = await growth(() => {
      for (let i = 0; i < 500_000; i++) group.get(`10.0.0.1:${key++}`).tryAcquire()?.succeed();
    });
    expect(key).toBe(1_000_000);
    expect(group.size).toBe(500);
    expect(grown, 'bytes').toBeLessThan(NOISE);
  });

  it('of a million keys holds on to what is open, forced or busy', { timeout: 120_000 }, () => {
    const group = createGroup({
      max: 6,
      configure: () => ({ clock: testClock(), openWhen: consecutiveFailures(1) }),
    });
    const [open, forced, busy] = ['open', 'forced', 'busy'].map((key) => group.get(key)) as [
      Breaker,
      Breaker,
      Breaker,
    ];
    open.acquire().fail();
    forced.setMode('forced-open');
    const call = busy.acquire();
    for (let i = 0; i < 100_000; i++) group.get(`key ${i}`);
    expect([group.get('open'), group.get('forced'), group.get('busy')]).toEqual([open, forced, busy]);
    for (const key of ['d', 'e', 'f']) group.get(key).acquire();
    expect(group.get('one too many').name).toBe(OVERFLOW_KEY);
    expect(group.size).toBe(6);
    // Once the call is over, its breaker makes room.
    call.succeed();
    expect(group.get('one too many').name).toBe('one too many');
  });

  it('of a hundred thousand breakers, used and dropped, is given back', { timeout: 120_000 }, async () => {
    const grown = await growth(() => {
      // Timers of open breakers are the clock's, and go with it.
      const clock = testClock();
      for (let i = 0; i < 50_000; i++) {
        const breaker = createBreaker({ name: `dropped ${i}`, clock, openWhen: consecutiveFailures(2) });
        breaker.on('state-changed', () => {});
        breaker.acquire().succeed();
        breaker.acquire();
        if (i % 50 === 0) for (const text of ['1', '2']) breaker.acquire().fail(new Error(text));
      }
    });
    expect(grown, 'bytes').toBeLessThan(NOISE);
  });
});

describe('a process', () => {
  let folder: string;

  // As it is published, but fresh: dist may be old.
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cb-core-'));
    const tsc = join(core, 'node_modules', '.bin', 'tsc');
    symlinkSync(join(core, 'node_modules'), join(folder, 'node_modules'));
    await run(tsc, ['-p', join(core, 'tsconfig.build.json'), '--outDir', join(folder, 'core')]);
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  }, 60_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('ends by itself with open breakers, listeners, measured calls and a mode that still runs', {
    timeout: 60_000,
  }, async () => {
    const script = `
      import { consecutiveFailures, createBreaker, createGroup, createRegulator, fixed, slowRatio } from './core/index.js';
      const options = { openWhen: [consecutiveFailures(1), slowRatio(0.5)], stayOpen: fixed(600_000) };
      const breaker = createBreaker({ name: 'left open', ...options });
      for (const event of ['state-changed', 'mode-changed', 'call-rejected', 'call-settled']) breaker.on(event, () => {});
      breaker.measureLatency();
      await breaker.execute(() => 1);
      await breaker.execute(() => Promise.reject(new Error('down'))).catch(() => {});
      createBreaker({ name: 'forced' }).setMode('forced-open', { forMs: 600_000 });
      const group = createGroup({ configure: () => options });
      for (let i = 0; i < 100; i++) { group.get('host ' + i).on('state-changed', () => {}); group.get('host ' + i).acquire().fail(); }
      createRegulator(group.get('other')).allow();
      void breaker.execute(() => new Promise(() => {})).catch(() => {});
      console.log(breaker.state, group.get('host 7').state);
    `;
    writeFileSync(join(folder, 'left-open.js'), script);
    // Killed only where it hangs; an open time of ten minutes is far beyond that.
    const { stdout } = await run(process.execPath, ['left-open.js'], { cwd: folder, timeout: 30_000 });
    expect(stdout.trim()).toBe('open open');
  });
});
