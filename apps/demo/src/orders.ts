/** The process of the service that has a database: Prisma on a libSQL file, whose driver acts by the script. */
import { memoryCache } from '@cb/policies';
import { breakerExtension } from '@cb/prisma';
import { connectDashboard } from '@cb/reporter';
import { prismaUsers } from './examples/prisma-users.ts';
import { createUserService } from './examples/user-service.ts';
import { PrismaClient } from './generated/sqlite/client.ts';
import { createOrdersFile, USERS } from './orders-file.ts';
import { endWithTheDemo, type InstanceSettings, readSettings } from './settings.ts';
import { breakerOptions, IMPORT, TRAFFIC } from './shop.ts';
import { startBursts, startTraffic } from './traffic.ts';
import { withTrouble } from './troubled-database.ts';

endWithTheDemo();
const NAME = 'orders-db';
const settings = readSettings<InstanceSettings>();
const { service, instance, dashboardUrl, speed } = settings;

const prisma = new PrismaClient({ adapter: withTrouble(await createOrdersFile(), NAME, settings) });
const db = prisma.$extends(
  breakerExtension({ name: NAME, ...breakerOptions(NAME, speed, { kind: 'db', client: 'prisma' }) }),
);
const users = createUserService({
  store: prismaUsers(prisma),
  breaker: db.$breakers.get(NAME), // of the whole database, however it is asked
  cache: memoryCache({ maxAgeMs: 2_000 / speed, staleIfErrorMs: 60_000 }),
});
connectDashboard({
  url: dashboardUrl,
  service,
  instance,
  allowRemoteControl: true,
  group: db.$breakers,
  pipelines: users.pipelines,
  traceCalls: true,
});

startTraffic(TRAFFIC, async () => {
  const user = await users.find(anybody());
  if (user === null) return;
  const userId = user.id;
  if (Math.random() < 0.2) await db.order.create({ data: { userId, item: 'pencil' } });
  else await db.order.findMany({ where: { userId }, orderBy: { id: 'desc' }, take: 10 });
});
startBursts({ calls: IMPORT.calls, everyMs: IMPORT.everyMs / speed }, () =>
  users.find(anybody(), { tenant: IMPORT.tenant }),
);

function anybody(): string {
  return String(1 + Math.floor(Math.random() * USERS));
}
