import { makeFlaky, type Trouble } from '@cb/flaky-database';
import { PrismaLibSQL } from '@prisma/adapter-libsql';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { PrismaClient } from './generated/sqlite/client.ts';

export { Prisma, PrismaClient } from './generated/sqlite/client.ts';

const refused = (): Error =>
  new DriverAdapterError({ kind: 'DatabaseNotReachable', host: '127.0.0.1', port: 5432 });

/** A client over a libSQL file, and how to make its database fail. */
export function openFlaky(url: string): { client: PrismaClient; trouble: Trouble } {
  const { adapter, trouble } = makeFlaky(new PrismaLibSQL({ url }), refused);
  return { client: new PrismaClient({ adapter }), trouble };
}
