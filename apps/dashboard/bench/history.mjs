// What the stores of the past cost: node apps/dashboard/bench/history.mjs, after npm run build. Prints the rows of docs/history.md.
import { fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileStore } from '../dist/server/store/file/file-store.js';
import { MemoryStore } from '../dist/server/store/memory-store.js';
import { SqliteStore } from '../dist/server/store/sqlite/sqlite-store.js';

const HOUR = 3_600_000;
const NOW = Date.now();
const folder = mkdtempSync(join(tmpdir(), 'cb-bench-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const stores = {
  memory: () => new MemoryStore(10_000_000),
  file: (dir) => new FileStore(join(dir, 'files')),
  sqlite: (dir) => new SqliteStore(join(dir, 'history.sqlite')),
};

let number = 0;
/** A change as a busy breaker says it: an event of about 900 characters and a lane. */
function change(t, name, opening) {
  const of = { service: 'shop', name, instance: 'shop-1' };
  const why = { rule: 'failure-ratio', value: 0.61, limit: 0.5, calls: 100, minimumCalls: 20, bad: 61 };
  const errors = [
    { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED 10.0.0.7:5432', count: 40 },
    { name: 'TimeoutError', message: 'payments: no answer within 2000 ms', count: 21 },
  ];
  const states = opening ? { from: 'closed', to: 'open' } : { from: 'open', to: 'closed' };
  const more = opening ? { outcomes: 'ooeet'.repeat(20), errors, retryAt: t + 5_000 } : {};
  return [
    {
      kind: 'event',
      event: ++number,
      seq: number,
      boot: 'b1',
      t,
      mode: 'auto',
      modeFrom: 'auto',
      configRevision: 1,
      why,
      ...states,
      ...more,
      ...of,
    },
    { kind: 'lane', t, code: opening ? 4 : 1, ...of },
  ];
}

function sample(t, name) {
  const hist = Array.from({ length: 15 }, (_, i) => [50 + i, 20 + i]).flat();
  const counts = {
    ok: 560,
    fail: 12,
    slow: 3,
    ignored: 0,
    rejected: 1,
    stale: 0,
    inFlight: 4,
    failureRatio: 0.02,
  };
  return { kind: 'sample', t, ms: 60_000, service: 'shop', name, ...counts, hist };
}

const seconds = (from) => (performance.now() - from) / 1_000;
const bytesOf = (path) =>
  !existsSync(path)
    ? 0
    : statSync(path).isDirectory()
      ? readdirSync(path).reduce((sum, name) => sum + bytesOf(join(path, name)), 0)
      : statSync(path).size;
const median = (all) => all.toSorted((a, b) => a - b)[all.length >> 1];

function writes(kind, round) {
  const dir = mkdir(join(folder, `${kind}-${round}`));
  const store = stores[kind](dir);
  const batches = [];
  for (let i = 0; i < 100; i++) {
    const batch = [];
    for (let k = 0; k < 500; k++) {
      const at = i * 500 + k;
      batch.push(
        ...change(NOW - 24 * HOUR + at * 1_728, `breaker-${at % 1_000}`, Math.floor(at / 1_000) % 2 === 0),
      );
    }
    batches.push(batch);
  }
  const began = performance.now();
  const used = process.cpuUsage();
  let longest = 0;
  for (const batch of batches) {
    const start = performance.now();
    store.append(batch);
    longest = Math.max(longest, performance.now() - start);
  }
  const perSecond = 100_000 / seconds(began);
  const { user, system } = process.cpuUsage(used);
  const cpuUs = (user + system) / 100_000;
  const samples = [];
  for (let minute = 0; minute < 10; minute++) {
    const batch = Array.from({ length: 1_000 }, (_, i) => sample(NOW + minute * 60_000, `breaker-${i}`));
    const start = performance.now();
    store.append(batch);
    samples.push(performance.now() - start);
  }
  const minute = NOW + 10 * 60_000;
  const told = Array.from({ length: 120 }, (_, second) => {
    const t = minute + Math.floor(second / 60) * 60_000;
    const all = Array.from({ length: 1_000 }, (_, i) => sample(t, `breaker-${i}`));
    return all.map((each) => ({ ...each, kind: 'under-way', ms: ((second % 60) + 1) * 1_000 }));
  });
  const before = process.cpuUsage();
  for (const batch of told) store.append(batch);
  const telling = process.cpuUsage(before);
  const underWayMs = (telling.user + telling.system) / 1_000 / 120;
  const queries = Array.from({ length: 200 }, (_, i) => {
    const start = performance.now();
    store.events({
      from: NOW - 24 * HOUR,
      to: NOW,
      of: [{ service: 'shop', name: `breaker-${i * 5}` }],
      limit: 100,
    });
    return performance.now() - start;
  });
  const bytes = bytesOf(dir);
  store.close();
  return {
    perSecond,
    cpuUs,
    longest,
    samplesMs: median(samples),
    underWayMs,
    queryMs: median(queries),
    bytes,
  };
}

function mkdir(dir) {
  return mkdtempSync(`${dir}-`);
}

/** 10,000 breakers of one day as the notes on load have them: most calm, some busy, a few that flap. */
function fillDay(store) {
  const rows = [];
  const changes = [];
  for (let i = 0; i < 10_000; i++) {
    const name = `breaker-${i}`;
    const config = {
      openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20 }],
      window: { kind: 'count', calls: 100 },
      stayOpen: { kind: 'fixed', ms: 30_000 },
      probing: { probes: 3, atOnce: 1 },
    };
    rows.push({
      kind: 'row',
      t: NOW - 24 * HOUR,
      service: `shop-${i % 20}`,
      name,
      tags: { region: 'eu' },
      config,
      configRevision: 1,
    });
    rows.push({
      kind: 'lane',
      t: NOW - 24 * HOUR,
      service: `shop-${i % 20}`,
      name,
      instance: 'shop-1',
      code: 1,
    });
    const a_day = i % 500 === 0 ? 8_000 : i % 55 === 0 ? 400 : i % 12 === 0 ? 40 : 2;
    for (let k = 0; k < a_day; k++)
      changes.push({ t: NOW - 24 * HOUR + Math.floor(((k + 0.5) / a_day) * 23.9 * HOUR), i, k });
  }
  changes.sort((a, b) => a.t - b.t);
  store.append(rows);
  for (let at = 0; at < changes.length; at += 2_000) {
    store.append(
      changes.slice(at, at + 2_000).flatMap(({ t, i, k }) => {
        return change(t, `breaker-${i}`, k % 2 === 0).map((record) => ({
          ...record,
          service: `shop-${i % 20}`,
        }));
      }),
    );
  }
  store.append([{ kind: 'beat', t: NOW - 60_000 }]);
  store.close();
  return changes.length;
}

