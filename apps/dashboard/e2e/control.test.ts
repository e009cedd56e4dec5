import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { AuditRecord, ControlReply, ControlRequest, Directory } from '@cb/protocol';
import { describe, expect, it, onTestFinished } from 'vitest';

const DASHBOARD = new URL('../dist/server/main.js', import.meta.url);
const SERVICE = new URL('./controlled-service.mjs', import.meta.url);
const TOKEN = 'the-token-of-operators';

interface Dashboard {
  readonly url: string;
  /** What it prints, line by line, but for its address. */
  readonly lines: string[];
}

describe('control, with real processes', () => {
  it('acts on the service, and prints one line of JSON for each act', async () => {
    const dashboard = await startDashboard();
    const service = await startService(dashboard.url);
    const told = heard(service, 'isolate by ana: forced-open');
    const reply = await isolate(dashboard.url, { by: 'ana' });
    expect(reply.results).toMatchObject([{ instance: 'orders-1', ok: true, version: 1 }]);
    await told;
    await expect.poll(() => dashboard.lines.length).toBe(1);
    const record = JSON.parse(dashboard.lines[0] ?? '') as AuditRecord;
    expect(record).toMatchObject({ audit: reply.audit, action: 'control', role: 'operator', by: 'ana' });
    expect(dashboard.lines.join()).not.toContain(TOKEN);
  });

  it('says of a service that is killed in the middle that it may have been done', async () => {
    const dashboard = await startDashboard();
    const service = await startService(dashboard.url);
    const noted = heard(service, 'heard');
    service.send('hang');
    await noted;
    const asked = heard(service, 'asked');
    const reply = isolate(dashboard.url);
    await asked;
    service.kill('SIGKILL');
    expect((await reply).results).toMatchObject([
      {
        ok: false,
        error: 'timeout',
        message: 'the connection was lost before an answer came; it may have been done',
      },
    ]);
    // Its heartbeats are waited for, but nobody is asked in vain.
    expect((await isolate(dashboard.url)).results).toMatchObject([{ ok: false, error: 'unreachable' }]);
  });

  it('says that a service which hangs did not decide', async () => {
    const dashboard = await startDashboard();
    const service = await startService(dashboard.url);
    const noted = heard(service, 'heard');
    service.send('hang');
    await noted;
    expect((await isolate(dashboard.url)).results).toMatchObject([
      { ok: false, error: 'refused', message: 'the service did not decide within 4000 ms' },
    ]);
  });

  it('says that a service which stands still gave no answer', async () => {
    const dashboard = await startDashboard();
    const service = await startService(dashboard.url);
    service.kill('SIGSTOP');
    expect((await isolate(dashboard.url)).results).toMatchObject([
      { ok: false, error: 'timeout', message: 'no answer within 5 seconds; it may have been done' },
    ]);
  });
});

async function startDashboard(): Promise<Dashboard> {
  const env = { PATH: process.env.PATH ?? '', CB_DASHBOARD_CONTROL_TOKEN: TOKEN };
  const child = fork(DASHBOARD, ['--port', '0'], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], env });
  endWithTest(child);
  const lines: string[] = [];
  let part = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    const [rest = '', ...whole] = (part + text).split('\n').reverse();
    part = rest;
    lines.push(...whole.reverse());
  });
  await expect.poll(() => lines.length, { timeout: 10_000 }).toBe(1);
  return { url: lines.shift() ?? '', lines };
}

async function startService(url: string): Promise<ChildProcess> {
  const child = fork(SERVICE, [JSON.stringify({ url: url.replace(/\/$/, ''), breaker: 'ledger' })]);
  endWithTest(child);
  await expect.poll(async () => (await directory(url)).rows.length, { timeout: 10_000 }).toBe(1);
  return child;
}

function endWithTest(child: ChildProcess): void {
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  });
}

function heard(child: ChildProcess, what: string): Promise<void> {
  return new Promise((resolve) => {
    child.on('message', (message) => {
      if (message === what) resolve();
    });
  });
}

async function directory(url: string): Promise<Directory> {
  return (await (await fetch(`${url}api/v1/directory`)).json()) as Directory;
}

async function isolate(url: string, more: Partial<ControlRequest> = {}): Promise<ControlReply> {
  const { epoch, rows } = await directory(url);
  const request = {
    epoch,
    rows: rows.map(({ row }) => row),
    op: 'isolate',
    reason: 'the bank asked for it',
    ...more,
  };
  const answer = await fetch(`${url}api/v1/control`, {
    method: 'POST',
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    body: JSON.stringify(request),
  });
  expect(answer.status).toBe(200);
  return (await answer.json()) as ControlReply;
}
