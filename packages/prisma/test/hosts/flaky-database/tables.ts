/** What `prisma migrate` would make of the models in `schema.prisma`. */
export const CREATE_TABLES: readonly string[] = [
  'CREATE TABLE "User" ("id" INTEGER PRIMARY KEY, "email" TEXT NOT NULL)',
  'CREATE UNIQUE INDEX "User_email_key" ON "User"("email")',
  'CREATE TABLE "Post" ("id" INTEGER PRIMARY KEY, "title" TEXT NOT NULL, "authorId" INTEGER NOT NULL REFERENCES "User"("id"))',
];
