import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Socket, Server as SocketServer } from 'socket.io';
import { Access, type Caller } from './access.ts';
import { alertRoutes } from './alerts/alert-routes.ts';
import { Alerts } from './alerts/alerts.ts';
import { Api } from './api.ts';
import { AuditLog, type AuditSink } from './audit.ts';
import { Connections } from './connections.ts';
import { Control } from './control.ts';
import { Entries } from './entries.ts';
import { Guard } from './guard.ts';
import { createHttp } from './http.ts';
import { serveIngest } from './ingest.ts';
import { IngestAccess, type Reporting } from './ingest-access.ts';
import { Lifecycle } from './lifecycle.ts';
import { markerRoutes } from './markers.ts';
import { Moments } from './moments.ts';
import { type CheckedOptions, checkOptions, type DashboardOptions } from './options.ts';
import { RangeReads } from './range-reads.ts';
import { type RefusalKind, Refusals } from './refusals.ts';
import { Routes } from './routes.ts';
import type { ServerContext } from './server-context.ts';
import { findWebDir, StaticFiles } from './static-files.ts';
import type { HistoryStats } from './store/archive.ts';
import { History } from './store/history.ts';
import { historyRoutes } from './store/history-routes.ts';
import { traceRoute } from './trace-api.ts';
import { Viewers } from './viewers.ts';

export type { AlertMatch, AlertOptions, WebhookOptions } from './alerts/alert-options.ts';
export type { Limits } from './limits.ts';
export type { DashboardOptions } from './options.ts';
export type { RefusalKind } from './refusals.ts';
export type { HistoryStats } from './store/archive.ts';
export type { HistoryOptions } from './store/history-options.ts';
export type * from './store/history-store.ts';
export { MemoryStore } from './store/memory-store.ts';
export type * from './store/records.ts';

const CHECK_MS = 1_000;
/** How long a request may take to arrive, and how often that is looked at: node's own interval would add half a minute. */
const SLOWEST = {
  maxHeaderSize: 8_192,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1_000,
};

/** Numbers about a running server; the same are at `/healthz`. */
export interface DashboardStats {
  uptimeMs: number;
  services: number;
  instances: number;
  rows: number;
  lanes: number;
  /** Policies on instances. */
  policies: number;
  viewers: number;
  events: number;
  /** Number of the newest state delta. */
  seq: number;
  /** Rough bytes of the charts, and chunks of them that were dropped before their time. */
  seriesBytes: number;
  seriesDropped: number;
  /** Rough bytes of the traces of single calls. */
  traceBytes: number;
  /** Changes that came twice, and messages about breakers that nobody registered. */
  duplicates: number;
  strangers: number;
  /** Changes that services lost before they could send them. */
  lost: number;
  /** Registrations, and reports of policies, that were refused because a limit was reached. */
  full: number;
  /** Frames that waited for a slow browser. */
  held: number;
  refused: Record<RefusalKind, number>;
  /** What is kept beyond memory. */
  history: HistoryStats;
}

/** A running dashboard server. */
export interface DashboardServer {
  /** Where the page is, like `http://127.0.0.1:4600/`. */
  readonly url: string;
  readonly port: number;
  stats(): DashboardStats;
  /** Ends every connection, writes what is to be written and stops listening. May be called twice. @throws what could not be written, once everything is closed. */
  close(): Promise<void>;
}

/**
 * Starts a dashboard server and resolves once it listens.
 *
 * @throws TypeError, RangeError for an option that cannot work; Error with `code: 'EADDRINUSE'` when the port is taken.
 * @example const dashboard = await startDashboard({ port: 0 });
 */
export async function startDashboard(options: DashboardOptions = {}): Promise<DashboardServer> {
  const checked = checkOptions(options);
  const { context, history } = createContext(options, checked);
  const { fleet, lifecycle } = context;
  lifecycle.add(history);
  const guard = new Guard(checked);
  const access = new Access(checked);
  const ingestAccess = new IngestAccess(checked);
  const connections = new Connections(context.fleet.limits, context.refusals);
  const entries = new Entries(context);
  const routes = new Routes();
  const http = createServer(SLOWEST);
  http.on('connection', (socket) => connections.take(socket));
  http.maxHeadersCount = 64;
  const io = createSockets(http, guard, context, entries);
  serveIngest(
    guarded(io, '/ingest', (...given) => ingestAccess.check(...given), context, entries),
    context,
  );
  const viewers = new Viewers(
    guarded(io, '/ui', (...given) => access.check(...given), context, entries),
    context,
  );
  const startedAt = context.monotonic();
  const stats = (): DashboardStats => readStats(context, history, viewers, startedAt);
  const files = new StaticFiles(options.webDir ?? findWebDir());
  routes.add(...new Api(fleet, history.past, context.now).routes(), ...historyRoutes(history, context.now));
  routes.add(...new Control(context).routes(), ...context.audit.routes());
  const alerts = new Alerts(checked.alerts, context, { publicUrl: checked.publicUrl });
  lifecycle.add(alerts);
  routes.add(...alertRoutes(alerts, context));
  routes.add(traceRoute(context.fleet, context.now));
  routes.add(...new RangeReads(fleet, context.now, history.past).routes());
  routes.add(...new Moments(fleet, context.now, history.past).routes());
  routes.add(...markerRoutes(context.fleet, context.now));
  // socket.io has taken its own path before; what is left comes here.
  http.on('request', skipSockets(createHttp({ context, guard, access, ingestAccess, routes, files, stats })));
  http.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\n\r\n');
    else socket.destroy();
  });
  const port = await listen(http, checked.host, checked.port);
  guard.listen(port);
  const timer = setInterval(() => {
    fleet.check(context.now());
    history.turn(context.now());
    alerts.check();
    connections.check(context.monotonic());
  }, CHECK_MS).unref();
  let closed: Promise<void> | undefined;
  const close = async (): Promise<void> => {
    lifecycle.leave();
    clearInterval(timer);
    viewers.close();
    // Services and pages hear at once that their line is gone, and look for a server again; `/readyz` still answers.
    io.engine.close();
    try {
      await lifecycle.close();
    } finally {
      const done = io.close();
      http.closeAllConnections();
      await done;
    }
  };
  try {
    await lifecycle.open();
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
  return { url: `http://${urlHost(checked.host)}:${port}/`, port, stats, close: () => (closed ??= close()) };
}

