import type { UpstreamName } from './script.ts';

/** What the demo tells the process of the upstreams. */
export interface UpstreamSettings {
  /** Epoch milliseconds when the script began. */
  readonly startedAt: number;
  /** How many times faster than written the script runs. */
  readonly speed: number;
  /** Ports to take again after a restart. */
  readonly ports?: Ports;
}

/** What the process of the upstreams answers once it listens. */
export type Ports = Readonly<Record<UpstreamName, number>>;

/** What the demo tells the process of one service instance. */
export interface InstanceSettings {
  readonly service: string;
  readonly instance: string;
  readonly dashboardUrl: string;
  readonly speed: number;
  readonly ports: Partial<Ports>;
}

/** A child's settings are its only argument. */
export function readSettings<T>(): T {
  return JSON.parse(process.argv[2] ?? '{}') as T;
}

/** A child ends with the demo, however the demo ended. Ctrl-C reaches the demo, which then lets go of its children. */
export function endWithTheDemo(): void {
  process.on('disconnect', () => process.exit(0));
  process.on('SIGINT', () => {});
  if (process.connected === false) process.exit(0);
}
