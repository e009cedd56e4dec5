import type { Breaker, Group } from '@cb/core';
import { CONTROL_OPS, type ControlAnswer, type ControlOp } from '@cb/protocol';
import type { CommandOptions } from './commands.ts';
import type { AllowRemoteControl, RemoteCommand } from './permission.ts';
import type { PipelineLike, PolicyLike } from './sources.ts';

/** How a service reports to a dashboard. */
export interface ReporterOptions {
  /** Where the dashboard server is, like `http://127.0.0.1:4600`. Only http and https; a path is kept. */
  url: string;
  /** Name of the service, 1 to 128 characters: rows of the dashboard are one breaker of one service. */
  service: string;
  /** The server's ingest token. Default: none. Never put it into the URL. */
  token?: string | undefined;
  /** Breakers, groups of breakers, or both; more can be added later. */
  breakers?: Iterable<Breaker>;
  group?: Group;
  groups?: Iterable<Group>;
  /** Policies of `@cb/policies`: a retry, a timeout, a bulkhead. At most 1,000 are reported. */
  policies?: Iterable<PolicyLike>;
  /** Their pipelines: every policy, breaker and group in them is reported. */
  pipelines?: Iterable<PipelineLike>;
  /** Shown with every breaker of this process, for grouping: `{ region: 'eu', version: '1.4.2' }`. At most 16. */
  tags?: Readonly<Record<string, string>>;
  /** Name of this process, unique within the service. Default: host name and process id. */
  instance?: string;
  /** Whether latencies are measured: two clock reads a call. Default true. */
  latency?: boolean;
  /**
   * Whether every single call is written down and sent, when it came and what became of it: the dashboard's what-if is then
   * exact. It listens to every call, so each costs more; latencies are measured too. Of more calls than `maxPerSecond`
   * (1 to 100,000, all breakers together) the rest is left out, and a replay begins anew behind the gap.
   * Default false; `maxPerSecond` 5,000.
   */
  traceCalls?: boolean | { maxPerSecond?: number };
  /** Wall clock in epoch milliseconds. Default `Date.now`. */
  clock?: () => number;
  /**
   * Whether people at the dashboard may change breakers of this process: `true`, some operations (`['isolate', 'release']`),
   * or a function that decides about each command; it refuses with `false` or with a reason, and by throwing or taking
   * longer than four seconds. Default false: every command is refused.
   */
  allowRemoteControl?: AllowRemoteControl;
  /** Told of every command and what became of it, for the service's own log; not of those beyond ten a second. What it returns is ignored. */
  onControl?: (command: RemoteCommand, answer: ControlAnswer) => unknown;
}

export interface CheckedOptions extends CommandOptions {
  /** Scheme, host and port. */
  origin: string;
  /** Where socket.io listens below it. */
  path: string;
  service: string;
  token: string | undefined;
  tags: Readonly<Record<string, string>>;
  instance: string;
  latency: boolean;
  /** Calls a second that are traced; 0: none. */
  traceCalls: number;
  clock: () => number;
}

const KNOWN = [
  'url',
  'service',
  'token',
  'breakers',
  'group',
  'groups',
  'policies',
  'pipelines',
  'tags',
  'instance',
  'latency',
  'traceCalls',
  'clock',
  'allowRemoteControl',
  'onControl',
];
const SLIPS: Readonly<Record<string, string>> = {
  serviceName: 'service',
  name: 'service',
  app: 'service',
  host: 'url',
  endpoint: 'url',
  breaker: 'breakers',
  policy: 'policies',
  pipeline: 'pipelines',
  ingestToken: 'token',
  auth: 'token',
  id: 'instance',
  control: 'allowRemoteControl',
  remoteControl: 'allowRemoteControl',
  allowControl: 'allowRemoteControl',
  onCommand: 'onControl',
  trace: 'traceCalls',
  traces: 'traceCalls',
};
const TRACED_PER_SECOND = 5_000;

