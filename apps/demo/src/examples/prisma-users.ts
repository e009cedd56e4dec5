/** Users in a database, through Prisma. */
import type { User, UserStore } from './user-service.ts';

/** The part of a `PrismaClient` with a model `User` that is needed. */
export interface UserDb {
  readonly user: {
    findUnique(query: { where: { id: string }; select: { id: true; name: true } }): PromiseLike<User | null>;
  };
}

/**
 * Prisma cannot be told to stop a query, so that one which was given up goes on: give the driver a time limit of its own.
 * Where other queries go through `breakerExtension` of `@cb/prisma`, the service shares its breaker and gets the client without
 * the extension, so that each query counts once and one that was given up counts as failed.
 *
 * @example
 * const prisma = new PrismaClient({ adapter });
 * const db = prisma.$extends(breakerExtension({ name: 'users-db' }));
 * const users = createUserService({ store: prismaUsers(prisma), breaker: db.$breakers.get('users-db') });
 */
export function prismaUsers(db: UserDb): UserStore {
  return {
    find: async (id) => await db.user.findUnique({ where: { id }, select: { id: true, name: true } }),
  };
}