async function start(kind, path) {
  const began = performance.now();
  const child = fork(
    new URL('../dist/server/main.js', import.meta.url),
    ['--port', '0', '--history', kind, '--history-path', path],
    {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    },
  );
  const url = await new Promise((resolve) =>
    child.stdout.once('data', (text) => resolve(String(text).trim())),
  );
  const ms = performance.now() - began;
  const { rows } = await (await fetch(`${url}api/v1/directory`)).json();
  const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_024;
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1_024;
  const ticks = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(' ').slice(13, 15);
  const cpuMs = (Number(ticks[0]) + Number(ticks[1])) * 10;
  child.kill();
  await new Promise((resolve) => child.once('exit', resolve));
  return { ms, cpuMs, rss, peak, rows: rows.length };
}

console.log(
  'store          records/s   CPU a record  longest batch  1,000 samples  CPU under way  100 events of one  MB',
);
for (const round of [1, 2, 3]) {
  for (const kind of Object.keys(stores)) {
    const { perSecond, cpuUs, longest, samplesMs, underWayMs, queryMs, bytes } = writes(kind, round);
    const cells = [
      Math.round(perSecond),
      `${cpuUs.toFixed(1)} us`,
      `${longest.toFixed(0)} ms`,
      `${samplesMs.toFixed(1)} ms`,
      `${underWayMs.toFixed(1)} ms`,
      `${queryMs.toFixed(2)} ms`,
    ];
    console.log(
      kind.padEnd(9),
      ...cells.map((cell) => String(cell).padStart(14)),
      (bytes / 1e6).toFixed(1).padStart(8),
    );
  }
}
for (const kind of ['file', 'sqlite']) {
  const empty = await start(kind, mkdir(join(folder, 'empty')));
  const path = mkdir(join(folder, `resume-${kind}`));
  const changes = fillDay(stores[kind](path));
  for (const round of [1, 2, 3]) {
    const { ms, cpuMs, rss, peak, rows } = await start(kind, path);
    const cost = `${Math.round(ms)} ms (empty ${Math.round(empty.ms)}), CPU ${cpuMs} ms (empty ${empty.cpuMs}), ${Math.round(rss)} MB (empty ${Math.round(empty.rss)}), peak ${Math.round(peak)} MB`;
    console.log(
      `resume ${kind} ${round}: ${rows} rows, ${changes} changes, ${(bytesOf(path) / 1e6).toFixed(0)} MB on disk: ${cost}`,
    );
  }
}
