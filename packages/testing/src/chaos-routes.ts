import { Buffer } from 'node:buffer';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { gzipSync } from 'node:zlib';

/** One request at the chaos server, as a route sees it. */
interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  /** What follows the route's name in the path: `/redirect/3` gives `['3']`. */
  readonly rest: readonly string[];
  /** How many requests this path has had, this one included. */
  readonly hit: number;
  /** Runs `step` after real milliseconds unless the server closes first. */
  readonly later: (ms: number, step: () => void) => void;
  /** Resets the TCP connection. */
  readonly reset: () => void;
}

type Route = (visit: Visit) => void;

/** Answers with a text body. */
export function answer(response: ServerResponse, status: number, body: string = `${status}\n`): void {
  response.writeHead(status, { 'content-type': 'text/plain' }).end(body);
}

/** Writes bytes where an HTTP response should be, past node's own framing. */
function raw({ request }: Visit, bytes: string): void {
  request.socket.write(bytes);
}

/** Runs `step` now and every `everyMs` until the socket is gone. */
function drip(visit: Visit, everyMs: number, step: () => void): void {
  const { request, later } = visit;
  if (request.socket.destroyed) return;
  step();
  later(everyMs, () => drip(visit, everyMs, step));
}

function gzip({ response }: Visit, bytes: Buffer): void {
  response
    .writeHead(200, {
      'content-type': 'text/plain',
      'content-encoding': 'gzip',
      'content-length': bytes.length,
    })
    .end(bytes);
}

function numberIn(text: string | null | undefined, otherwise: number): number {
  return text === null || text === undefined || text === '' ? otherwise : Number(text);
}

/** What each path does. The key is the first segment of the path. */
export const routes: Readonly<Record<string, Route>> = {
  /** TCP reset before any answer. */
  rst: ({ reset }) => reset(),
  /** Orderly close before any answer. */
  fin: ({ request }) => request.socket.end(),
  /** Accepts and never answers. */
  hang: () => {},
  /** Answers 200 after `?ms=` (50). */
  late: ({ response, url, later }) =>
    later(numberIn(url.searchParams.get('ms'), 50), () => answer(response, 200)),
  /** 200 and then one byte of body every `?ms=` (20), for ever. */
  loris: (visit) => {
    visit.response.writeHead(200, { 'content-type': 'text/plain' });
    drip(visit, numberIn(visit.url.searchParams.get('ms'), 20), () => visit.response.write('.'));
  },
  /** A status line, then one header line every `?ms=` (20), never a body. */
  slowhdr: (visit) => {
    raw(visit, 'HTTP/1.1 200 OK\r\n');
    drip(visit, numberIn(visit.url.searchParams.get('ms'), 20), () => raw(visit, 'x-slow: 1\r\n'));
  },
  /** Promises 100 bytes, sends 10, closes. */
  trunc: (visit) => {
    raw(visit, 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n0123456789');
    visit.request.socket.end();
  },
  /** Chunked, closes without the last chunk. */
  chunktrunc: (visit) => {
    raw(visit, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\na\r\n0123456789\r\n');
    visit.request.socket.end();
  },
  /** Headers and a piece of body, then a TCP reset. */
  rstmid: (visit) => {
    visit.response.writeHead(200, { 'content-length': 100 });
    visit.response.write('0123456789', () => visit.later(20, visit.reset));
  },
  /** Headers and a piece of body, then nothing more, the socket stays open. */
  stall: ({ response }) => {
    response.writeHead(200, { 'content-length': 100 });
    response.write('0123456789');
  },
  /** 200, `application/json`, not JSON. */
  badjson: ({ response }) => response.writeHead(200, { 'content-type': 'application/json' }).end('{"a":'),
  /** Bytes that are not HTTP. */
  garbage: (visit) => {
    raw(visit, 'SSH-2.0-OpenSSH_9.2\r\n\r\n');
    visit.request.socket.end();
  },
  /** Says gzip, sends text. */
  badgzip: (visit) => gzip(visit, Buffer.from('this is not gzip')),
  /** Gzip cut in half, framed correctly. */
  truncgzip: (visit) => {
    const whole = gzipSync('x'.repeat(10_000) + Math.PI);
    gzip(visit, whole.subarray(0, whole.length >> 1));
  },
  /** A header of `?bytes=` (40,000). */
  bighdr: ({ response, url }) =>
    response.writeHead(200, { 'x-big': 'x'.repeat(numberIn(url.searchParams.get('bytes'), 40_000)) }).end(),
  /** A body of `?bytes=` (1 MiB). */
  big: ({ response, url }) =>
    answer(response, 200, 'x'.repeat(numberIn(url.searchParams.get('bytes'), 1 << 20))),
  /** Redirects to itself, for ever. */
  loop: ({ response }) => response.writeHead(302, { location: '/loop' }).end(),
  /** `/redirect/3?to=URL`: three redirects, then to `to` (`/`). */
  redirect: ({ response, url, rest }) => {
    const left = numberIn(rest[0], 1);
    const to = url.searchParams.get('to') ?? '/';
    const location = left > 1 ? `/redirect/${left - 1}?to=${encodeURIComponent(to)}` : to;
    response.writeHead(302, { location }).end();
  },
  /** `/status/503?ra=30`: that status, with that Retry-After. */
  status: ({ response, url, rest }) => {
    const retryAfter = url.searchParams.get('ra');
    const status = numberIn(rest[0], 200);
    if (retryAfter !== null) response.setHeader('retry-after', retryAfter);
    if (status === 204 || status === 304) response.writeHead(status).end();
    else answer(response, status);
  },
  /** 503 for the first `?n=` (1) requests, then 200. */
  '503then200': ({ response, url, hit }) =>
    answer(response, hit <= numberIn(url.searchParams.get('n'), 1) ? 503 : 200),
  /** Sends back what it was sent: the body as the body, the method as `x-method`. */
  echo: ({ request, response }) => {
    const type = request.headers['content-type'] ?? 'application/octet-stream';
    response.writeHead(200, { 'content-type': type, 'x-method': request.method ?? '' });
    request.pipe(response);
  },
};
