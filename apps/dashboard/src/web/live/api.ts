import {
  type BreakerDetail,
  type Directory,
  type DirectoryColumns,
  type EventPage,
  type PolicyList,
  type RowSummary,
  type Series,
  type Timeline,
  unpackDirectory,
} from '@cb/protocol';
import { readToken } from './token.ts';

export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, path: string) {
    super(`${path} answered ${status}`);
    this.name = 'ApiError';
    this.status = status;
  }
}

async function read<T>(
  path: string,
  params: Record<string, string | number>,
  signal?: AbortSignal,
): Promise<T> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) query.set(key, String(value));
  const token = readToken();
  const url = `/api/v1/${path}${query.size > 0 ? `?${query}` : ''}`;
  const response = await fetch(url, {
    headers: token ? { authorization: `Bearer ${token}` } : {},
    signal: signal ?? null,
  });
  if (!response.ok) throw new ApiError(response.status, path);
  return (await response.json()) as T;
}

export async function readDirectory(): Promise<Directory<RowSummary>> {
  const columns = await read<DirectoryColumns>('directory', { instances: 0 });
  const { epoch, seq, now } = columns;
  return { epoch, seq, now, rows: unpackDirectory(columns) };
}

export function readTimeline(
  rows: readonly number[],
  from: number,
  to: number,
  lanes: boolean,
): Promise<Timeline> {
  const params = { rows: rows.join(','), from: Math.floor(from), to: Math.ceil(to) };
  return read('timeline', lanes ? { ...params, lanes: 1 } : params);
}

export function readEvents(
  row: number,
  from: number,
  to: number,
  signal: AbortSignal,
  limit = 100,
): Promise<EventPage> {
  return read('events', { row, from: Math.floor(from), to: Math.ceil(to), limit }, signal);
}

export function readSeries(row: number, from: number, to: number, signal: AbortSignal): Promise<Series> {
  return read('series', { row, from: Math.floor(from), to: Math.ceil(to) }, signal);
}

export function readBreaker(row: number, signal: AbortSignal): Promise<BreakerDetail> {
  return read('breaker', { row }, signal);
}

/** @param service Of this service only; empty for all. */
export function readPolicies(service: string, instances: boolean, signal: AbortSignal): Promise<PolicyList> {
  return read('policies', { ...(service && { service }), ...(instances && { instances: 1 }) }, signal);
}
