/** Names come from services and may hold anything, a slash included. */
export function breakerPath(service: string, name: string): string {
  return `/b/${encodeURIComponent(service)}/${encodeURIComponent(name)}`;
}

/** Read from the address itself: the router decodes half of it, and a `%` in a name would not survive twice. */
export function readBreakerPath(): { service: string; name: string } | undefined {
  const [, page, service, name] = location.pathname.split('/');
  if (page !== 'b' || !service || !name) return undefined;
  return { service: decode(service), name: decode(name) };
}

/** An address that somebody typed may be no valid encoding. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

/** Names in an address that mean something on one page only. */
const OF_ONE_PAGE = ['whatif', 'on'];

/** Keeps what is in the address besides the path: filters and range survive the way to a breaker and back. */
export function withSearch(path: string): string {
  const params = new URLSearchParams(location.search);
  if (!OF_ONE_PAGE.some((name) => params.has(name))) return `${path}${location.search}`;
  for (const name of OF_ONE_PAGE) params.delete(name);
  return params.size === 0 ? path : `${path}?${params}`;
}

export const POLICIES_PATH = '/policies';
export const AUDIT_PATH = '/audit';
export const ALERTS_PATH = '/alerts';

/** Whether what is on that page lies in time, so that there is something to zoom and to move. */
export function hasTimeAxis(path: string): boolean {
  return path !== POLICIES_PATH && path !== AUDIT_PATH && path !== ALERTS_PATH;
}
