import type { IncomingMessage } from 'node:http';
import type { Guard } from './guard.ts';
import type { Reply } from './reply.ts';

/** How long a browser may remember the answer to a preflight, in seconds. */
const REMEMBERED_S = '600';

/**
 * What the browser asks before a page of an allowed origin may GET with a token; it sends no token with that. Undefined where it
 * is anything else, which is then answered like any other request.
 */
export function preflight(guard: Guard, { method, headers }: IncomingMessage): Reply | undefined {
  if (method !== 'OPTIONS' || headers['access-control-request-method'] !== 'GET') return undefined;
  const { origin } = headers;
  if (origin === undefined || !guard.isAllowedOrigin(origin)) return undefined;
  return {
    status: 200,
    body: '',
    type: 'text/plain; charset=utf-8',
    headers: {
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'GET',
      'access-control-allow-headers': 'authorization',
      'access-control-max-age': REMEMBERED_S,
    },
  };
}

/**
 * Lets pages of allowed origins read what the API answers to a GET. No cookies, no other method, no other page: those of the
 * server's own names need no leave, and everybody else's stay out.
 */
export function crossOrigin(
  guard: Guard,
  { method, url = '', headers }: IncomingMessage,
  reply: Reply,
): Reply {
  if (!url.startsWith('/api/')) return reply;
  // Also where no origin is named: a cache must not hand this answer to a page of one.
  const more: Record<string, string> = { vary: 'accept-encoding, origin' };
  const { origin } = headers;
  const reads = method === 'GET' || method === 'HEAD';
  if (reads && origin !== undefined && guard.isAllowedOrigin(origin))
    more['access-control-allow-origin'] = origin;
  return { ...reply, headers: { ...reply.headers, ...more } };
}
