import type { AuditPage, AuditRecord } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import type { Caller } from '../src/server/access.ts';
import { AuditLog, type AuditSink } from '../src/server/audit.ts';
import {
  act,
  ask,
  audited,
  fragile,
  post,
  report,
  requestOf,
  startControlled,
  TOKENS,
} from './control-support.ts';
import { until } from './support.ts';

const ANA: Caller = { role: 'operator', id: 'a1b2c3d4', address: '::1' };

interface Bench {
  readonly log: AuditLog;
  readonly told: AuditRecord[];
  readonly read: (query?: string) => Promise<AuditPage>;
  readonly pass: (ms: number) => void;
}

function bench(...more: AuditSink[]): Bench {
  let now = 0;
  const told: AuditRecord[] = [];
  const sinks = [...more, { write: (record: AuditRecord) => void told.push(record) }];
  const log = new AuditLog({ now: () => 1_000 + now, monotonic: () => now, sinks });
  const [route] = log.routes();
  return {
    log,
    told,
    read: async (query = '') => {
      const reply = await route?.answer({ query: new URLSearchParams(query), body: undefined, caller: ANA });
      return JSON.parse(String(reply?.body)) as AuditPage;
    },
    pass: (ms) => {
      now += ms;
    },
  };
}

describe('the audit log', () => {
  it('keeps what was done by whom and when, newest first, and tells it once', async () => {
    const { log, told, read, pass } = bench();
    log.add(ANA, { action: 'marker', note: 'first' });
    pass(500);
    log.add(ANA, { action: 'alert-test', note: 'second' });
    const record = { audit: 1, t: 1_000, token: 'a1b2c3d4', role: 'operator', address: '::1' };
    const first = { ...record, action: 'marker', note: 'first' };
    const second = { ...record, audit: 2, t: 1_500, action: 'alert-test', note: 'second' };
    expect(await read()).toEqual({ records: [second, first], more: false });
    expect(told).toEqual([first, second]);
    expect(await read('limit=1')).toEqual({ records: [second], more: true });
    expect(await read('from=1001')).toEqual({ records: [second], more: false });
    expect(await read('to=1499')).toEqual({ records: [first], more: false });
  });

  it('numbers acts when they begin, and orders them by it however they end', async () => {
    const { log, read } = bench();
    const slow = log.begin();
    log.add(ANA, { action: 'control', note: 'quick' });
    log.add(ANA, { action: 'control', note: 'slow' }, slow);
    expect((await read()).records.map(({ audit, note }) => [audit, note])).toEqual([
      [2, 'quick'],
      [1, 'slow'],
    ]);
  });

  it('holds ten thousand acts, and no more than sixteen million characters of them', async () => {
    const { log, read, pass } = bench();
    const add = (note: string): void => {
      pass(1);
      log.add(ANA, { action: 'marker', note });
    };
    for (let i = 0; i < 10_050; i++) add(`n${i}`);
    expect((await read('limit=1000')).records).toHaveLength(500);
    const held = await readAll(read);
    expect([held.length, held[0]?.note, held.at(-1)?.note]).toEqual([10_000, 'n10049', 'n50']);
    for (let i = 0; i < 20; i++) add('x'.repeat(1_000_000));
    expect(await readAll(read)).toHaveLength(16);
  });

  it('lets nobody flood it with what they may not do, nor push out what was done', async () => {
    const { log, told, read, pass } = bench();
    log.add(ANA, { action: 'control', note: 'done' });
    for (let i = 0; i < 5_000; i++) log.deny({ ...ANA, role: 'viewer' }, { note: 'denied' });
    expect(told).toHaveLength(1 + 20);
    pass(5_000);
    log.deny({ ...ANA, role: 'viewer' }, { note: 'denied' });
    expect((await read()).records[0]).toMatchObject({
      action: 'denied',
      role: 'viewer',
      note: 'denied; 4980 more were denied since the record before',
    });
    pass(5_000);
    log.deny({ ...ANA, role: 'viewer' }, { note: 'denied' });
    expect((await read()).records[0]?.note).toBe('denied');
    for (let i = 0; i < 2_000; i++) {
      pass(5_000);
      log.deny({ ...ANA, role: 'viewer' }, { note: 'denied' });
    }
    const all = await readAll(read);
    expect([all.length, all.at(-1)?.note]).toEqual([1 + 1_000, 'done']);
  });

  it('keeps a record that a sink would not take, or changed', async () => {
    const { log, told, read } = bench(
      {
        write: () => {
          throw new Error('the disk is full');
        },
      },
      {
        write: (record) => {
          record.note = 'forged';
        },
      },
    );
    log.add(ANA, { action: 'marker', note: 'as it was' });
    expect(told).toHaveLength(1);
    expect((await read()).records[0]?.note).toBe('as it was');
  });

  /** Page by page, as a reader would. */
  async function readAll(read: Bench['read']): Promise<AuditRecord[]> {
    const all: AuditRecord[] = [];
    for (let page = await read('limit=500'); ; ) {
      all.push(...page.records);
      if (!page.more) return all;
      page = await read(`limit=500&to=${(all.at(-1)?.t ?? 0) - 1}`);
    }
  }
});

