import { show } from '@cb/core/kit';
import type { AlertOptions } from './alerts/alert-options.ts';
import type { AlertRule } from './alerts/alert-rule.ts';
import { checkAlerts } from './alerts/check-alerts.ts';
import { isLoopback } from './guard.ts';
import { type Limits, resolveLimits } from './limits.ts';
import { type CheckedHistory, checkHistory, type HistoryOptions } from './store/history-options.ts';
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
  /** Where the pages are for people, like `https://breakers.example.com`: alerts link there, and its name may be used. */
  publicUrl?: string;
  /** What to tell to webhooks. Default: nothing. */
  alerts?: readonly AlertOptions[];
  /** What is kept, and for how long. */
  limits?: Partial<Limits>;
  /** Where the past is kept beyond memory, and for how long. Default: nowhere. */
  history?: HistoryOptions;
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
  publicUrl: string | undefined;
  alerts: readonly AlertRule[];
  history: CheckedHistory;
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
  'publicUrl',
  'alerts',
  'limits',
  'history',
  'webDir',
  'clock',
  'log',
  'auditLog',
];

/**
 * Fills in defaults; refuses in a sentence what cannot work or would be open to everybody.
 *
 * @param called How the one who set an option calls it: its flag, its variable. Default: the option's own name.
 */
export function checkOptions(
  options: DashboardOptions,
  called: (option: keyof DashboardOptions) => string = (option) => option,
): CheckedOptions {
  for (const key of Object.keys(options)) {
    if (!KNOWN.includes(key))
      throw new TypeError(`startDashboard has no option "${key}"; it knows ${KNOWN.join(', ')}`);
  }
  const { host = '127.0.0.1', port = 4_600, allowedOrigins = [] } = options;
  if (typeof host !== 'string' || host === '')
    throw new TypeError(`${called('host')} must be an address, got ${show(host)}`);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new RangeError(`${called('port')} must be a whole number from 0 to 65535, got ${show(port)}`);
  }
  const secret = (name: TokenOption): string | undefined => checkToken(called(name), options[name]);
  const ingestToken = secret('ingestToken');
  const viewToken = secret('viewToken');
  const controlToken = secret('controlToken');
  const adminToken = secret('adminToken');
  const ingestTokens = checkIngestTokens(called('ingestTokens'), options.ingestTokens);
  const single = { ingestToken, viewToken, controlToken, adminToken };
  checkDistinct([
    ...Object.entries(single).map(([name, token]) => [called(name as TokenOption), token] as const),
    ...[...ingestTokens].map(([service, token]) => [`${called('ingestTokens')}.${service}`, token] as const),
  ]);
  const anybodyReports = ingestToken === undefined && ingestTokens.size === 0;
  if (!isLoopback(host) && (anybodyReports || viewToken === undefined)) {
    throw new TypeError(
      `${called('host')} ${host} can be reached by other machines, so both ${called('ingestToken')} and ` +
        `${called('viewToken')} are needed; without them, listen on 127.0.0.1`,
    );
  }
  for (const origin of allowedOrigins) checkOrigin(called('allowedOrigins'), origin);
  for (const name of options.allowedHosts ?? []) checkHostName(called('allowedHosts'), name);
  const publicUrl = checkPublicUrl(called('publicUrl'), options.publicUrl);
  const publicHost = publicUrl === undefined ? [] : [new URL(publicUrl).host];
  const allowedHosts = [...(options.allowedHosts ?? []), ...publicHost];
  const alerts = checkAlerts(options.alerts ?? [], called('alerts'));
  if (options.limits !== undefined) resolveLimits(options.limits);
  const history = checkHistory(options.history);
  return { host, port, ...single, ingestTokens, allowedOrigins, allowedHosts, publicUrl, alerts, history };
}

type TokenOption = 'ingestToken' | 'viewToken' | 'controlToken' | 'adminToken';

function checkOrigin(name: string, origin: unknown): void {
  const url = typeof origin === 'string' && URL.canParse(origin) ? new URL(origin) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.origin === origin) return;
  const hint = url?.origin && url.origin !== 'null' ? `; did you mean ${url.origin}?` : '';
  // With a password in it, it is not shown.
  const got = url?.password ? 'one with a password' : show(origin);
  throw new TypeError(`${name} must hold origins like https://ops.example.com, got ${got}${hint}`);
}

/** With a slash at its end. */
function checkPublicUrl(name: string, given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const url = typeof given === 'string' && URL.canParse(given) ? new URL(given) : undefined;
  if (url !== undefined && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.href;
  const hint = url?.origin && url.origin !== 'null' ? `; did you mean ${url.origin}?` : '';
  const got = url?.password ? 'one with a password' : show(given);
  throw new TypeError(
    `${name} must be an address like https://breakers.example.com, without a path, got ${got}${hint}`,
  );
}

function checkHostName(name: string, host: unknown): void {
  if (typeof host === 'string' && /^(\[[0-9a-f:.]+\]|[^\s/:@?#[\]]+)(:\d{1,5})?$/i.test(host)) return;
  const url = typeof host === 'string' && URL.canParse(host) ? new URL(host) : undefined;
  const hint = url?.host ? `; did you mean ${url.host}?` : '';
  const got = url?.password ? 'one with a password' : show(host);
  throw new TypeError(`${name} must hold host names like ops.example.com, got ${got}${hint}`);
}
