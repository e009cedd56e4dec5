#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { type DashboardOptions, startDashboard } from './server.ts';

const HELP = `cb-dashboard: live dashboard for circuit breakers

  --port N            port to listen on, 0 for a free one        (CB_DASHBOARD_PORT, default 4600)
  --host ADDRESS      address to listen on                       (CB_DASHBOARD_HOST, default 127.0.0.1)
  --ingest-token T    secret that services send                  (CB_DASHBOARD_INGEST_TOKEN)
  --view-token T      secret that browsers send                  (CB_DASHBOARD_VIEW_TOKEN)
  --control-token T   secret of operators: the hand on the switch (CB_DASHBOARD_CONTROL_TOKEN)
  --admin-token T     secret of administrators                    (CB_DASHBOARD_ADMIN_TOKEN)
  --allow-origin URL  origin that may read, may be repeated      (CB_DASHBOARD_ALLOW_ORIGIN, separated by commas)
  --allow-host NAME   name the server is reached by, repeatable  (CB_DASHBOARD_ALLOW_HOST, separated by commas)
  --verbose           print one line per refusal
  --help, --version

Prefer the environment for secrets: arguments are visible to other users of the machine.
`;

function readOptions(): DashboardOptions | string {
  const { values } = parseArgs({
    options: {
      port: { type: 'string' },
      host: { type: 'string' },
      'ingest-token': { type: 'string' },
      'view-token': { type: 'string' },
      'control-token': { type: 'string' },
      'admin-token': { type: 'string' },
      'allow-origin': { type: 'string', multiple: true },
      'allow-host': { type: 'string', multiple: true },
      verbose: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
      version: { type: 'boolean', short: 'v' },
    },
  });
  if (values.help) return HELP;
  if (values.version) return `${version()}\n`;
  const { env } = process;
  const options: DashboardOptions = {
    allowedOrigins: values['allow-origin'] ?? list(env.CB_DASHBOARD_ALLOW_ORIGIN),
    allowedHosts: values['allow-host'] ?? list(env.CB_DASHBOARD_ALLOW_HOST),
  };
  const port = values.port ?? env.CB_DASHBOARD_PORT;
  const host = values.host ?? env.CB_DASHBOARD_HOST;
  const ingestToken = values['ingest-token'] ?? env.CB_DASHBOARD_INGEST_TOKEN;
  const viewToken = values['view-token'] ?? env.CB_DASHBOARD_VIEW_TOKEN;
  if (port) {
    if (!/^\d+$/.test(port))
      throw new RangeError(`--port must be a whole number from 0 to 65535, got "${port}"`);
    options.port = Number(port);
  }
  if (host) options.host = host;
  if (ingestToken) options.ingestToken = ingestToken;
  if (viewToken) options.viewToken = viewToken;
  const controlToken = values['control-token'] ?? env.CB_DASHBOARD_CONTROL_TOKEN;
  const adminToken = values['admin-token'] ?? env.CB_DASHBOARD_ADMIN_TOKEN;
  if (controlToken) options.controlToken = controlToken;
  if (adminToken) options.adminToken = adminToken;
  // One line of JSON for every act, for whoever keeps what this program prints.
  options.auditLog = (line) => console.log(line);
  if (values.verbose) options.log = (line) => console.error(line);
  return options;
}

function list(value: string | undefined): string[] {
  return (value ?? '').split(',').flatMap((entry) => entry.trim() || []);
}

function version(): string {
  const file = fileURLToPath(import.meta.resolve('@cb/dashboard/package.json'));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function explain(error: unknown): string {
  const { code, message, port } = error as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE')
    return `port ${port} is taken; choose another with --port N, or --port 0 for a free one`;
  if (code === 'EACCES')
    return `this user may not listen on port ${port}; choose one above 1023 with --port N`;
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') return 'this machine has no such address; see --host';
  return message;
}

async function main(): Promise<void> {
  const options = readOptions();
  if (typeof options === 'string') {
    process.stdout.write(options);
    return;
  }
  const dashboard = await startDashboard(options);
  const stop = (): void => {
    void dashboard.close().then(() => process.exit(0));
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  // Last: who reads it may say at once that it should leave.
  console.log(dashboard.url);
}

main().catch((error: unknown) => {
  console.error(`cb-dashboard: ${explain(error)}`);
  process.exit(1);
});
