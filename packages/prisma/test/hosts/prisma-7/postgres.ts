import { makeFlaky, type Trouble } from '@cb/flaky-database';
import { PrismaPg } from '@prisma/adapter-pg';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { PrismaClient } from './generated/postgres/client.ts';

export { PrismaClient } from './generated/postgres/client.ts';

/** A client over a real PostgreSQL; `trouble.reached` tells what went to it. Every wait has an end, as it should have in a service. */
export function openPostgres(url: string): { client: PrismaClient; trouble: Trouble } {
  const pool = new PrismaPg({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 5_000,
    query_timeout: 6_000,
  });
  const { adapter, trouble } = makeFlaky(pool, () => new DriverAdapterError({ kind: 'ConnectionClosed' }));
  return { client: new PrismaClient({ adapter }), trouble };
}
