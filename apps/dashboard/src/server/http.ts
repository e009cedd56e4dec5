import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Api } from './api.ts';
import type { Guard } from './guard.ts';
import { json, type Reply, send, text } from './reply.ts';
import type { ServerContext } from './server-context.ts';
import type { StaticFiles } from './static-files.ts';
import type { TokenCheck } from './tokens.ts';

export interface HttpParts {
  context: ServerContext;
  guard: Guard;
  viewToken: TokenCheck;
  api: Api;
  files: StaticFiles;
  /** Numbers for `/healthz`. */
  stats: () => unknown;
}

/** Answers HTTP: the API, `/healthz` and the built pages. */
export function createHttp(parts: HttpParts): RequestListener {
  const { context } = parts;
  return (request, response) => {
    answer(parts, request)
      .catch((error: unknown) => {
        context.refusals.count('fault');
        context.log(`a request failed: ${error instanceof Error ? error.message : 'not an error'}`);
        return text(500, 'Something failed on the server.');
      })
      .then((reply) => send(request, response, reply))
      .catch(() => abandon(response));
  };
}

function abandon(response: ServerResponse): void {
  response.destroy();
}

async function answer(parts: HttpParts, request: IncomingMessage): Promise<Reply> {
  const refusal = parts.guard.check(request);
  if (refusal !== undefined) {
    parts.context.refusals.count(refusal.kind);
    return text(refusal.status, refusal.text);
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return { ...text(405, 'Only GET and HEAD.'), headers: { allow: 'GET, HEAD' } };
  }
  const [rawPath, query] = splitOnce(request.url ?? '/');
  const path = decodePath(rawPath);
  if (path === undefined) return text(400, 'That is not a path.');
  if (path === '/healthz') return json(parts.stats());
  if (!path.startsWith('/api/')) return parts.files.answer(path);
  return (
    refuseStranger(parts, request) ??
    parts.api.answer(path.replace(/^\/api\/v1\//, ''), new URLSearchParams(query))
  );
}

/** What is read is for those who may view. A page of another site gets nothing, even where it could not read it. */
function refuseStranger(parts: HttpParts, request: IncomingMessage): Reply | undefined {
  const { context, viewToken } = parts;
  if (request.headers['sec-fetch-site'] === 'cross-site' && request.headers.origin === undefined) {
    context.refusals.count('foreignOrigin');
    return text(403, 'Pages of other sites may not read here.');
  }
  const given = /^Bearer (.+)$/i.exec(request.headers.authorization ?? '')?.[1];
  const checked = viewToken.check(given, request.socket.remoteAddress ?? '', context.monotonic());
  if (checked === 'ok') return undefined;
  context.refusals.count(checked);
  if (checked === 'authRate')
    return { ...text(429, 'Too many wrong tokens; wait.'), headers: { 'retry-after': '5' } };
  return { ...text(401, 'A view token is needed.'), headers: { 'www-authenticate': 'Bearer' } };
}

function splitOnce(url: string): [string, string] {
  const at = url.indexOf('?');
  return at === -1 ? [url, ''] : [url.slice(0, at), url.slice(at + 1)];
}

/** The decoded path; undefined when it is none, or tries to climb. */
function decodePath(raw: string): string | undefined {
  try {
    const path = decodeURIComponent(raw);
    // A breaker's name may be any text, "a/../b" too; it comes as one encoded segment and is never looked up as a file.
    const segments = path.startsWith('/b/') ? raw.split('/').map(decodeURIComponent) : path.split(/[\\/]/);
    const climbs = segments.includes('..');
    return path.startsWith('/') && !path.includes('\0') && !climbs ? path : undefined;
  } catch {
    return undefined;
  }
}
