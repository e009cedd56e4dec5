import { createInterface } from 'node:readline';
import { findPostgres } from '@cb/postgres-server';
import type { Crew } from './crew.ts';
import type { ScriptTime } from './script-time.ts';
import type { PostgresClientSettings, PostgresMessage, PostgresSettings } from './settings.ts';
import { ORDERS } from './shop.ts';

/** Brings a real PostgreSQL and an instance that uses it; where none can be had, says so. */
export function openPostgres(crew: Crew, dashboardUrl: string, time: ScriptTime): void {
  const binaries = findPostgres();
  if (binaries === undefined) {
    console.log(
      'No PostgreSQL on this machine, so the demo goes on without it: set CB_PG_BIN to the folder of initdb.',
    );
    return;
  }
  let known: PostgresMessage | undefined;
  const keeper = crew.start({
    name: 'postgres',
    file: new URL('./postgres.js', import.meta.url),
    settings: (): PostgresSettings => ({ ...time, binaries, ...(known && { place: known.place }) }),
    onMessage: (message) => {
      if (known === undefined) startClient(crew, dashboardUrl, time, message as PostgresMessage);
      known = message as PostgresMessage;
    },
    onGone: () => endOrphan(known),
  });
  console.log(
    `k and Enter, or kill -USR2 ${process.pid}, kills PostgreSQL and starts it again (from ${binaries})`,
  );
  createInterface({ input: process.stdin }).on('line', (line) => {
    if (line.trim() === 'k') keeper.send('switch');
  });
  process.on('SIGUSR2', () => keeper.send('switch'));
}

function startClient(
  crew: Crew,
  dashboardUrl: string,
  time: ScriptTime,
  { place: { port } }: PostgresMessage,
): void {
  const settings: PostgresClientSettings = {
    ...time,
    service: ORDERS,
    instance: `${ORDERS}-2`,
    dashboardUrl,
    databaseUrl: `postgres://cb@127.0.0.1:${port}/postgres`,
  };
  crew.start({
    name: settings.instance,
    file: new URL('./orders-on-postgres.js', import.meta.url),
    settings: () => settings,
  });
}

/** The process that kept it takes it along, unless it was ended by force itself. */
function endOrphan(known: PostgresMessage | undefined): void {
  if (known?.pid === undefined) return;
  try {
    process.kill(known.pid, 'SIGKILL');
  } catch {
    // it is gone
  }
}
