import { checkKeys, show } from '@cb/core/kit';
import type { Health } from './health.ts';
import type { HealthReport } from './health-report.ts';

export interface HealthHandlerOptions {
  /** Where liveness is asked for: one path or several, each from its `/` on. @default '/livez' */
  live?: string | readonly string[] | undefined;
  /** Where readiness is asked for. @default '/readyz' */
  ready?: string | readonly string[] | undefined;
  /** False: readiness says its status and no more, where strangers can ask for it. @default true */
  details?: boolean | undefined;
}

/** A `Request`, or what Node's servers and frameworks have instead: a whole address, or its path alone. */
export interface HealthRequest {
  readonly url?: string | undefined;
  readonly method?: string | undefined;
}

/**
 * Answers a prober. Liveness is 200 as long as the process can answer at all: it asks nobody, since a restart mends no
 * other service. Readiness is 200 while all that is critical is healthy, else 503, with the report as JSON.
 *
 * @returns a handler that never rejects: 200, 503, 404 for another path, 405 for another method than GET and HEAD.
 * @throws TypeError for a wrong option, at once.
 * @example
 * const handler = healthHandler(healthOf(guarded.breakers), { live: '/healthz/live', ready: '/healthz/ready' });
 * app.get('/healthz/*', (c) => handler(c.req.raw)); // Hono
 */
export function healthHandler(
  health: Health,
  options: HealthHandlerOptions = {},
): (request: HealthRequest) => Promise<Response> {
  if (typeof health?.check !== 'function')
    throw new TypeError(`healthHandler takes what healthOf gives, got ${show(health)}`);
  checkKeys('healthHandler', options, ['live', 'ready', 'details']);
  const { details = true } = options;
  if (typeof details !== 'boolean')
    throw new TypeError(`healthHandler details must be true or false, got ${show(details)}`);
  const live = pathsOf('live', options.live ?? '/livez');
  const ready = pathsOf('ready', options.ready ?? '/readyz');
  const both = live.find((path) => ready.includes(path));
  if (both !== undefined)
    throw new TypeError(
      `healthHandler: ${show(both)} cannot be both live and ready: they mean different things`,
    );

  return async ({ url = '', method = 'GET' }) => {
    const path = pathOf(url);
    const isLive = live.includes(path);
    if (!isLive && !ready.includes(path)) return answer(method, 404, { status: 'not found' });
    if (method !== 'GET' && method !== 'HEAD')
      return answer(method, 405, { status: 'method not allowed' }, { allow: 'GET, HEAD' });
    return isLive ? answer(method, 200, { status: 'healthy' }) : readiness(health, method, details);
  };
}

async function readiness(health: Health, method: string, details: boolean): Promise<Response> {
  const report = await reportOf(health);
  const { status, ready, retryAfterMs } = report;
  const body = details ? report : { status, ready };
  if (ready) return answer(method, 200, body);
  const wait: Record<string, string> =
    retryAfterMs === undefined ? {} : { 'retry-after': String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) };
  return answer(method, 503, body, wait);
}

/** One that breaks its promise not to reject is not ready. */
async function reportOf(health: Health): Promise<Pick<HealthReport, 'status' | 'ready' | 'retryAfterMs'>> {
  try {
    return await health.check();
  } catch {
    return { status: 'unhealthy', ready: false };
  }
}

function answer(method: string, status: number, body: object, more: Record<string, string> = {}): Response {
  return new Response(method === 'HEAD' ? null : JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json', 'cache-control': 'no-store', ...more },
  });
}

function pathsOf(option: string, given: string | readonly string[]): readonly string[] {
  const paths = typeof given === 'string' ? [given] : given;
  const isPath = (path: unknown): boolean => typeof path === 'string' && /^\/[^?#]*$/.test(path);
  if (!Array.isArray(paths) || paths.length === 0 || !paths.every(isPath))
    throw new TypeError(`healthHandler ${option} must be a path such as "/${option}z", got ${show(given)}`);
  return paths;
}

/** Of a whole address, or of a path with or without a query. */
function pathOf(url: string): string {
  return url.replace(/^[a-z][a-z\d+.-]*:\/\/[^/?#]*/i, '').replace(/[?#].*/s, '');
}
