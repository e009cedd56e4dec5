import { urlOf } from './request.ts';

/** Everything before the path. Credentials and odd spellings are left to the URL parser. */
const PLAIN_PREFIX = /^https?:\/\/[^/?#\\@\s]+(?=[/?#]|$)/i;
const MAX_REMEMBERED = 1_000;

declare const location: { href: string } | undefined;

/**
 * Makes a function from a fetch input to its origin, or `null` where there is none to guard: `data:`, `blob:`, what does
 * not parse and is for fetch itself to refuse. It remembers prefixes, since parsing an address costs more than the rest
 * of the adapter.
 */
export function createOriginOf(): (input: unknown) => string | null {
  const remembered = new Map<string, string>();
  return (input) => {
    const url = urlOf(input);
    const prefix = PLAIN_PREFIX.exec(url)?.[0];
    if (prefix === undefined) return parse(url);
    let origin: string | null | undefined = remembered.get(prefix);
    if (origin === undefined) {
      origin = parse(prefix);
      if (origin === null) return null;
      if (remembered.size >= MAX_REMEMBERED) remembered.clear();
      remembered.set(prefix, origin);
    }
    return origin;
  };
}

function parse(url: string): string | null {
  try {
    // A page's relative addresses are relative to the page.
    const { protocol, origin } = new URL(url, typeof location === 'object' ? location.href : undefined);
    return protocol === 'http:' || protocol === 'https:' ? origin : null;
  } catch {
    return null;
  }
}
