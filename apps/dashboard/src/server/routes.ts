import type { Role } from '@cb/protocol';
import type { Caller } from './access.ts';
import type { Reply } from './reply.ts';

/** What one answer under `/api/v1/` is made from. */
export interface ApiRequest {
  readonly query: URLSearchParams;
  /** What stands in the path where the route ends in `/:name`. */
  readonly parameter?: string;
  /** Parsed JSON of a POST: anything at all. Undefined for GET. */
  readonly body: unknown;
  readonly caller: Caller;
}

/** One thing that can be asked under `/api/v1/`. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** What comes after `/api/v1/`; one that ends in `/:name` takes any last part. */
  readonly path: string;
  /** Who may ask at least. */
  readonly role: Role;
  /** Whoever may report as a service may ask this too. */
  readonly services?: true;
  answer(request: ApiRequest): Reply | Promise<Reply>;
}

/** A parameter or a body that cannot be used: becomes a 400 with this sentence. */
export class BadRequest extends Error {}

/** All routes, found by path and method. Parts of the server bring their own. */
export class Routes {
  readonly #routes: Map<string, Map<string, Route>> = new Map();

  add(...routes: readonly Route[]): void {
    for (const route of routes) {
      const methods = this.#routes.get(route.path) ?? new Map<string, Route>();
      this.#routes.set(route.path, methods.set(route.method, route));
    }
  }

  /** The routes of one path by method; undefined where there is none. HEAD is answered by GET. */
  at(path: string): ReadonlyMap<string, Route> | undefined {
    const exact = this.#routes.get(path);
    if (exact !== undefined) return exact;
    const [before] = splitLast(path);
    for (const [known, methods] of this.#routes) {
      if (known.startsWith(`${before}/:`) && before !== '') return methods;
    }
    return undefined;
  }

  /** What the path says where the route has a `/:name`. */
  parameter(route: Route, path: string): string {
    return route.path.includes('/:') ? splitLast(path)[1] : '';
  }

  /** Every path, in words. */
  get paths(): string {
    const all = [...this.#routes.keys()];
    return `${all.slice(0, -1).join(', ')} and ${all.at(-1)}`;
  }
}

function splitLast(path: string): [before: string, last: string] {
  const at = path.lastIndexOf('/');
  return at === -1 ? ['', path] : [path.slice(0, at), path.slice(at + 1)];
}

export function integer(value: string | null, name: string): number {
  if (value === null || !/^\d{1,10}$/.test(value)) throw new BadRequest(`${name} must be a whole number`);
  return Number(value);
}

export function moment(value: string | null, name: string): number {
  if (value === null || !/^\d{1,16}(\.\d+)?$/.test(value)) {
    throw new BadRequest(`${name} must be a moment in epoch milliseconds`);
  }
  return Number(value);
}

const QUARTER_MS = 15 * 60_000;

/** `from` and `to` of a query: the last quarter of an hour where they are left out. */
export function range(query: URLSearchParams, now: number): { from: number; to: number } {
  const to = query.has('to') ? moment(query.get('to'), 'to') : now;
  const from = query.has('from') ? moment(query.get('from'), 'from') : Math.max(0, to - QUARTER_MS);
  if (from > to) throw new BadRequest(`from (${from}) must not be later than to (${to})`);
  return { from, to };
}