function createContext(
  options: DashboardOptions,
  checked: CheckedOptions,
): { context: ServerContext; history: History } {
  const now = options.clock ?? Date.now;
  const monotonic = (): number => performance.now();
  const { auditLog, log = () => {} } = options;
  const history = new History(checked.history, options.limits, { now, monotonic, log });
  const sinks: AuditSink[] = [history.auditSink];
  if (auditLog !== undefined) sinks.push({ write: (record) => auditLog(JSON.stringify(record)) });
  const audit = new AuditLog({ now, monotonic, sinks });
  history.audit = audit;
  const context: ServerContext = {
    fleet: history.fleet,
    refusals: new Refusals(),
    lifecycle: new Lifecycle(),
    audit,
    now,
    monotonic,
    control: checked.controlToken !== undefined || checked.adminToken !== undefined,
    alerts: checked.alerts.length > 0,
    log,
  };
  return { context, history };
}

function createSockets(
  http: HttpServer,
  guard: Guard,
  context: ServerContext,
  entries: Entries,
): SocketServer {
  const io: SocketServer = new SocketServer(http, {
    transports: ['websocket'],
    maxHttpBufferSize: 65_536,
    serveClient: false,
    connectTimeout: context.fleet.limits.enterMs,
    pingInterval: 10_000,
    pingTimeout: 5_000,
    perMessageDeflate: false,
    allowRequest: (request, answer) => {
      const kind = guard.check(request)?.kind;
      if (context.lifecycle.phase !== 'ready') return answer('not ready', false);
      if (kind !== undefined) context.refusals.count(kind);
      answer(kind === undefined ? null : 'refused', kind === undefined);
    },
  });
  io.engine.on('connection', (line: Socket['conn']) => entries.watch(line));
  io.use((socket, next) => {
    if (entries.mayTry(socket.conn)) context.refusals.count('namespace');
    next(new Error('connect to /ingest or /ui'));
  });
  return io;
}

/** A namespace that only those with its token enter; who it is goes with the socket as its `data`. Services are programs: a page has no business at `/ingest`. */
function guarded(
  io: SocketServer,
  name: '/ingest' | '/ui',
  check: (given: unknown, address: string, now: number) => Reporting | Caller | 'unauthorized' | 'authRate',
  context: ServerContext,
  entries: Entries,
): ReturnType<SocketServer['of']> {
  return io.of(name).use((socket, next) => {
    if (!entries.mayTry(socket.conn)) return next(new Error('one namespace for each connection'));
    const { auth, address, headers } = socket.handshake;
    const page = name === '/ingest' && headers.origin !== undefined;
    const given: unknown = typeof auth === 'object' && auth !== null ? auth.token : undefined;
    const checked = page ? 'foreignOrigin' : check(given, address, context.monotonic());
    if (typeof checked === 'object') {
      socket.data = checked;
      entries.enter(socket.conn);
      return next();
    }
    context.refusals.count(checked);
    context.log(`${name} refused ${address}: ${checked}`);
    next(new Error(checked === 'authRate' ? 'too many wrong tokens, wait' : 'unauthorized'));
  });
}

function skipSockets(
  listener: (request: IncomingMessage, response: import('node:http').ServerResponse) => void,
): typeof listener {
  return (request, response) => {
    // Exactly what it looks at itself: what nobody takes would wait for ever.
    if (!request.url?.startsWith('/socket.io/')) listener(request, response);
  };
}

function listen(http: HttpServer, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, host, () => {
      http.off('error', reject);
      resolve((http.address() as AddressInfo).port);
    });
  });
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

function readStats(
  context: ServerContext,
  history: History,
  viewers: Viewers,
  startedAt: number,
): DashboardStats {
  const { fleet } = context;
  let lost = 0;
  const services = new Set<string>();
  for (const instance of fleet.instances.values()) {
    lost += instance.lost;
    services.add(instance.service);
  }
  return {
    uptimeMs: Math.round(context.monotonic() - startedAt),
    services: services.size,
    instances: fleet.instances.size,
    rows: fleet.rows.size,
    lanes: fleet.lanes,
    policies: fleet.policies.size,
    viewers: viewers.size,
    events: fleet.events.size,
    seq: fleet.seq,
    seriesBytes: fleet.memory.bytes,
    seriesDropped: fleet.memory.dropped,
    traceBytes: fleet.traces.bytes,
    duplicates: fleet.duplicates,
    strangers: fleet.strangers,
    lost,
    full: fleet.refused + fleet.policies.refused,
    held: viewers.held,
    refused: context.refusals.read(),
    history: history.archive.stats,
  };
}
