import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FileStore } from '../../src/server/store/file/file-store.ts';
import type { HistoryRecord, UnderWayRecord } from '../../src/server/store/records.ts';
import { isFor, openSql } from '../../src/server/store/sqlite/sql.ts';
import { SqliteStore } from '../../src/server/store/sqlite/sqlite-store.ts';
import { changeOf, client, helloOf, registrationOf, start, until } from '../support.ts';
import { folder } from './folder.ts';
import { RandomPast, T0 } from './random-past.ts';

function marker(t: number, text = 'x'): HistoryRecord {
  return { kind: 'marker', t, data: text };
}
const ALL = { from: 0, to: Number.MAX_SAFE_INTEGER, limit: 1_000_000 };
const NO_BOUND = { before: 0, maxBytes: Number.MAX_SAFE_INTEGER };

function partsOf(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name !== 'under-way.ndjson')
    .sort();
}

function logOf(dir: string): string {
  return join(dir, partsOf(dir).at(-1) as string, 'log.ndjson');
}

describe('files of the past', () => {
  it('begin again after a line that a crash tore', () => {
    const dir = folder();
    const first = new FileStore(dir);
    first.append([marker(1, 'before')]);
    first.close();
    appendFileSync(logOf(dir), '{"kind":"marker","t":2,"da');
    const second = new FileStore(dir);
    expect(second.markers(ALL).entries).toEqual(['before']);
    second.append([marker(3, 'after')]);
    expect(second.markers(ALL).entries).toEqual(['after', 'before']);
    expect(readFileSync(logOf(dir), 'utf8')).not.toContain('"da"\n');
    second.close();
    expect(new FileStore(dir).markers(ALL).entries).toEqual(['after', 'before']);
  });

  it('leave out a chart line that a crash tore, and no other', () => {
    const dir = folder();
    const sample = {
      kind: 'sample',
      ms: 60_000,
      service: 's',
      name: 'n',
      ok: 1,
      fail: 0,
      slow: 0,
      ignored: 0,
    } as const;
    const more = { rejected: 0, stale: 0, inFlight: 0, failureRatio: 0, hist: [1, 1] };
    const store = new FileStore(dir);
    store.append([marker(T0), { ...sample, ...more, t: T0 }]);
    const charts = join(logOf(dir), '..', 'charts');
    appendFileSync(join(charts, readdirSync(charts)[0] as string), '\n[190000');
    store.append([{ ...sample, ...more, t: T0 + 60_000 }]);
    const of = { service: 's', name: 'n' };
    expect(store.samples({ ...ALL, of }).map(({ t }) => t)).toEqual([T0, T0 + 60_000]);
  });

  it('hold what is told every second in a file that stays small, and in charts once nobody tells it any more', () => {
    const dir = folder();
    const journal = join(dir, 'under-way.ndjson');
    const counts = { fail: 0, slow: 0, ignored: 0, rejected: 0, stale: 0, inFlight: 0, failureRatio: 0 };
    const told = (t: number, second: number): UnderWayRecord[] =>
      ['a', 'b', 'c'].map((name) => ({
        ...{ kind: 'under-way', t, ms: second * 1_000, service: 's', name, ok: second, ...counts },
        hist: [1, second, 2, 1e9],
      }));
    const store = new FileStore(dir);
    for (let i = 0; i < 6_000; i++) store.append(told(T0, i));
    expect(statSync(journal).size).toBeLessThan(2 ** 20 + 1_000);
    // Over, and nothing is left to be told of it.
    store.append(told(T0, 60).map((each) => ({ ...each, kind: 'sample' })));
    expect(existsSync(journal)).toBe(false);

    store.append(told(T0 + 60_000, 30));
    appendFileSync(journal, '\n["s","a"]\t[1900');
    store.append(told(T0 + 60_000, 31).slice(1));
    // As after a crash: nobody closed it.
    const again = new FileStore(dir);
    expect(existsSync(journal)).toBe(false);
    const seconds = (name: string): number[] =>
      again.samples({ ...ALL, of: { service: 's', name } }).map(({ ok }) => ok);
    expect(seconds('a')).toEqual([60, 30]);
    expect(seconds('b')).toEqual([60, 31]);
    // A crash between the charts and their end under way leaves both: what was over counts.
    again.append([...told(T0 + 120_000, 60).map((each) => ({ ...each, kind: 'sample' as const }))]);
    again.append(told(T0 + 120_000, 59));
    expect(new FileStore(dir).samples({ ...ALL, of: { service: 's', name: 'c' } }).at(-1)?.ok).toBe(60);
  });

  it('take a part away that was never finished beginning', () => {
    const dir = folder();
    const past = new RandomPast(3);
    const first = new FileStore(dir, { partMs: 1_000 });
    for (let i = 0; i < 30; i++) first.append(past.batch());
    const known = first.lanes({ from: 0, to: past.now });
    const { newest } = first.summary();
    first.close();
    const began = join(dir, new Date((newest ?? 0) + 1).toISOString().replaceAll(':', '-'));
    mkdirSync(began);
    const lane = { kind: 'lane', t: T0, service: 'a', name: 'b', instance: 'i1', code: 1 };
    writeFileSync(join(began, 'log.ndjson'), `${JSON.stringify(lane)}\n{"kind":"la`);
    const second = new FileStore(dir, { partMs: 1_000 });
    expect(second.lanes({ from: 0, to: past.now })).toEqual(known);
    second.append([marker(past.now + 5_000)]);
    expect(second.lanes({ from: 0, to: past.now })).toEqual(known);
  });

  it('keep nothing of a batch that the disk had no room for, and all of it the second time', () => {
    const dir = folder();
    let room = Number.POSITIVE_INFINITY;
    const write: typeof writeSync = (fd: number, ...rest: unknown[]): number => {
      const [buffer, offset, length, position] = rest as [Uint8Array, number, number, number];
      if (room <= 0) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      const part = Math.min(length, room);
      room -= part;
      return writeSync(fd, buffer, offset, part, position);
    };
    const store = new FileStore(dir, { write });
    store.append([marker(1, 'first')]);
    room = 30;
    const batch = [marker(2, 'second'), marker(3, 'third')];
    expect(() => store.append(batch)).toThrow('ENOSPC');
    expect(() => store.append(batch)).toThrow('ENOSPC');
    expect(store.markers(ALL).entries).toEqual(['first']);
    room = Number.POSITIVE_INFINITY;
    store.append([marker(2, 's')]);
    store.append([marker(3, 'third')]);
    const known = ['third', 's', 'first'];
    expect(store.markers(ALL).entries).toEqual(known);
    store.close();
    expect(new FileStore(dir).markers(ALL).entries).toEqual(known);
  });

  it('stay within their bytes: charts go first, the newest part never', () => {
    const dir = folder();
    const store = new FileStore(dir, { partBytes: 20_000, partMs: 1_000 });
    const past = new RandomPast(11);
    for (let i = 0; i < 400; i++) store.append(past.batch());
    const { bytes } = store.summary();
    expect(bytes).toBeGreaterThan(200_000);
    const events = store.events(ALL).entries.length;
    store.prune({ before: 0, maxBytes: bytes - 1_000 });
    expect(store.events(ALL).entries).toHaveLength(events);
    store.prune({ before: 0, maxBytes: 100_000 });
    expect(store.summary().bytes).toBeLessThanOrEqual(100_000);
    const left = store.events(ALL).entries;
    expect(left.length).toBeGreaterThan(0);
    expect(left.length).toBeLessThan(events);
    store.prune({ before: 0, maxBytes: 1 });
    expect(partsOf(dir)).toHaveLength(1);
  });

  it('of a newer version are left alone', () => {
    const dir = folder();
    new FileStore(dir).append([marker(1)]);
    const log = logOf(dir);
    writeFileSync(log, readFileSync(log, 'utf8').replace('"version":1', '"version":2'));
    expect(() => new FileStore(dir)).toThrow(/written by a newer version of the dashboard/);
  });
});

