/** The process of the service that has a database: Prisma on a libSQL file, whose driver acts by the script. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { breakerExtension } from '@cb/prisma';
import { connectDashboard } from '@cb/reporter';
import { PrismaLibSql } from '@prisma/adapter-libsql';
import { PrismaClient } from './generated/sqlite/client.ts';
import { endWithTheDemo, type InstanceSettings, readSettings } from './settings.ts';
import { breakerOptions, TRAFFIC } from './shop.ts';
import { startTraffic } from './traffic.ts';
import { withTrouble } from './troubled-database.ts';

endWithTheDemo();
const NAME = 'orders-db';
const settings = readSettings<InstanceSettings>();
const { service, instance, dashboardUrl, speed } = settings;
const folder = mkdtempSync(join(tmpdir(), 'cb-demo-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

const file = new PrismaLibSql({ url: pathToFileURL(join(folder, 'orders.db')).href });
const driver = await file.connect();
await driver.executeScript('CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "item" TEXT NOT NULL)');
await driver.dispose();

const db = new PrismaClient({ adapter: withTrouble(file, NAME, settings) }).$extends(
  breakerExtension({ name: NAME, ...breakerOptions(NAME, speed, { kind: 'db', client: 'prisma' }) }),
);
connectDashboard({ url: dashboardUrl, service, instance, group: db.$breakers });
startTraffic(TRAFFIC, () =>
  Math.random() < 0.2
    ? db.order.create({ data: { item: 'pencil' } })
    : db.order.findMany({ orderBy: { id: 'desc' }, take: 10 }),
);