/** Fills in defaults; refuses in a sentence what can never work. */
export function checkOptions(options: ReporterOptions): CheckedOptions {
  if (typeof options !== 'object' || options === null) {
    throw new TypeError(`connectDashboard needs { url, service }, got ${show(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (KNOWN.includes(key)) continue;
    const hint = SLIPS[key] ? `; did you mean "${SLIPS[key]}"?` : `; it knows ${KNOWN.join(', ')}`;
    throw new TypeError(`connectDashboard has no option "${key}"${hint}`);
  }
  const {
    url,
    service,
    token,
    tags = {},
    instance = defaultInstance(),
    latency = true,
    traceCalls = false,
    clock = Date.now,
    allowRemoteControl = false,
    onControl,
  } = options;
  checkName('service', service);
  checkName('instance', instance);
  if (token !== undefined && (typeof token !== 'string' || token === '' || token.length > 256)) {
    throw new TypeError(`token must be a string of 1 to 256 characters, got ${shape(token)}`);
  }
  if (typeof tags !== 'object' || tags === null || Array.isArray(tags)) {
    throw new TypeError(`tags must be an object like { region: 'eu' }, got ${show(tags)}`);
  }
  if (typeof latency !== 'boolean')
    throw new TypeError(`latency must be true or false, got ${show(latency)}`);
  if (typeof clock !== 'function') {
    throw new TypeError(`clock must be a function that returns epoch milliseconds, got ${show(clock)}`);
  }
  checkControl(allowRemoteControl, onControl);
  return {
    ...checkUrl(url),
    service,
    token,
    tags,
    instance,
    latency,
    traceCalls: checkTraceCalls(traceCalls),
    clock,
    allowRemoteControl: Array.isArray(allowRemoteControl) ? [...allowRemoteControl] : allowRemoteControl,
    onControl,
  };
}

function checkControl(allow: unknown, onControl: unknown): void {
  if (onControl !== undefined && typeof onControl !== 'function') {
    throw new TypeError(`onControl must be a function (command, answer) => void, got ${show(onControl)}`);
  }
  if (typeof allow === 'boolean' || typeof allow === 'function') return;
  const known = CONTROL_OPS.join(', ');
  if (!Array.isArray(allow) || allow.length === 0) {
    throw new TypeError(
      `allowRemoteControl must be true, false, a list of some of ${known}, or a function that decides, got ${show(allow)}`,
    );
  }
  const odd: unknown = allow.find((op) => !CONTROL_OPS.includes(op as ControlOp));
  if (odd !== undefined) throw new TypeError(`allowRemoteControl knows ${known}, got ${show(odd)}`);
}

function checkTraceCalls(value: unknown): number {
  if (typeof value === 'boolean') return value ? TRACED_PER_SECOND : 0;
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`traceCalls must be true, false or { maxPerSecond }, got ${show(value)}`);
  }
  const unknown = Object.keys(value).find((key) => key !== 'maxPerSecond');
  if (unknown !== undefined) throw new TypeError(`traceCalls has no "${unknown}"; it knows maxPerSecond`);
  const { maxPerSecond = TRACED_PER_SECOND } = value as { maxPerSecond?: unknown };
  if (
    !(Number.isInteger(maxPerSecond) && (maxPerSecond as number) >= 1 && (maxPerSecond as number) <= 100_000)
  ) {
    throw new RangeError(
      `traceCalls.maxPerSecond must be a whole number from 1 to 100000, got ${show(maxPerSecond)}`,
    );
  }
  return maxPerSecond as number;
}

function checkUrl(url: unknown): { origin: string; path: string } {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : undefined;
  if (parsed === undefined || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(`url must be like http://127.0.0.1:4600, got ${show(url)}${urlSlip(url)}`);
  }
  // Not repeated in the message: it may be a secret.
  if (parsed.search !== '' || parsed.username !== '' || parsed.password !== '') {
    throw new TypeError('url must carry no query, user or password; did you mean the option "token"?');
  }
  return { origin: parsed.origin, path: `${parsed.pathname.replace(/\/+$/, '')}/socket.io/` };
}

function urlSlip(url: unknown): string {
  if (typeof url !== 'string') return '';
  if (/^wss?:/i.test(url)) return `; did you mean ${url.replace(/^ws/i, 'http')}?`;
  return /^[\w.-]+(:\d+)?(\/.*)?$/.test(url) ? `; did you mean http://${url}?` : '';
}

function checkName(option: string, value: unknown): void {
  if (typeof value === 'string' && value.trim() !== '' && value.length <= 128) return;
  throw new TypeError(`${option} must be a name of 1 to 128 characters, got ${show(value)}`);
}

function defaultInstance(): string {
  const host = process.getBuiltinModule?.('node:os')?.hostname() ?? 'host';
  return `${host.slice(0, 100)}:${process.pid}`;
}

function shape(value: unknown): string {
  return typeof value === 'string' ? `one of ${value.length}` : typeof value;
}

function show(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 100)}"`;
  if (typeof value === 'function') return 'a function';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
