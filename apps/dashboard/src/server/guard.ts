import type { IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import type { RefusalKind } from './refusals.ts';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** A secret in a URL ends in logs and histories: a request that carries one is refused, right or wrong. */
const SECRET_PARAMS = ['token', 'auth', 'access_token', 'api_key', 'apikey', 'key', 'password', 'secret'];

export interface GuardOptions {
  host: string;
  /** Origins of other pages that may read, like `https://ops.example.com`. */
  allowedOrigins: readonly string[];
  /** More names this server is reached by, with or without a port. */
  allowedHosts: readonly string[];
}

/** A refusal over HTTP. */
export interface Refusal {
  kind: RefusalKind;
  status: number;
  text: string;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/**
 * Who may talk to this server at all: the Host must be one of its own names (against DNS rebinding), and a page that
 * asks must come from one of them too, or from an origin that was allowed (against foreign pages). Programs send no
 * Origin; they are held by tokens.
 */
export class Guard {
  readonly #options: GuardOptions;
  readonly #anyPort: Set<string> = new Set();
  readonly #exact: Set<string> = new Set();
  readonly #origins: Set<string>;

  constructor(options: GuardOptions) {
    this.#options = options;
    this.#origins = new Set(options.allowedOrigins.map((origin) => new URL(origin).origin));
    for (const host of options.allowedHosts) {
      if (/:\d+$/.test(host)) this.#exact.add(host.toLowerCase());
      else this.#anyPort.add(host.toLowerCase());
    }
    for (const origin of this.#origins) this.#exact.add(new URL(origin).host);
  }

  /** To be called once the port is known. */
  listen(port: number): void {
    const names = [...LOOPBACK];
    const { host } = this.#options;
    if (!isLoopback(host)) names.push(...ownAddresses(host));
    else if (host !== '::1') names.push(host);
    for (const name of names) {
      this.#exact.add(`${name}:${port}`);
      if (port === 80) this.#exact.add(name);
    }
  }

  /** Checks one request, an upgrade too; undefined when it may go on. */
  check(request: IncomingMessage): Refusal | undefined {
    // Two of them: whoever stands before this server may have read the other one.
    const hosts = request.headersDistinct.host ?? [];
    if (hosts.length !== 1 || !this.hostAllowed(hosts[0])) {
      const text =
        'This server is not reached by that host name; allow it with allowedHosts or --allow-host.';
      return { kind: 'badHost', status: 421, text };
    }
    if (!this.originAllowed(request.headers.origin)) {
      return { kind: 'foreignOrigin', status: 403, text: 'Pages of that origin may not read here.' };
    }
    if (hasSecret(request.url ?? '')) {
      return {
        kind: 'queryToken',
        status: 400,
        text: 'A token does not belong in a URL; send it in the auth payload.',
      };
    }
    return undefined;
  }

  hostAllowed(header: string | undefined): boolean {
    if (header === undefined) return false;
    const host = header.toLowerCase();
    return this.#exact.has(host) || this.#anyPort.has(host.replace(/:\d{1,5}$/, ''));
  }

  /** Whether the origin was allowed by name, rather than being one of this server's own. */
  isAllowedOrigin(header: string): boolean {
    return this.#origins.has(header);
  }

  /** Programs send none. A page's own origin is `scheme://host`, with one of the server's own names. */
  originAllowed(header: string | undefined): boolean {
    if (header === undefined) return true;
    if (this.#origins.has(header)) return true;
    const match = /^https?:\/\/([^/\s@?#]+)$/i.exec(header);
    return match !== null && this.hostAllowed(match[1]);
  }
}

function ownAddresses(host: string): string[] {
  if (host !== '0.0.0.0' && host !== '::') return [host.includes(':') ? `[${host}]` : host.toLowerCase()];
  const addresses: string[] = [];
  for (const list of Object.values(networkInterfaces())) {
    for (const { address, family } of list ?? [])
      addresses.push(family === 'IPv6' ? `[${address}]` : address);
  }
  return addresses;
}

function hasSecret(url: string): boolean {
  const query = url.indexOf('?');
  if (query === -1) return false;
  for (const name of new URLSearchParams(url.slice(query + 1)).keys()) {
    if (SECRET_PARAMS.includes(name.toLowerCase())) return true;
  }
  return false;
}
