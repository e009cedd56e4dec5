/** The process of one instance of a service that calls upstreams: what a user of these packages writes. */
import { connectDashboard } from '@cb/reporter';
import { startAxiosRoute } from './axios-route.ts';
import { startClientRoute } from './client-route.ts';
import { startFetchRoute } from './fetch-route.ts';
import { type CallerSettings, endWithTheDemo, readSettings } from './settings.ts';

endWithTheDemo();
const { service, instance, dashboardUrl, speed, byFetch, byAxios, byClient } = readSettings<CallerSettings>();
const clients = startClientRoute(byClient, speed);
connectDashboard({
  url: dashboardUrl,
  service,
  instance,
  // People at the dashboard may act on these: the tokens for it are printed at the start.
  allowRemoteControl: true,
  groups: [
    startFetchRoute(byFetch, speed),
    startAxiosRoute(byAxios, speed),
    ...clients.map(({ breakers }) => breakers),
  ],
  pipelines: clients.map(({ pipeline }) => pipeline),
  traceCalls: true,
});
