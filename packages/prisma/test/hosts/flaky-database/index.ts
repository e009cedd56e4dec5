/** A database that fails on demand, for Prisma's driver adapters: nothing is mocked above the driver. */
export interface Trouble {
  /** Calls of the driver so far, in order: `queryRaw`, `executeRaw`, `startTransaction`, … */
  readonly reached: readonly string[];
  /** `healthy`; `refusing`: every call of the driver fails as with nobody listening; `waiting`: it waits for `release`. */
  become(mood: Mood): void;
  /** Lets go on what waits, and whatever comes. */
  release(): void;
}
type Mood = 'healthy' | 'refusing' | 'waiting';

/** Where trouble is met. The end of a transaction is none: it must not stay open. */
const CALLS: readonly string[] = ['queryRaw', 'executeRaw', 'startTransaction', 'transactionContext'];
/** What answers with an object that goes to the database as well. */
const NESTED: readonly string[] = ['connect', 'startTransaction', 'transactionContext'];
/** Prisma 5 begins in two steps, and holds a lock between them that only the second gives back. */
const SECOND_STEP: readonly string[] = ['queryRaw', 'executeRaw'];

/**
 * Makes a driver adapter, or a factory of them, fail as told.
 *
 * @param refused makes the error that this version's drivers report when nobody listens.
 * @example
 * const { adapter, trouble } = makeFlaky(new PrismaLibSql({ url }), () => new DriverAdapterError({ kind: 'DatabaseNotReachable' }));
 * const db = new PrismaClient({ adapter });
 * trouble.become('refusing');
 */
export function makeFlaky<T extends object>(
  target: T,
  refused: () => Error,
): { adapter: T; trouble: Trouble } {
  const reached: string[] = [];
  let mood: Mood = 'healthy';
  let waiting: (() => void)[] = [];

  async function meetTrouble(call: string): Promise<void> {
    reached.push(call);
    if (mood === 'waiting') await new Promise<void>((resolve) => waiting.push(resolve));
    if (mood === 'refusing') throw refused();
  }
  function wrap<O extends object>(object: O, calls = CALLS): O {
    return new Proxy(object, {
      get(owner, name) {
        const value: unknown = Reflect.get(owner, name, owner);
        if (typeof value !== 'function' || typeof name !== 'string') return value;
        if (!calls.includes(name) && !NESTED.includes(name)) return value.bind(owner);
        return async (...args: unknown[]) => {
          if (calls.includes(name)) await meetTrouble(name);
          const answer: unknown = await Reflect.apply(value, owner, args);
          if (!NESTED.includes(name)) return answer;
          return wrapAnswer(answer, name === 'transactionContext' ? SECOND_STEP : CALLS);
        };
      },
    });
  }
  /** Prisma 5 puts what it answers with into a box. */
  function wrapAnswer(answer: unknown, calls: readonly string[]): unknown {
    const box = answer as { ok?: boolean; map?(change: (value: object) => object): unknown };
    return box.ok === undefined ? wrap(box, calls) : box.map?.((value) => wrap(value, calls));
  }

  return {
    adapter: wrap(target),
    trouble: {
      reached,
      become(next) {
        mood = next;
      },
      release() {
        mood = 'healthy';
        for (const go of waiting) go();
        waiting = [];
      },
    },
  };
}
