/** Names come from services and may hold anything, a slash included. */
export function breakerPath(service: string, name: string): string {
  return `/b/${encodeURIComponent(service)}/${encodeURIComponent(name)}`;
}

/** Keeps what is in the address besides the path: filters and range survive the way to a breaker and back. */
export function withSearch(path: string): string {
  return `${path}${location.search}`;
}
