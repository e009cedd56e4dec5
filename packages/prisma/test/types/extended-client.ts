// The extension changes no type but for `$breakers`. Checked by `tsc` against the client of each version: see the tsconfigs here.
import type { Group } from '@cb/core';
import { type Prisma, PrismaClient } from '#client-under-test';
import { breakerExtension } from '../../src/index.ts';

/** Fails to compile unless both are the very same type. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never;
const same = <A, B>(...mismatch: Same<A, B> extends true ? [] : [never]): void => void mismatch;

// Exported, so that its declaration must be expressible.
export const bare = new PrismaClient({} as never);
export const db = bare.$extends(breakerExtension());

export async function queries() {
  const one = await db.user.findUnique({
    where: { id: 1 },
    select: { email: true, posts: { select: { title: true } } },
  });
  same<typeof one, { email: string; posts: { title: string }[] } | null>();
  const many = await db.post.findMany({ include: { author: true } });
  const manyBare = await bare.post.findMany({ include: { author: true } });
  same<typeof many, typeof manyBare>();
  const posts = await db.user.findUniqueOrThrow({ where: { id: 1 } }).posts();
  same<(typeof posts)[number]['title'], string>();
  const grouped = await db.post.groupBy({ by: ['authorId'], _count: { _all: true } });
  same<(typeof grouped)[number], { authorId: number; _count: { _all: number } }>();
  const aggregated = await db.post.aggregate({ _max: { id: true } });
  same<typeof aggregated, { _max: { id: number | null } }>();
  const created = await db.user.create({ data: { email: 'a', posts: { create: [{ title: 'b' }] } } });
  const createdBare = await bare.user.create({ data: { email: 'a' } });
  same<typeof created, typeof createdBare>();
  const rows = await db.$queryRaw<{ n: number }[]>`SELECT 1 AS n`;
  same<typeof rows, { n: number }[]>();
  const changed = await db.$executeRaw`SELECT 1`;
  same<typeof changed, number>();
}

export async function transactions() {
  const batch = await db.$transaction([
    db.user.count(),
    db.user.findMany({ select: { email: true } }),
    db.$executeRaw`SELECT 1`,
  ]);
  same<typeof batch, [number, { email: string }[], number]>();
  const answer = await db.$transaction(
    async (tx) => {
      // @ts-expect-error there is no connecting inside a transaction
      tx.$connect();
      return tx.user.count();
    },
    { maxWait: 1, timeout: 2 },
  );
  same<typeof answer, number>();
}

export async function otherExtensions() {
  const greeting = { model: { user: { greet: () => 'hello' } } };
  const shouting = {
    result: { user: { loud: { needs: { email: true }, compute: ({ email }: { email: string }) => email } } },
  };
  const before = bare.$extends(greeting).$extends(shouting).$extends(breakerExtension());
  const after = db.$extends(greeting).$extends(shouting);
  for (const both of [before, after]) {
    same<ReturnType<typeof both.user.greet>, string>();
    const user = await both.user.findFirstOrThrow();
    same<typeof user.loud, string>();
    same<typeof both.$breakers, Group>();
  }
  const inside = await after.$transaction(async (tx) => tx.user.greet());
  same<typeof inside, string>();
}

export function breakers(): Group {
  same<typeof db.$breakers, Group>();
  return db.$breakers;
}

export async function mistakes() {
  // @ts-expect-error no such column
  await db.user.findMany({ where: { nope: 1 } });
  // @ts-expect-error a column of another type
  await db.user.create({ data: { email: 1 } });
  const some = await db.user.findFirstOrThrow({ select: { email: true } });
  // @ts-expect-error not selected
  void some.id;
  // @ts-expect-error no such model
  void db.nope;
  // @ts-expect-error nothing else has been added
  void db.$nope;
}

export type UserWithPosts = Prisma.UserGetPayload<{ include: { posts: true } }>;
