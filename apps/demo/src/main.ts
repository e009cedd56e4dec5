/** The demo: a dashboard, upstreams and databases that misbehave on a script, and the instances of services that use them. */
import { randomBytes } from 'node:crypto';
import { type DashboardServer, startDashboard } from '@cb/dashboard';
import { HELP, readCommandLine } from './command-line.ts';
import { Crew } from './crew.ts';
import { startNarrator } from './narrator.ts';
import { openPostgres } from './postgres-route.ts';
import type { ScriptTime } from './script-time.ts';
import type { CallerSettings, InstanceSettings, Ports, UpstreamSettings } from './settings.ts';
import { ORDERS, SERVICES } from './shop.ts';

async function main(): Promise<void> {
  const { port, speed, postgres, help } = readCommandLine(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const tokens = { controlToken: newToken(), adminToken: newToken() };
  const dashboard = await startDashboard({ port, ...tokens });
  const crew = new Crew((line) => console.error(line));
  stopOn(['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'], crew, dashboard);
  console.log(`operator token: ${tokens.controlToken}\nadmin token: ${tokens.adminToken}`);
  console.log(`The shop is open: ${dashboard.url}?span=300 (Ctrl-C closes it)`);
  const time: ScriptTime = { startedAt: Date.now(), speed };
  openShop(crew, dashboard.url, time);
  if (postgres) openPostgres(crew, dashboard.url, time);
  startNarrator(time);
}

/** For this start only: who sees this terminal may act, and nobody else. */
function newToken(): string {
  return randomBytes(18).toString('base64url');
}

function openShop(crew: Crew, dashboardUrl: string, time: ScriptTime): void {
  let ports: Ports | undefined;
  crew.start({
    name: 'upstreams',
    file: new URL('./upstreams.js', import.meta.url),
    settings: (): UpstreamSettings => ({ ...time, ...(ports && { ports }) }),
    onMessage: (message) => {
      if (ports === undefined) startCallers(crew, dashboardUrl, time, message as Ports);
      ports = message as Ports;
    },
  });
  const orders: InstanceSettings = { ...time, service: ORDERS, instance: `${ORDERS}-1`, dashboardUrl };
  crew.start({
    name: orders.instance,
    file: new URL('./orders.js', import.meta.url),
    settings: () => orders,
  });
}

function startCallers(crew: Crew, dashboardUrl: string, time: ScriptTime, ports: Ports): void {
  const file = new URL('./instance.js', import.meta.url);
  const portsOf = (names: readonly (keyof Ports)[]): Partial<Ports> =>
    Object.fromEntries(names.map((name) => [name, ports[name]]));
  for (const { name: service, instances, byFetch, byAxios, byClient } of SERVICES) {
    const called = { byFetch: portsOf(byFetch), byAxios: portsOf(byAxios), byClient: portsOf(byClient) };
    for (let i = 1; i <= instances; i++) {
      const instance = `${service}-${i}`;
      const settings: CallerSettings = { ...time, service, instance, dashboardUrl, ...called };
      crew.start({ name: instance, file, settings: () => settings });
    }
  }
}

function stopOn(signals: readonly string[], crew: Crew, dashboard: DashboardServer): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return; // a terminal and a wrapper may both pass the same Ctrl-C on
    stopping = true;
    void Promise.all([crew.stop(), dashboard.close()]).then(() => process.exit(0));
  };
  for (const signal of signals) process.on(signal, stop);
}

function explain(error: unknown): string {
  const { code, message, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE')
    return `Port ${port} is taken. Choose another one with --port N, or --port 0 for any free one.`;
  if (code === 'EACCES')
    return `This user may not listen on port ${port}. Choose one above 1023 with --port N.`;
  return message;
}

main().catch((error: unknown) => {
  console.error(explain(error));
  process.exit(1);
});
