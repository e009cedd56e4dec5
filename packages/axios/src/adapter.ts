import type { Group } from '@cb/core';
import type { AxiosAdapter, AxiosInstance, AxiosRequestConfig } from 'axios';
import type { AxiosLike } from './options.ts';

/** Axios' own kind of adapter: in every version it resolves to a response, and its config is complete. */
export type Adapter = AxiosAdapter;
type Config = Parameters<Adapter>[0];

// Functions pass through axios by reference, also in a config that is sent again; a mark on the config would be lost.
const GROUPS: unique symbol = Symbol.for('@cb/axios/groups') as never;

/** The groups that an adapter is guarded by. */
export function groupsOf(adapter: unknown): ReadonlySet<Group> | undefined {
  return typeof adapter === 'function' ? (adapter as { [GROUPS]?: Set<Group> })[GROUPS] : undefined;
}

/** Writes on an adapter that it is guarded by a group, besides those of the adapter inside. */
export function markGuarded(adapter: Adapter, inner: unknown, group: Group): Adapter {
  return Object.assign(adapter, { [GROUPS]: new Set([group, ...(groupsOf(inner) ?? [])]) });
}

/** The function behind an adapter: itself, or what axios makes of a name, of a list of names, of nothing. */
export function resolveAdapter(axios: AxiosLike, given: unknown, config: AxiosRequestConfig): Adapter {
  const adapter = given ?? axios.defaults?.adapter;
  if (typeof adapter === 'function') return adapter as Adapter;
  return typeof axios.getAdapter === 'function'
    ? (axios.getAdapter(adapter as never, config as never) as Adapter)
    : byBareInstance(axios, adapter);
}

/**
 * axios 1.2 to 1.4 keeps to itself what a name stands for, so an instance without interceptors makes the request. Everything
 * was transformed before, and is afterwards.
 */
function byBareInstance(axios: AxiosLike, adapter: unknown): Adapter {
  const bare = axios.create() as AxiosInstance;
  return async (config) => {
    const asItIs = { adapter, transformRequest: same, transformResponse: same };
    try {
      const response = await bare.request({ ...config, ...asItIs } as AxiosRequestConfig);
      restoreConfig(response, config);
      return response;
    } catch (error) {
      const failed = error as { config?: Config; response?: { config?: Config } } | undefined;
      restoreConfig(failed, config);
      restoreConfig(failed?.response, config);
      throw error;
    }
  };
}

const same = (data: unknown): unknown => data;

/** Who sends a request again takes its config from the response or the error. */
function restoreConfig(holder: { config?: Config } | undefined, config: Config): void {
  if (!holder?.config) return;
  Object.assign(config, { headers: holder.config.headers }); // the adapter has added its own
  holder.config = config;
}
