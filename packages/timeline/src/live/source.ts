import { Problem, quoted } from './problem.ts';

/** Where the timeline of a breaker comes from. */
export interface BreakerTimelineSource {
  /**
   * Address of the dashboard, http or https, without a query: `https://dashboard.example.com`. One without a host, like `/dashboard`,
   * is below this page's own. A dashboard of another origin has to allow that of this page: `--allow-origin`.
   */
  readonly url: string;
  /**
   * The view token, where the dashboard has one: 1 to 256 visible ASCII characters. Whoever can read the page's scripts can read it.
   * @default none
   */
  readonly token?: string | undefined;
  /** The service that reports the breaker. */
  readonly service: string;
  /** The breaker's name, or several: a lane each. At most the first 20. */
  readonly breaker: string | readonly string[];
  /** Only this instance. @default all: the worst that any of them shows */
  readonly instance?: string | undefined;
  /**
   * How long the range is that ends now, in milliseconds, 10 seconds to 7 days.
   * @default 900_000
   */
  readonly spanMs?: number | undefined;
  /**
   * How often the dashboard is asked, in milliseconds, 1 second to 1 hour. Less often costs the dashboard less, and the picture is
   * older. While the page cannot be seen it is not asked; where it does not answer, more and more seldom, up to once a minute.
   * @default 5_000
   */
  readonly refreshMs?: number | undefined;
}

/** The same, in bounds. */
export interface Source {
  /** Ends in a slash. */
  base: string;
  token: string | undefined;
  service: string;
  breakers: readonly string[];
  instance: string | undefined;
  spanMs: number;
  refreshMs: number;
}

const MOST_BREAKERS = 20;
const TOKEN = /^[\x21-\x7e]{1,256}$/;

/** @throws Problem where it cannot work. */
export function readSource(given: BreakerTimelineSource): Source {
  const { token, service, instance } = given;
  const names: readonly unknown[] = Array.isArray(given.breaker) ? given.breaker : [given.breaker];
  const breakers = [...new Set(names)].filter((name) => typeof name === 'string' && name !== '');
  if (typeof service !== 'string' || service === '') throw new Problem('service must be a name.', true);
  if (breakers.length === 0) throw new Problem('breaker must be a name, or some.', true);
  if (token !== undefined && !TOKEN.test(String(token)))
    throw new Problem('token must be 1 to 256 visible ASCII characters.', true);
  return {
    base: baseOf(given.url),
    token,
    service,
    breakers: breakers.slice(0, MOST_BREAKERS) as string[],
    instance: instance === undefined || instance === '' ? undefined : String(instance),
    spanMs: within(given.spanMs, 10_000, 900_000, 604_800_000),
    refreshMs: within(given.refreshMs, 1_000, 5_000, 3_600_000),
  };
}

function baseOf(given: unknown): string {
  const url = urlOf(given);
  if (url && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === '') {
    return url.href.replace(/\/*$/, '/');
  }
  throw new Problem(
    `url must be an http or https address like https://dashboard.example.com, without a query, got ${quoted(given)}.`,
    true,
  );
}

function urlOf(given: unknown): URL | undefined {
  try {
    return typeof given === 'string' ? new URL(given, location.href) : undefined;
  } catch {
    return undefined;
  }
}

function within(value: unknown, least: number, usual: number, most: number): number {
  if (typeof value !== 'number' || Number.isNaN(value)) return usual;
  return Math.min(most, Math.max(least, value));
}
