import { makeFlaky, type Trouble } from '@cb/flaky-database';
import { createClient } from '@libsql/client';
import { PrismaLibSQL } from '@prisma/adapter-libsql';
import { PrismaClient } from './generated/sqlite/wasm.js';

export { Prisma, PrismaClient } from './generated/sqlite/wasm.js';

/** What drivers say themselves: Prisma 5 has no word of its own for it. */
const refused = (): Error =>
  Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:5432'), { code: 'ECONNREFUSED' });

/** A client over a libSQL file, and how to make its database fail. */
export function openFlaky(url: string): { client: PrismaClient; trouble: Trouble } {
  const { adapter, trouble } = makeFlaky(new PrismaLibSQL(createClient({ url })), refused);
  return { client: new PrismaClient({ adapter }), trouble };
}