describe('a database of the past', () => {
  it('says what to install where there is no SQLite', () => {
    const none = { name: 'other', open: () => expect.unreachable() };
    expect(() => openSql(':memory:', [])).toThrow(
      /needs Node 22\.13 or newer, or a package: npm install libsql/,
    );
    expect(() => openSql(':memory:', [none])).toThrow(/:memory: cannot be opened/);
  });

  it.each([
    ['>=22', '20.19.0', false],
    ['>=22', '22.1.0', true],
    ['>= 18.0.0', '20.19.0', true],
    ['20.x || 22.x || 23.x', '20.19.0', true],
    ['22.x || 23.x', '20.19.0', false],
    ['^20 || ~22', '18.0.0', true],
    [undefined, '20.19.0', true],
  ])('is not opened by native code for another Node: %s on %s', (wanted, version, fits) => {
    expect(isFor(wanted, version)).toBe(fits);
  });

  it('of a newer version is left alone', () => {
    const file = join(folder(), 'history.sqlite');
    new SqliteStore(file).close();
    const { sql } = openSql(file);
    sql.exec('PRAGMA user_version = 2');
    sql.close();
    expect(() => new SqliteStore(file)).toThrow(
      /newer version of the dashboard \(schema 2, this one knows 1\)/,
    );
  });

  it('that is none is refused in a sentence', () => {
    const file = join(folder(), 'history.sqlite');
    writeFileSync(
      file,
      'This is not a database, and long enough that nobody takes it for an empty one.'.repeat(30),
    );
    expect(() => new SqliteStore(file)).toThrow(/history\.sqlite cannot be (used|opened): .*not a database/);
  });

  it('stays within its bytes: charts go first', () => {
    const store = new SqliteStore(join(folder(), 'history.sqlite'));
    const past = new RandomPast(11);
    for (let i = 0; i < 400; i++) store.append(past.batch());
    store.prune(NO_BOUND);
    const { bytes } = store.summary();
    const events = store.events(ALL).entries.length;
    store.prune({ before: 0, maxBytes: bytes - 1_000 });
    expect(store.summary().bytes).toBeLessThan(bytes);
    expect(store.events(ALL).entries).toHaveLength(events);
    store.prune({ before: 0, maxBytes: bytes / 2 });
    expect(store.summary().bytes).toBeLessThanOrEqual(bytes / 2);
    expect(store.events(ALL).entries.length).toBeGreaterThan(0);
    store.close();
  });
});

describe('a server whose disk is full', () => {
  it('takes what services say as if nothing were the matter, and says so', async () => {
    const lines: string[] = [];
    const store = new FileStore(folder(), {
      write: () => {
        throw new Error('ENOSPC: no space left on device');
      },
    });
    const server = await start({ history: { store }, log: (line) => void lines.push(line) });
    const socket = client(server, 'ingest');
    await socket.emitWithAck('hello', helloOf());
    await socket.emitWithAck('reg', [registrationOf(1, { since: Date.now() })]);
    for (let seq = 1; seq <= 50; seq++) {
      expect(await socket.emitWithAck('st', [changeOf(seq)])).toEqual({ seq });
    }
    await until(() => server.stats().history.problem !== undefined, 'the problem');
    expect(server.stats()).toMatchObject({ events: 50, history: { dropped: 0, written: 0 } });
    expect(server.stats().history.waiting).toBeGreaterThan(100);
    const health = (await (await fetch(`${server.url}healthz`)).json()) as { history: { problem: string } };
    expect(health.history.problem).toMatch(/ENOSPC/);
    expect(lines.filter((line) => line.startsWith('history:'))).toHaveLength(1);
  });
});
