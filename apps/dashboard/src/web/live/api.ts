import {
  type BreakerDetail,
  type Directory,
  type DirectoryColumns,
  type EventPage,
  type GroupStrip,
  type InstanceSearch,
  type MarkerList,
  type Moment,
  type Overview,
  type PolicyList,
  type RowSummary,
  type Series,
  type StatsAnswer,
  type Strip,
  type Timeline,
  type TraceAnswer,
  unpackDirectory,
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

export async function ask<T>(path: string, asked: Ask): Promise<T> {
  return await bodyOf(await request(path, asked), path);
}

function request(path: string, { params = {}, body, token = readToken(), signal }: Ask): Promise<Response> {
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(params)) query.set(key, String(value));
  const headers: Record<string, string> = token ? { authorization: `Bearer ${token}` } : {};
  const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  if (body !== undefined) headers['content-type'] = 'application/json';
  const url = `/api/v1/${path}${query.size > 0 ? `?${query}` : ''}`;
  return fetch(url, { ...post, headers, signal: signal ?? null });
}

async function bodyOf<T>(response: Response, path: string): Promise<T> {
  await checkTaken(response, path);
  return (await response.json()) as T;
}

async function checkTaken(response: Response, path: string): Promise<void> {
  if (!response.ok) throw new ApiError(response.status, path, (await response.text()).slice(0, 500));
}

/** What is asked for as a file. */
export interface Exported {
  what: 'events' | 'lanes' | 'series';
  format: 'csv' | 'json';
  from: number;
  to: number;
  /** Left out: all. */
  rows?: readonly number[] | undefined;
}

/** A range as a file. It comes by a request like any other, since a token must not stand in an address. */
export async function readExport({
  rows,
  from,
  to,
  ...file
}: Exported): Promise<{ blob: Blob; truncated: boolean }> {
  const params = {
    ...file,
    from: Math.floor(from),
    to: Math.ceil(to),
    ...(rows && { rows: rows.join(',') }),
  };
  const response = await request('export', { params });
  await checkTaken(response, 'export');
  return { blob: await response.blob(), truncated: response.headers.get('x-truncated') === 'true' };
}

function read<T>(path: string, params: Record<string, string | number>, signal?: AbortSignal): Promise<T> {
  return ask(path, { params, signal });
}

declare global {
  interface Window {
    /** What early.js asked for, before the modules were there. */
    cbDirectory?: Promise<Response> | undefined;
  }
}

export async function readDirectory(): Promise<Directory<RowSummary>> {
  const early = window.cbDirectory;
  window.cbDirectory = undefined;
  const columns = early
    ? await bodyOf<DirectoryColumns>(await early, 'directory')
    : await read<DirectoryColumns>('directory', { instances: 0 });
  const { epoch, seq, now, keptMs } = columns;
  return { epoch, seq, now, ...(keptMs !== undefined && { keptMs }), rows: unpackDirectory(columns) };
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

/** Of all breakers, newest first. */
export function readFleetEvents(
  from: number,
  to: number,
  limit: number,
  signal: AbortSignal,
): Promise<EventPage> {
  return read('events', { from: Math.floor(from), to: Math.ceil(to), limit }, signal);
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

/** A stretch of time in so many parts. */
export interface RangeQuery {
  from: number;
  to: number;
  px: number;
}

function rangeOf({ from, to, px }: RangeQuery): Record<string, number> {
  return { from: Math.floor(from), to: Math.ceil(to), px };
}

/** @param of Only these rows, or only those of one service. */
export function readOverview(
  range: RangeQuery,
  of: { rows?: readonly number[]; service?: string },
  signal: AbortSignal,
): Promise<Overview> {
  const only = of.rows ? { rows: of.rows.join(',') } : of.service ? { service: of.service } : {};
  return read('overview', { ...rangeOf(range), ...only }, signal);
}

export function readStrip(range: RangeQuery, signal: AbortSignal): Promise<Strip> {
  return read('strip', rangeOf(range), signal);
}

/** @param by `service`, or `tag:` and a key. */
export function readGroupStrip(range: RangeQuery, by: string, signal: AbortSignal): Promise<GroupStrip> {
  return read('strip', { ...rangeOf(range), by }, signal);
}

export function readStats(
  from: number,
  to: number,
  of: { rows: readonly number[] } | { top: 'opens' | 'refused' },
  signal: AbortSignal,
): Promise<StatsAnswer> {
  const asked = 'rows' in of ? { rows: of.rows.join(',') } : of;
  return read('stats', { from: Math.floor(from), to: Math.ceil(to), ...asked }, signal);
}

export function readMoment(row: number, t: number, signal: AbortSignal): Promise<Moment> {
  return read('moment', { row, t: Math.round(t) }, signal);
}

/** All that are kept. */
export function readMarkers(): Promise<MarkerList> {
  return read('markers', { from: 0, to: Date.now() + 86_400_000 });
}

/** Rows with an instance whose name holds the text. */
export async function readInstances(like: string, signal: AbortSignal): Promise<ReadonlySet<number>> {
  const { row } = await read<InstanceSearch>('instances', { like }, signal);
  let sum = 0;
  return new Set(
    row.map((step) => {
      sum += step;
      return sum;
    }),
  );
}
