/** The process of the service that has a database, on the real PostgreSQL. Every wait has an end, as in any service. */
import { setTimeout as delay } from 'node:timers/promises';
import { breakerExtension } from '@cb/prisma';
import { connectDashboard } from '@cb/reporter';
import { PrismaPg } from '@prisma/adapter-pg';
import { Pool } from 'pg';
import { PrismaClient } from './generated/postgres/client.ts';
import { endWithTheDemo, type PostgresClientSettings, readSettings } from './settings.ts';
import { breakerOptions, TRAFFIC } from './shop.ts';
import { startTraffic } from './traffic.ts';

endWithTheDemo();
const NAME = 'postgres';
const { service, instance, dashboardUrl, speed, databaseUrl } = readSettings<PostgresClientSettings>();
const pool = new Pool({
  connectionString: databaseUrl,
  max: 8,
  connectionTimeoutMillis: TRAFFIC.timeoutMs,
  statement_timeout: TRAFFIC.timeoutMs,
  query_timeout: TRAFFIC.timeoutMs + 100,
});
// The last words of a dying server may reach a connection that nobody listens to yet.
pool.on('connect', (connection) => connection.on('error', () => {}));
const bare = new PrismaClient({ adapter: new PrismaPg(pool, { disposeExternalPool: true }) });
await makeTable();

const db = bare.$extends(
  breakerExtension({ name: NAME, ...breakerOptions(NAME, speed, { kind: 'db', client: 'prisma' }) }),
);
connectDashboard({
  url: dashboardUrl,
  service,
  instance,
  allowRemoteControl: true,
  group: db.$breakers,
  traceCalls: true,
});
startTraffic(TRAFFIC, () =>
  Math.random() < 0.2
    ? db.order.create({ data: { item: 'pencil' } })
    : db.order.findMany({ orderBy: { id: 'desc' }, take: 10 }),
);

/** Tries until it is there: the server may be dead at this moment. */
async function makeTable(): Promise<void> {
  const statement = 'CREATE TABLE IF NOT EXISTS "Order" ("id" SERIAL PRIMARY KEY, "item" TEXT NOT NULL)';
  for (;;) {
    try {
      await bare.$executeRawUnsafe(statement);
      return;
    } catch {
      await delay(500);
    }
  }
}
