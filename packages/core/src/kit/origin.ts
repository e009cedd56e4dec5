/** Everything before the path. Credentials and odd spellings are left to the URL parser. */
const PLAIN_PREFIX = /^https?:\/\/[^/?#\\@\s]+(?=[/?#]|$)/i;
const MAX_REMEMBERED = 1_000;

declare const URL: new (address: string, base?: string) => { protocol: string; origin: string };
declare const location: { href: string } | undefined;

/**
 * Makes a function from an address to its origin, or `null` where there is none to guard: `data:`, `blob:`, what does not
 * parse and is for the client itself to refuse. It remembers prefixes, since parsing an address costs more than the rest
 * of an adapter.
 *
 * @example
 * const originOf = createOriginOf();
 * originOf('https://API.example:443/users?page=2'); // 'https://api.example'
 */
export function createOriginOf(): (address: string) => string | null {
  const remembered = new Map<string, string>();
  return (address) => {
    const prefix = PLAIN_PREFIX.exec(address)?.[0];
    if (prefix === undefined) return parse(address);
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

function parse(address: string): string | null {
  try {
    // A page's relative addresses are relative to the page.
    const { protocol, origin } = new URL(address, typeof location === 'object' ? location.href : undefined);
    return protocol === 'http:' || protocol === 'https:' ? origin : null;
  } catch {
    return null;
  }
}
