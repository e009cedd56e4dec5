/** The process of one instance of a service: what a user of these packages writes. */
import { withBreaker } from '@cb/fetch';
import { connectDashboard } from '@cb/reporter';
import { endWithTheDemo, type InstanceSettings, readSettings } from './settings.ts';
import { breakerOptions, TRAFFIC } from './shop.ts';
import { startTraffic } from './traffic.ts';

endWithTheDemo();
const { service, instance, dashboardUrl, speed, ports } = readSettings<InstanceSettings>();
const names = new Map(Object.entries(ports).map(([name, port]) => [`http://127.0.0.1:${port}`, name]));

const guarded = withBreaker(fetch, {
  key: (input) => names.get(new URL(input instanceof Request ? input.url : input).origin),
  configure: (upstream) => breakerOptions(upstream, speed),
});
connectDashboard({ url: dashboardUrl, service, instance, group: guarded.breakers });

for (const origin of names.keys()) {
  startTraffic(TRAFFIC, async () => {
    const response = await guarded(`${origin}/`, { signal: AbortSignal.timeout(TRAFFIC.timeoutMs) });
    await response.arrayBuffer();
  });
}
