/** The process that keeps a real PostgreSQL, and kills and starts it again: by the script, and when told. */
import { setTimeout as delay } from 'node:timers/promises';
import { PostgresServer } from '@cb/postgres-server';
import { narrate } from './narrator.ts';
import { postgresRunsAt } from './script.ts';
import { scriptSeconds } from './script-time.ts';
import { endWithTheDemo, type PostgresMessage, type PostgresSettings, readSettings } from './settings.ts';

endWithTheDemo();
const settings = readSettings<PostgresSettings>();
const server = await PostgresServer.make(settings.binaries, settings.place);
process.on('exit', () => server.destroyNow());
process.on('message', () => turn(!server.runs, 'by hand'));
let working = false;
let scripted = true;
let told: number | undefined;
void run(true);
setInterval(look, 50);

function look(): void {
  if (server.pid !== told) tell();
  if (working) return; // what the script wants meanwhile comes directly after
  const now = postgresRunsAt(scriptSeconds(settings));
  if (now !== scripted) turn(now, 'by the script');
  scripted = now;
}

/** So that the demo can end the server if this process is ended by force. */
function tell(): void {
  told = server.pid;
  process.send?.({ place: server.place, pid: told } satisfies PostgresMessage);
}

/** Kills or starts it; while either is going on, nothing. */
function turn(runs: boolean, who: string): void {
  if (working || runs === server.runs) return;
  narrate(settings, runs ? `postgres is started again ${who}` : `postgres is killed ${who} (SIGKILL)`);
  void run(runs);
}

async function run(runs: boolean): Promise<void> {
  working = true;
  try {
    await (runs ? server.start() : server.kill());
    if (runs) narrate(settings, 'postgres takes queries');
  } catch (error) {
    await delay(1_000); // after Ctrl-C, which reaches initdb as well, this process ends here
    console.error(error instanceof Error ? error.message : error); // the demo goes on without it
  } finally {
    working = false;
  }
}