describe('an act over HTTP', () => {
  it('is kept with who, what, why and what became of it, and told as one line', async () => {
    const { server, lines } = await startControlled();
    await report(server, [fragile()], { instance: 'a' });
    const { audit } = await act(server, { op: 'isolate', forMs: 60_000, by: 'ana' });
    const records = await audited(server);
    expect(records).toEqual([
      {
        audit,
        t: expect.any(Number),
        action: 'control',
        token: expect.stringMatching(/^[0-9a-f]{8}$/),
        role: 'admin',
        address: expect.stringMatching(/127\.0\.0\.1$/),
        by: 'ana',
        op: 'isolate',
        reason: 'the bank asked for it',
        forMs: 60_000,
        results: [
          {
            service: 'checkout',
            name: 'payments',
            instance: 'a',
            ok: true,
            version: 1,
            versionBefore: 0,
          },
        ],
      },
    ]);
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual(records);
    expect(lines[0]).not.toContain('\n');
  });

  it('is kept when it was denied: to a viewer, and to an operator what is for administrators', async () => {
    const { server, lines } = await startControlled();
    await report(server, [fragile()]);
    await post(server, await requestOf(server), TOKENS.viewToken);
    const config = { failAfterMs: 5 };
    await post(server, await requestOf(server, { op: 'configure', config }), TOKENS.controlToken);
    const records = await audited(server);
    expect(records).toMatchObject([
      {
        action: 'denied',
        role: 'operator',
        op: 'configure',
        reason: 'the bank asked for it',
        config,
        note: 'To change settings is for the role admin; the token given is that of an operator.',
      },
      {
        action: 'denied',
        role: 'viewer',
        note: 'control: This is for the role operator; the token given is that of a viewer.',
      },
    ]);
    expect(lines).toHaveLength(2);
  });

  it('is kept with its refusal where the service refused it', async () => {
    const { server } = await startControlled();
    await report(server, [fragile()], { allowRemoteControl: () => 'not today' });
    await act(server);
    expect((await audited(server))[0]?.results).toMatchObject([
      { ok: false, error: 'refused', message: 'not today', versionBefore: 0, version: 0 },
    ]);
  });

  it('on many instances lists a hundred of them, failures first, and counts the others', async () => {
    const { server } = await startControlled();
    const names = Array.from({ length: 130 }, (_, i) => `b${i}`);
    const breakers = names.map((name) => fragile(name));
    await report(server, breakers, { allowRemoteControl: ({ breaker }) => breaker !== 'b129' });
    const { results } = await act(server, {}, names);
    expect(results.filter(({ ok }) => ok)).toHaveLength(129);
    const [record] = await audited(server);
    expect(record?.results).toHaveLength(100);
    expect(record?.results?.[0]).toMatchObject({ name: 'b129', error: 'refused' });
    expect(record?.note).toBe('130 instances, done on 129; 100 are listed');
  });

  it('never tells a token: not in records, lines, logs, numbers, or what services hear', async () => {
    const logs: string[] = [];
    const { server, lines } = await startControlled({ log: (line) => logs.push(line) });
    const heard: unknown[] = [];
    const commands = { onControl: (...told: unknown[]) => void heard.push(told) };
    await report(server, [fragile()], commands);
    for (const token of [...Object.values(TOKENS), 'a-wrong-token']) {
      await post(server, await requestOf(server), token);
    }
    await until(() => heard.length === 2, 'heard');
    const pages = await Promise.all(
      ['audit', 'directory', 'events'].map(async (path) =>
        (await ask(server, path, TOKENS.adminToken)).text(),
      ),
    );
    const said = JSON.stringify([pages, lines, logs, server.stats(), heard]);
    expect(said).toContain('the bank asked for it');
    for (const token of [...Object.values(TOKENS), 'a-wrong-token']) expect(said).not.toContain(token);
  });
});
