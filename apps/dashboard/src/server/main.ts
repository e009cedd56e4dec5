#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type DashboardServer, startDashboard } from './server.ts';
import { strayVariables } from './settings/environment.ts';
import { helpText } from './settings/help.ts';
import { printSettings } from './settings/print-settings.ts';
import { CONFIG, readSettings, type Settings, withFiles } from './settings/read-settings.ts';
import { SettingsError } from './settings/setting.ts';
import { SETTINGS } from './settings/settings-table.ts';
import { toOptions } from './settings/to-options.ts';

/** How long closing may take. */
const PATIENCE_MS = 5_000;

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

/** The first signal closes in order, within five seconds; the second ends at once. */
function leaveOnSignals(dashboard: DashboardServer): void {
  let leaving = false;
  const leave = (signal: NodeJS.Signals): void => {
    if (leaving) process.exit(signal === 'SIGINT' ? 130 : 143);
    leaving = true;
    setTimeout(() => {
      console.error(`cb-dashboard: not everything was closed within ${PATIENCE_MS / 1_000} s`);
      process.exit(0);
    }, PATIENCE_MS);
    dashboard
      .close()
      .catch((error: unknown) => console.error(`cb-dashboard: ${(error as Error).message}`))
      .finally(() => process.exit(0));
  };
  process.on('SIGINT', leave).on('SIGTERM', leave);
}

async function serve(settings: Settings): Promise<void> {
  const options = toOptions(settings);
  for (const line of strayVariables(process.env, withFiles([CONFIG, ...SETTINGS]))) {
    console.error(`cb-dashboard: ${line}`);
  }
  if (settings.command === 'check') {
    console.log('The settings are good.');
    return;
  }
  const setTo = (key: string): unknown => settings.effective.get(key)?.value;
  if (setTo('verbose') === true) options.log = (line) => console.error(line);
  if (setTo('auditLog') !== false) options.auditLog = (line) => console.log(line);
  const dashboard = await startDashboard(options);
  leaveOnSignals(dashboard);
  // Last: who reads it may say at once that it should leave.
  console.log(dashboard.url);
}

async function main(): Promise<void> {
  const settings = readSettings(SETTINGS, process.argv.slice(2), process.env);
  switch (settings.command) {
    case 'help':
      process.stdout.write(helpText(SETTINGS));
      return;
    case 'version':
      console.log(version());
      return;
    case 'print-config':
      process.stdout.write(printSettings(settings));
      // What is printed may still be wrong together.
      toOptions(settings);
      return;
    case 'check':
    case undefined:
      await serve(settings);
  }
}

main().catch((error: unknown) => {
  console.error(`cb-dashboard: ${explain(error)}`);
  // 2 as usual for a command line that cannot be used; 1 for what happens later.
  process.exitCode = error instanceof SettingsError ? 2 : 1;
});
