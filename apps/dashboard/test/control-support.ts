import { type Breaker, type Clock, consecutiveFailures, createBreaker } from '@cb/core';
import type {
  AuditPage,
  AuditRecord,
  ControlReply,
  ControlResult,
  Directory,
  DirectoryRow,
} from '@cb/protocol';
import { connectDashboard, type Reporter, type ReporterOptions } from '@cb/reporter';
import { expect, onTestFinished } from 'vitest';
import type { DashboardOptions, DashboardServer } from '../src/server/server.ts';
import { start, until } from './support.ts';

export const TOKENS = {
  viewToken: 'token-of-viewers',
  controlToken: 'token-of-operators',
  adminToken: 'token-of-admins',
} as const;

/** A dashboard with all roles, and the lines of its audit log. */
export async function startControlled(
  options: DashboardOptions = {},
): Promise<{ server: DashboardServer; lines: string[] }> {
  const lines: string[] = [];
  const server = await start({ ...TOKENS, auditLog: (line) => lines.push(line), ...options });
  return { server, lines };
}

export function fragile(name = 'payments', clock?: Clock): Breaker {
  const openWhen = consecutiveFailures(2);
  return createBreaker(clock === undefined ? { name, openWhen } : { name, openWhen, clock });
}

export async function open(breaker: Breaker): Promise<void> {
  const down = (): Promise<never> => Promise.reject(new Error('down'));
  while (breaker.state !== 'open') await breaker.execute(down).catch(() => {});
}

/** A real reporter that the server hears, with its breakers registered. */
export async function report(
  server: DashboardServer,
  breakers: Breaker[],
  more: Partial<ReporterOptions> = {},
): Promise<Reporter> {
  const before = server.stats().lanes;
  const url = server.url.replace(/\/$/, '');
  const reporter = connectDashboard({
    url,
    service: 'checkout',
    breakers,
    allowRemoteControl: true,
    ...more,
  });
  onTestFinished(() => reporter.close());
  await until(() => server.stats().lanes === before + breakers.length, 'registered');
  return reporter;
}

export function ask(
  server: DashboardServer,
  path: string,
  token?: string,
  init: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Response> {
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return fetch(`${server.url}api/v1/${path}`, { ...init, headers: { ...authorization, ...init.headers } });
}

export function post(server: DashboardServer, body: unknown, token?: string): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return ask(server, 'control', token, { method: 'POST', headers, body: JSON.stringify(body) });
}

export async function directory(server: DashboardServer): Promise<Directory> {
  return (await (await ask(server, 'directory', TOKENS.viewToken)).json()) as Directory;
}

export async function rowOf(server: DashboardServer, name = 'payments'): Promise<DirectoryRow> {
  const row = (await directory(server)).rows.find((each) => each.name === name);
  if (row === undefined) throw new Error(`no row ${name}`);
  return row;
}

/** A request for every instance of these breakers. */
export async function requestOf(
  server: DashboardServer,
  more: Record<string, unknown> = {},
  names: readonly string[] = ['payments'],
): Promise<Record<string, unknown>> {
  const { epoch, rows } = await directory(server);
  const numbers = rows.filter(({ name }) => names.includes(name)).map(({ row }) => row);
  return { epoch, rows: numbers, op: 'isolate', reason: 'the bank asked for it', ...more };
}

/** Asks as an administrator, and expects that it was passed on. */
export async function act(
  server: DashboardServer,
  more: Record<string, unknown> = {},
  names?: readonly string[],
): Promise<ControlReply> {
  const answer = await post(server, await requestOf(server, more, names), TOKENS.adminToken);
  expect([answer.status, answer.headers.get('content-type')]).toEqual([
    200,
    'application/json; charset=utf-8',
  ]);
  return (await answer.json()) as ControlReply;
}

export async function actOnOne(
  server: DashboardServer,
  more: Record<string, unknown> = {},
): Promise<ControlResult> {
  const { results } = await act(server, more);
  expect(results).toHaveLength(1);
  return results[0] as ControlResult;
}

export async function audited(server: DashboardServer): Promise<AuditRecord[]> {
  return ((await (await ask(server, 'audit', TOKENS.controlToken)).json()) as AuditPage).records;
}
