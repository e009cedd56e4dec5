/** The demo: a dashboard, upstreams that misbehave on a script, and three instances of two services that call them. */
import { type DashboardServer, startDashboard } from '@cb/dashboard';
import { HELP, readCommandLine } from './command-line.ts';
import { Crew } from './crew.ts';
import { startNarrator } from './narrator.ts';
import type { InstanceSettings, Ports, UpstreamSettings } from './settings.ts';
import { SERVICES } from './shop.ts';

async function main(): Promise<void> {
  const { port, speed, help } = readCommandLine(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const dashboard = await startDashboard({ port });
  const crew = new Crew((line) => console.error(line));
  stopOn(['SIGINT', 'SIGTERM', 'SIGHUP', 'disconnect'], crew, dashboard);
  console.log(`The shop is open: ${dashboard.url}?span=300 (Ctrl-C closes it)`);
  openShop(crew, dashboard.url, speed);
}

function openShop(crew: Crew, dashboardUrl: string, speed: number): void {
  const startedAt = Date.now();
  let ports: Ports | undefined;
  crew.start({
    name: 'upstreams',
    file: new URL('./upstreams.js', import.meta.url),
    settings: (): UpstreamSettings => ({ startedAt, speed, ...(ports && { ports }) }),
    onMessage: (message) => {
      if (ports === undefined) startInstances(crew, dashboardUrl, speed, message as Ports);
      ports = message as Ports;
    },
  });
  startNarrator(startedAt, speed, console.log);
}

function startInstances(crew: Crew, dashboardUrl: string, speed: number, ports: Ports): void {
  const file = new URL('./instance.js', import.meta.url);
  for (const { name: service, instances, upstreams } of SERVICES) {
    const called: Partial<Ports> = Object.fromEntries(upstreams.map((name) => [name, ports[name]]));
    for (let i = 1; i <= instances; i++) {
      const instance = `${service}-${i}`;
      const settings: InstanceSettings = { service, instance, dashboardUrl, speed, ports: called };
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
