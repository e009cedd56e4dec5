import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Access, Caller } from './access.ts';
import { denialOf, mayAct } from './access.ts';
import { readBody } from './body.ts';
import { crossOrigin, preflight } from './cross-origin.ts';
import type { Guard } from './guard.ts';
import type { IngestAccess } from './ingest-access.ts';
import type { Phase } from './lifecycle.ts';
import { json, type Reply, send, text } from './reply.ts';
import { BadRequest, type Route, type Routes } from './routes.ts';
import type { ServerContext } from './server-context.ts';
import type { StaticFiles } from './static-files.ts';

export interface HttpParts {
  context: ServerContext;
  guard: Guard;
  access: Access;
  ingestAccess: IngestAccess;
  routes: Routes;
  files: StaticFiles;
  /** Numbers for `/healthz`. */
  stats: () => unknown;
}

/** Answers HTTP: the API, `/healthz`, `/readyz` and the built pages. */
export function createHttp(parts: HttpParts): RequestListener {
  const { context } = parts;
  return (request, response) => {
    answer(parts, request)
      .catch((error: unknown) => {
        context.refusals.count('fault');
        context.log(`a request failed: ${error instanceof Error ? error.message : 'not an error'}`);
        return text(500, 'Something failed on the server.');
      })
      .then((reply) => send(request, response, crossOrigin(parts.guard, request, reply)))
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
  const { phase } = parts.context.lifecycle;
  const [rawPath, query] = splitOnce(request.url ?? '/');
  const path = decodePath(rawPath);
  if (path === undefined) return text(400, 'That is not a path.');
  if (path === '/readyz' || (phase !== 'ready' && path !== '/healthz')) return readyReply(phase);
  if (path.startsWith('/api/')) {
    return (
      preflight(parts.guard, request) ??
      (await answerApi(parts, request, path.replace(/^\/api\/v1\//, ''), query))
    );
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return notAllowed(['GET', 'HEAD']);
  return path === '/healthz' ? json(parts.stats()) : parts.files.answer(path);
}

function readyReply(phase: Phase): Reply {
  return phase === 'ready'
    ? text(200, 'ready')
    : { ...text(503, phase), headers: { 'retry-after': '1', connection: 'close' } };
}

/** The token first: who may not look does not learn what there is. */
async function answerApi(
  parts: HttpParts,
  request: IncomingMessage,
  path: string,
  query: string,
): Promise<Reply> {
  const methods = parts.routes.at(path);
  const caller = asService(parts, request, methods?.get(request.method ?? '')) ?? admit(parts, request);
  if ('status' in caller) return caller;
  if (methods === undefined) return text(404, `There is ${parts.routes.paths} under /api/v1/.`);
  const route = methods.get(request.method === 'HEAD' ? 'GET' : (request.method ?? ''));
  if (route === undefined) {
    return notAllowed([...methods.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : method)));
  }
  if (!mayAct(caller.role, route.role)) {
    parts.context.refusals.count('forbidden');
    const note = denialOf('This', route.role, caller);
    if (route.method === 'POST') parts.context.audit.deny(caller, { note: `${path}: ${note}` });
    return text(403, note);
  }
  const body = route.method === 'POST' ? await readBody(request) : { value: undefined };
  if ('refused' in body) return body.refused;
  try {
    const parameter = parts.routes.parameter(route, path);
    return await route.answer({ query: new URLSearchParams(query), parameter, body: body.value, caller });
  } catch (error) {
    if (error instanceof BadRequest) return text(400, error.message);
    throw error;
  }
}

function notAllowed(methods: readonly string[]): Reply {
  return { ...text(405, `Only ${methods.join(' and ')}.`), headers: { allow: methods.join(', ') } };
}

/** A program with the token of services asks what that token opens. Pages have no business with it. */
function asService(
  { ingestAccess, access, context }: HttpParts,
  { headers, socket }: IncomingMessage,
  route: Route | undefined,
): Caller | undefined {
  if (!route?.services || headers.origin !== undefined || headers['sec-fetch-site'] !== undefined)
    return undefined;
  const address = socket.remoteAddress ?? '';
  // Wrong guesses are counted where the roles are looked at: who has to wait there may not go on guessing here.
  if (access.mustWait(address, context.monotonic())) return undefined;
  const admitted = ingestAccess.admits(bearer(headers), address);
  return admitted ? { role: route.role, id: 'service', address } : undefined;
}

function bearer({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  return /^Bearer (.+)$/i.exec(authorization)?.[1];
}

/** Who asks. A page of another site gets nothing, even where it could not read it. */
function admit(parts: HttpParts, request: IncomingMessage): Caller | Reply {
  const { context, access } = parts;
  if (request.headers['sec-fetch-site'] === 'cross-site' && request.headers.origin === undefined) {
    context.refusals.count('foreignOrigin');
    return text(403, 'Pages of other sites may not read here.');
  }
  const caller = access.check(
    bearer(request.headers),
    request.socket.remoteAddress ?? '',
    context.monotonic(),
  );
  if (typeof caller === 'object') return caller;
  context.refusals.count(caller);
  if (caller === 'authRate')
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
