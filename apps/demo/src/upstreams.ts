/** The process of the upstreams: one server each, on ports of their own. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { UPSTREAM_NAMES } from './script.ts';
import { endWithTheDemo, readSettings, type UpstreamSettings } from './settings.ts';
import { createUpstream } from './upstream.ts';

endWithTheDemo();
const settings = readSettings<UpstreamSettings>();
const ports: Record<string, number> = {};
for (const name of UPSTREAM_NAMES) {
  const server = createUpstream(name, settings).listen(settings.ports?.[name] ?? 0, '127.0.0.1');
  await once(server, 'listening');
  ports[name] = (server.address() as AddressInfo).port;
}
process.send?.(ports);
