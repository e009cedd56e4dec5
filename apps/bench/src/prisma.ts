// What the extension of @cb/prisma costs a call, beside the bare client: `node apps/bench/dist/prisma.js [rounds]`, after a build.
// The database is a stub that answers at once, so that Prisma and the extensions are all there is. One process per subject, rounds
// interleaved, CPU time of the whole process.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { breakerExtension } from '@cb/prisma';
import { PrismaClient } from '@cb/prisma-host-7';
import { warmUp } from './measure/calls.ts';
import { medianChunk, timeCalls } from './measure/chunks.ts';
import { type Effort, FULL } from './measure/effort.ts';
import { median } from './measure/median.ts';
import { circumstances, describe } from './report/machine.ts';

type AdapterFactory = NonNullable<ConstructorParameters<typeof PrismaClient>[0]['adapter']>;

const EFFORT: Effort = { ...FULL, warmUpCalls: 10_000, chunkCalls: 1_000, leastMs: 1_000 };
type Call = () => Promise<unknown>;
/** A client, and what is put around each of its calls. */
interface Guarded {
  readonly db: PrismaClient;
  readonly around: (call: Call) => Call;
}
const inside = (db: unknown): Guarded => ({ db: db as PrismaClient, around: (call) => call });

const SUBJECTS: Record<string, (client: PrismaClient) => Guarded | Promise<Guarded>> = {
  bare: inside,
  'an extension that does nothing': (client) =>
    inside(client.$extends({ query: { $allOperations: ({ args, query }) => query(args) } })),
  '@cb/prisma': (client) => inside(client.$extends(breakerExtension())),
  '@cb/prisma, open': (client) => {
    const extension = breakerExtension();
    extension.breakers.get('prisma').setMode('forced-open');
    return inside(client.$extends(extension));
  },
  opossum10: async (db) => {
    const { default: Opossum } = await import('opossum10');
    const window = { rollingCountTimeout: 10_000, rollingCountBuckets: 10 };
    const breaker = new Opossum((call: Call) => call(), { timeout: false, ...window });
    return { db, around: (call) => () => breaker.fire(call) };
  },
  cockatiel4: async (db) => {
    const lib = await import('cockatiel4');
    const breaker = new lib.SamplingBreaker({ threshold: 0.5, duration: 10_000, minimumRps: 2 });
    const policy = lib.circuitBreaker(lib.handleAll, { halfOpenAfter: 10_000, breaker });
    return { db, around: (call) => () => policy.execute(call) };
  },
};
const CALLS: Record<string, (db: PrismaClient) => Promise<unknown>> = {
  findUnique: (db) => db.user.findUnique({ where: { id: 1 } }),
  $queryRaw: (db) => db.$queryRaw`SELECT 1`,
  'batch of two': (db) => db.$transaction([db.user.count(), db.user.count()]),
};

interface Cost {
  readonly call: string;
  readonly cpuMicros: number;
}

/** Answers at once, with one user. */
function stubAdapter(): AdapterFactory {
  const answer = { columnNames: ['id', 'email'], columnTypes: [0, 7], rows: [[1, 'ada@example.com']] };
  const nothing = async (): Promise<void> => {};
  const queryable = {
    provider: 'sqlite',
    adapterName: 'stub',
    queryRaw: async () => answer,
    executeRaw: async () => 1,
  };
  const transaction = {
    ...queryable,
    options: { usePhantomQuery: true },
    commit: nothing,
    rollback: nothing,
  };
  const connection = {
    ...queryable,
    executeScript: nothing,
    dispose: nothing,
    startTransaction: async () => transaction,
  };
  return {
    provider: 'sqlite',
    adapterName: 'stub',
    connect: async () => connection,
  } as unknown as AdapterFactory;
}

async function measure(subject: string): Promise<Cost[]> {
  const make = SUBJECTS[subject];
  if (make === undefined) throw new Error(`no subject ${subject}`);
  const { db, around } = await make(new PrismaClient({ adapter: stubAdapter() }));
  const costs: Cost[] = [];
  for (const [call, run] of Object.entries(CALLS)) {
    const once = around(() => run(db));
    await warmUp((calls) => timeCalls(once, calls), EFFORT);
    const cpuMicros = await medianChunk(EFFORT, async () => {
      const before = process.cpuUsage();
      await timeCalls(once, EFFORT.chunkCalls);
      const { user, system } = process.cpuUsage(before);
      return (user + system) / EFFORT.chunkCalls;
    });
    costs.push({ call, cpuMicros });
  }
  return costs;
}

async function main(rounds: number): Promise<void> {
  const about = circumstances(rounds, false);
  const names = Object.keys(SUBJECTS);
  const samples = new Map<string, number[]>();
  for (let round = 0; round < rounds; round++) {
    for (const subject of names) {
      process.stderr.write(`round ${round + 1}/${rounds}: ${subject}\n`);
      const { stdout } = await promisify(execFile)(process.execPath, [
        fileURLToPath(import.meta.url),
        '--of',
        subject,
      ]);
      for (const { call, cpuMicros } of JSON.parse(stdout) as Cost[]) {
        const key = `${subject} ${call}`;
        samples.set(key, [...(samples.get(key) ?? []), cpuMicros]);
      }
    }
  }
  const cells = (call: string): string =>
    names.map((subject) => median(samples.get(`${subject} ${call}`) ?? []).toFixed(1)).join(' | ');
  const lines = Object.keys(CALLS).map((call) => `| ${call} | ${cells(call)} |`);
  process.stdout.write(`${describe(about)} CPU microseconds per call.\n
| | ${names.join(' | ')} |
|---|${'---:|'.repeat(names.length)}
${lines.join('\n')}
`);
}

const [first, subject] = process.argv.slice(2);
if (first === '--of') {
  process.stdout.write(JSON.stringify(await measure(String(subject))), () => process.exit(0));
} else {
  await main(Number(first ?? 5));
}
