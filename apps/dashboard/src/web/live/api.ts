import type {
  BreakerDetail,
  Directory,
  EventPage,
  PolicyList,
  Series,
  Timeline,
  TraceAnswer,
} from '@cb/protocol';
import { readToken } from './token.ts';

export class ApiError extends Error {
  readonly status: number;
  /** What the server said to it, in a sentence. */
  readonly said: string;
  constructor(status: number, path: string, said: string) {
    super(`${path} answered ${status}`);
    this.name = 'ApiError';
    this.status = status;
    this.said = said;
  }
}

interface Ask {
  params?: Record<string, string | number>;
  /** Posted as JSON. */
  body?: unknown;
  /** Left out: the tab's own. */
  token?: string | undefined;
  signal?: AbortSignal | undefined;
}

export async function ask<T>(
  path: string,
  { params = {}, body, token = readToken(), signal }: Ask,
): Promise<T> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) query.set(key, String(value));
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const url = `/api/v1/${path}${query.size > 0 ? `?${query}` : ''}`;
  const response = await fetch(url, { ...post, headers, signal: signal ?? null });
  if (!response.ok) throw new ApiError(response.status, path, (await response.text()).slice(0, 500));
  return (await response.json()) as T;
}

function read<T>(path: string, params: Record<string, string | number>, signal?: AbortSignal): Promise<T> {
  return ask(path, { params, signal });
}

export function readDirectory(): Promise<Directory> {
  return read('directory', {});
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

/** With what a replay asks for: neutral calls and latency histograms. */
export function readLaneSeries(
  row: number,
  lane: number,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<Series> {
  return read('series', { row, lane, from: Math.floor(from), to: Math.ceil(to), detail: 1 }, signal);
}

/** Single calls, where the service traces them. */
export function readTrace(
  row: number,
  lane: number,
  from: number,
  to: number,
  signal: AbortSignal,
): Promise<TraceAnswer> {
  return read('trace', { row, lane, from: Math.floor(from), to: Math.ceil(to) }, signal);
}
