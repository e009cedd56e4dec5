import { isLoopback } from './guard.ts';
import type { Limits } from './limits.ts';
import { checkDistinct, checkIngestTokens, checkToken } from './token-options.ts';

/** How a dashboard server is started. Everything is optional. */
export interface DashboardOptions {
  /** Address to listen on. Default `127.0.0.1`: only this machine. Any other asks for both tokens. */
  host?: string;
  /** 0 to 65,535; 0 takes a free one. Default 4,600. */
  port?: number;
  /** Secret that services send, 8 to 256 characters. Default: none needed. */
  ingestToken?: string;
  /**
   * Secrets by service, each 8 to 256 characters: who sends one may report for that service only. With `ingestToken` any
   * other service may still report; without it none.
   */
  ingestTokens?: Readonly<Record<string, string>>;
  /** Secret that browsers send, 8 to 256 characters. Default: none needed. */
  viewToken?: string;
  /** Secret that gives a browser the role of an operator: the hand on the switch. Default: nobody has it. */
  controlToken?: string;
  /** Secret that gives the role of an administrator, who may also change settings. Default: nobody has it. */
  adminToken?: string;
  /** Origins of other pages that may read, like `https://ops.example.com`; their host names may be used to reach the server. */
  allowedOrigins?: readonly string[];
  /** More host names that the server is reached by, with or without a port. */
  allowedHosts?: readonly string[];
  /** What is kept, and for how long. */
  limits?: Partial<Limits>;
  /** Folder of the built pages. Default: `dist/web` of this package. */
  webDir?: string;
  /** Wall clock in epoch milliseconds. Default `Date.now`. */
  clock?: () => number;
  /** Hears one line per refusal or fault. Never contains a token. Default: nobody. */
  log?: (line: string) => void;
  /** Hears one line of JSON for every act of a person, denied ones too: an `AuditRecord`. Never contains a token. Default: nobody. */
  auditLog?: (line: string) => void;
}

export interface CheckedOptions {
  host: string;
  port: number;
  ingestToken: string | undefined;
  ingestTokens: ReadonlyMap<string, string>;
  viewToken: string | undefined;
  controlToken: string | undefined;
  adminToken: string | undefined;
  allowedOrigins: readonly string[];
  allowedHosts: readonly string[];
}

const KNOWN = [
  'host',
  'port',
  'ingestToken',
  'ingestTokens',
  'viewToken',
  'controlToken',
  'adminToken',
  'allowedOrigins',
  'allowedHosts',
  'limits',
  'webDir',
  'clock',
  'log',
  'auditLog',
];

/** Fills in defaults; refuses in a sentence what cannot work or would be open to everybody. */
export function checkOptions(options: DashboardOptions): CheckedOptions {
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key))
      throw new TypeError(`startDashboard has no option "${key}"; it knows ${KNOWN.join(', ')}`);
  }
  const { host = '127.0.0.1', port = 4_600, allowedOrigins = [], allowedHosts = [] } = options;
  if (typeof host !== 'string' || host === '')
    throw new TypeError(`host must be an address, got ${show(host)}`);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`port must be a whole number from 0 to 65535, got ${show(port)}`);
  }
  const ingestToken = checkToken('ingestToken', options.ingestToken);
  const viewToken = checkToken('viewToken', options.viewToken);
  const controlToken = checkToken('controlToken', options.controlToken);
  const adminToken = checkToken('adminToken', options.adminToken);
  const ingestTokens = checkIngestTokens('ingestTokens', options.ingestTokens);
  checkDistinct([
    ...Object.entries({ ingestToken, viewToken, controlToken, adminToken }),
    ...[...ingestTokens].map(([service, token]) => [`ingestTokens.${service}`, token] as const),
  ]);
  const anybodyReports = ingestToken === undefined && ingestTokens.size === 0;
  if (!isLoopback(host) && (anybodyReports || viewToken === undefined)) {
    throw new TypeError(
      `host ${host} can be reached by other machines, so both ingestToken and viewToken are needed; ` +
        'without them, listen on 127.0.0.1',
    );
  }
  for (const origin of allowedOrigins) checkOrigin(origin);
  const tokens = { ingestToken, ingestTokens, viewToken, controlToken, adminToken };
  return { host, port, ...tokens, allowedOrigins, allowedHosts };
}

function checkOrigin(origin: unknown): void {
  const url = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.origin === origin) return;
  const hint = url?.origin && url.origin !== 'null' ? `; did you mean ${url.origin}?` : '';
  throw new TypeError(
    `allowedOrigins must hold origins like https://ops.example.com, got ${show(origin)}${hint}`,
  );
}

function show(value: unknown): string {
  return typeof value === 'string' ? `"${value}"` : String(value);
}
