import type { IncomingMessage, ServerResponse } from 'node:http';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const zip = promisify(gzip);
/** Smaller answers are not worth compressing. */
const ZIP_FROM_BYTES = 1_024;

/** Sent with every answer. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'x-frame-options': 'DENY',
};

export interface Reply {
  status: number;
  body: string | Buffer;
  type: string;
  /** Default: not stored at all. */
  cache?: string;
  etag?: string;
  headers?: Record<string, string>;
  /** The body, compressed before. */
  zipped?: Buffer;
}

export function text(status: number, body: string): Reply {
  return { status, body: `${body}\n`, type: 'text/plain; charset=utf-8' };
}

export function json(body: unknown): Reply {
  return { status: 200, body: JSON.stringify(body), type: 'application/json; charset=utf-8' };
}

/** Sends the reply: compressed where the other end can read that, without a body where it has it already. */
export async function send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  const headers: Record<string, string | number> = {
    ...SECURITY_HEADERS,
    'content-type': reply.type,
    'cache-control': reply.cache ?? 'no-store',
    vary: 'accept-encoding',
    ...reply.headers,
  };
  if (reply.etag !== undefined) headers.etag = reply.etag;
  if (reply.etag !== undefined && request.headers['if-none-match'] === reply.etag) {
    response.writeHead(304, headers).end();
    return;
  }
  let body = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
  if (body.length >= ZIP_FROM_BYTES && /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
    body = reply.zipped ?? (await zip(body, { level: 5 }));
    headers['content-encoding'] = 'gzip';
  }
  headers['content-length'] = body.length;
  response.writeHead(reply.status, headers).end(request.method === 'HEAD' ? undefined : body);
}
