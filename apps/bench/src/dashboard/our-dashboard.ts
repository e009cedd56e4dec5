// The dashboard server as it is, in a process of its own.
import { type DashboardOptions, type DashboardServer, startDashboard } from '@cb/dashboard';
import { serve } from './child.ts';
import { readUsage } from './usage.ts';

let dashboard: DashboardServer | undefined;

serve({
  start: async (limits: DashboardOptions['limits']) => {
    dashboard = await startDashboard({ port: 0, ...(limits && { limits }) });
    return dashboard.url;
  },
  usage: (collect: boolean) => readUsage(collect),
  stats: () => dashboard?.stats(),
});
