import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Breaker, type Counts, consecutiveFailures, fixed } from '@cb/core';
import type { Trouble } from '@cb/flaky-database';
import { CREATE_TABLES } from '@cb/flaky-database/tables';
import type * as prisma7 from '@cb/prisma-host-7';
import { type ManualClock, manualClock } from '@cb/testing';
import { onTestFinished } from 'vitest';
import { breakerExtension, type PrismaBreakerOptions } from '../../src/index.ts';

/** Prisma's versions as the tests use them. What differs between their types is no matter of these tests: `test/types` is. */
export type Host = typeof prisma7;
export type Bare = prisma7.PrismaClient;

export const VERSIONS = ['5.22.0', '6.19.3', '7.10.0'] as const;
type Version = (typeof VERSIONS)[number];

const HOSTS: Record<Version, () => Promise<unknown>> = {
  '5.22.0': () => import('@cb/prisma-host-5'),
  '6.19.3': () => import('@cb/prisma-host-6'),
  '7.10.0': () => import('@cb/prisma-host-7'),
};

/** A client of that version over a fresh libSQL file, with its tables and one user, and a database that fails as told. */
export async function openDatabase(
  version: Version = '7.10.0',
): Promise<{ bare: Bare; trouble: Trouble; reached: () => number }> {
  const host = (await HOSTS[version]()) as Host;
  const folder = mkdtempSync(join(tmpdir(), 'cb-prisma-'));
  template ??= makeTemplate();
  writeFileSync(join(folder, 'test.db'), await template);
  const { client: bare, trouble } = host.openFlaky(`file:${folder}/test.db`);
  onTestFinished(async () => {
    trouble.release();
    await bare.$disconnect();
    rmSync(folder, { recursive: true, force: true });
  });
  return { bare, trouble, reached: () => trouble.reached.length };
}

let template: Promise<Buffer> | undefined;

/** Made once and copied, since making tables waits for the disk at every statement. */
async function makeTemplate(): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'cb-prisma-'));
  try {
    const { client } = ((await HOSTS['7.10.0']()) as Host).openFlaky(`file:${folder}/template.db`);
    for (const statement of CREATE_TABLES) await client.$executeRawUnsafe(statement);
    await client.user.create({ data: { email: 'ada@example.com' } });
    await client.$disconnect();
    return readFileSync(join(folder, 'template.db'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The options of most tests: two failures in a row open it, for a second that passes when told. */
export function quickToOpen(clock: ManualClock): PrismaBreakerOptions {
  return {
    clock,
    openWhen: consecutiveFailures(2),
    stayOpen: fixed(1_000),
    probing: { probes: 1, atOnce: 1 },
  };
}

/** The same with a guarded client. */
export async function openGuarded(version: Version = '7.10.0', options: PrismaBreakerOptions = {}) {
  const { bare, trouble, reached } = await openDatabase(version);
  const clock = manualClock();
  const extension = breakerExtension({ ...quickToOpen(clock), ...options });
  const db = bare.$extends(extension);
  const only = (): Breaker => extension.breakers.get(options.name ?? 'prisma');
  return { bare, trouble, reached, clock, extension, db, only };
}

/** What a breaker has counted, without the zeros. */
export function counted(breaker: Breaker): Partial<Counts & { inFlight: number }> {
  const { counts, inFlight } = breaker.snapshot();
  return Object.fromEntries(Object.entries({ ...counts, inFlight }).filter(([, n]) => n > 0));
}

/** What a promise rejects with; a test that gets here with a result fails. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<Error & { code?: string }> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it did not fail');
}
