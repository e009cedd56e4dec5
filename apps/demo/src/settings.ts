import type { PostgresPlace } from '@cb/postgres-server';
import type { UpstreamName } from './script.ts';
import type { ScriptTime } from './script-time.ts';

/** What the demo tells the process of the upstreams. */
export interface UpstreamSettings extends ScriptTime {
  /** Ports to take again after a restart. */
  readonly ports?: Ports;
}

/** What the process of the upstreams answers once it listens. */
export type Ports = Readonly<Record<UpstreamName, number>>;

/** What the demo tells every process of a service instance. */
export interface InstanceSettings extends ScriptTime {
  readonly service: string;
  readonly instance: string;
  readonly dashboardUrl: string;
}

/** To one that calls upstreams: which, by what, and where they are. */
export interface CallerSettings extends InstanceSettings {
  readonly byFetch: Partial<Ports>;
  readonly byAxios: Partial<Ports>;
  readonly byClient: Partial<Ports>;
}

/** To one with a database on the real PostgreSQL. */
export interface PostgresClientSettings extends InstanceSettings {
  readonly databaseUrl: string;
}

/** To the process that keeps the real PostgreSQL. */
export interface PostgresSettings extends ScriptTime {
  /** The folder of `initdb` and `postgres`. */
  readonly binaries: string;
  /** What to use again after a restart. */
  readonly place?: PostgresPlace;
}

/** What the process that keeps PostgreSQL says once it takes queries for the first time: where the server is, and its process id whenever that changes. */
export interface PostgresMessage {
  readonly place: PostgresPlace;
  readonly pid: number | undefined;
}

/** A child's settings are its only argument. */
export function readSettings<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/**
 * A child ends with the demo, however the demo ended. Ctrl-C reaches the demo, which then lets go of its children; other
 * signals end a child in order, with what it has to clear away.
 */
export function endWithTheDemo(): void {
  const end = (): never => process.exit(0);
  process.on('disconnect', end).on('SIGTERM', end).on('SIGHUP', end);
  process.on('SIGINT', () => {});
  if (process.connected === false) end();
}
