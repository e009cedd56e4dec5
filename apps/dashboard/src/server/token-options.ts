import { cleanName } from '@cb/protocol';
import { LONGEST_TOKEN } from './tokens.ts';

/** Most services with a token of their own: all are compared at every connection. */
const MOST_SERVICES = 500;

export function checkToken(name: string, token: unknown): string | undefined {
  if (token === undefined) return undefined;
  if (typeof token !== 'string') throw new TypeError(`${name} must be a string, got ${typeof token}`);
  if (token.length < 8 || token.length > LONGEST_TOKEN) {
    throw new RangeError(`${name} must have 8 to ${LONGEST_TOKEN} characters, got ${token.length}`);
  }
  return token;
}

/** Tokens by service, of which each may be used for one service only. */
export function checkIngestTokens(name: string, given: unknown): ReadonlyMap<string, string> {
  if (given === undefined) return new Map();
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw new TypeError(`${name} must hold a token for each service, like { checkout: '…' }`);
  }
  const tokens = new Map<string, string>();
  for (const [service, token] of Object.entries(given)) {
    if (cleanName(service) !== service) {
      throw new TypeError(
        `${name} must hold names of services as they report them, 1 to 128 printable characters, got ${JSON.stringify(service)}`,
      );
    }
    const checked = checkToken(`${name}.${service}`, token ?? null);
    if (checked !== undefined) tokens.set(service, checked);
  }
  if (tokens.size === 0)
    throw new TypeError(`${name} must hold at least one service; leave it out to have none`);
  if (tokens.size > MOST_SERVICES) {
    throw new RangeError(`${name} must hold at most ${MOST_SERVICES} services, got ${tokens.size}`);
  }
  return tokens;
}

/** One secret for two doors would open the second to whoever was given the first. */
export function checkDistinct(tokens: Iterable<readonly [name: string, token: string | undefined]>): void {
  const known = new Map<string, string>();
  for (const [name, token] of tokens) {
    if (token === undefined) continue;
    const other = known.get(token);
    if (other !== undefined) throw new TypeError(`${other} and ${name} must differ`);
    known.set(token, name);
  }
}
