import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PrismaLibSql } from '@prisma/adapter-libsql';

/** They have the ids 1 to so many. */
export const USERS = 50;

const TABLES = `
  CREATE TABLE "User" ("id" TEXT PRIMARY KEY, "name" TEXT NOT NULL);
  CREATE TABLE "Order" ("id" INTEGER PRIMARY KEY, "userId" TEXT NOT NULL, "item" TEXT NOT NULL);
  WITH RECURSIVE "Number" (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM "Number" WHERE n < ${USERS})
    INSERT INTO "User" SELECT n, 'User ' || n FROM "Number";
`;

/** Makes the database of users and their orders: a libSQL file that goes with the process. */
export async function createOrdersFile(): Promise<PrismaLibSql> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-demo-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  const file = new PrismaLibSql({ url: pathToFileURL(join(folder, 'orders.db')).href });
  const driver = await file.connect();
  await driver.executeScript(TABLES);
  await driver.dispose();
  return file;
}
