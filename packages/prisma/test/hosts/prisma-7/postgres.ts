import { makeFlaky, type Trouble } from '@cb/flaky-database';
import { PrismaPg } from '@prisma/adapter-pg';
import { DriverAdapterError } from '@prisma/driver-adapter-utils';
import { Pool } from 'pg';
import { PrismaClient } from './generated/postgres/client.ts';

export { PrismaClient } from './generated/postgres/client.ts';

/** A client over a real PostgreSQL; `trouble.reached` tells what went to it. Every wait has an end, as it should have in a service. */
export function openPostgres(url: string): { client: PrismaClient; trouble: Trouble } {
  const pool = new Pool({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: 5_000,
    statement_timeout: 5_000,
    query_timeout: 6_000,
  });
  // The last words of a dying server may come in one packet with the answer before them, while nobody listens to the connection
  // yet that a transaction has just been given. Without this the process ends.
  pool.on('connect', (connection) => connection.on('error', () => {}));
  const { adapter, trouble } = makeFlaky(
    new PrismaPg(pool, { disposeExternalPool: true }),
    () => new DriverAdapterError({ kind: 'ConnectionClosed' }),
  );
  return { client: new PrismaClient({ adapter }), trouble };
}
