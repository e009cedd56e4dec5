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
 * A client that has `breakerExtension` of `@cb/prisma` brings its breaker along; the service then needs none.
 *
 * @example const users = createUserService({ store: prismaUsers(new PrismaClient({ adapter })) });
 */
export function prismaUsers(db: UserDb): UserStore {
  return {
    find: async (id) => await db.user.findUnique({ where: { id }, select: { id: true, name: true } }),
  };
}
