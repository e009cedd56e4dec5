import { once } from 'node:events';
import { findPostgres } from '@cb/postgres-server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Demo, descendantsOf, startDemo, stillRunning } from './program.ts';

const withoutPostgres = findPostgres() === undefined && process.env.CI !== 'true';
const whyNot = withoutPostgres ? ' (not here: no initdb in $CB_PG_BIN or PATH, none embedded)' : '';

describe('demo', () => {
  let demo: Demo;
  beforeAll(async () => {
    demo = await startDemo('--speed', '4', '--postgres');
  }, 30_000);
  afterAll(() => {
    demo?.child.kill();
  });

  it.each([
    ['fetch', 'checkout', 'payments'],
    ['axios', 'checkout', 'shipping'],
    ['axios', 'checkout', 'fraud'],
    ['Prisma', 'orders', 'orders-db'],
  ])('opens and closes a breaker of %s: %s/%s', { timeout: 60_000 }, async (_, service, name) => {
    await expectWholeStory(service, name);
  });

  it.skipIf(withoutPostgres)(
    `opens and closes the breaker of a real PostgreSQL that it kills and starts again${whyNot}`,
    { timeout: 60_000 },
    async () => {
      await expectWholeStory('orders', 'postgres');
      expect(demo.printed.out).toMatch(
        /killed by the script \(SIGKILL\).*started again by the script.*takes queries/s,
      );
    },
  );

  it('says what each breaker guards, for the dashboard', async () => {
    const kinds = (await rows()).map(({ service, name, tags }) => [`${service}/${name}`, tags.kind]);
    expect(Object.fromEntries(kinds)).toMatchObject({
      'checkout/payments': 'http',
      'checkout/shipping': 'http',
      'orders/orders-db': 'db',
    });
  });

  it.each([
    ['catalog/recommendations', 'retry', 'retries'],
    ['catalog/prices', 'hedge', 'hedged'],
    ['orders/orders-db', 'timeout', 'timedOut'],
    ['orders/orders-db', 'fallback', 'replaced'],
    ['orders/orders-db', 'coalesce', 'followed'],
    ['orders/users', 'rate-limit', 'refused'],
    ['orders/users', 'bulkhead', 'queued'],
  ])(
    'has numbers for the policies around its calls: %s, %s, %s',
    { timeout: 60_000 },
    async (name, kind, what) => {
      await expect
        .poll(async () => (await policy(name, kind))?.counts[what], { timeout: 50_000, interval: 250 })
        .toBeGreaterThan(0);
    },
  );

  it('prints a token for each role, once and before its address, and lets an operator act', async () => {
    const before = demo.printed.out.slice(0, demo.printed.out.indexOf('The shop is open'));
    expect(before).toMatch(/^operator token: [\w-]{24}\nadmin token: [\w-]{24}\n$/);
    const token = /operator token: (\S+)/.exec(before)?.[1] ?? '';
    expect(demo.printed.out.split(token)).toHaveLength(2);
    const prices = async (): Promise<Row | undefined> =>
      (await rows()).find(({ service, name }) => service === 'checkout' && name === 'prices');
    await expect
      .poll(async () => (await prices())?.instances.length, { timeout: 20_000, interval: 250 })
      .toBe(2);
    const { epoch } = (await ask('directory')) as { epoch: string };
    const answer = await fetch(`${demo.url}api/v1/control`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        epoch,
        rows: [(await prices())?.row],
        op: 'observe',
        reason: 'to see what it would do',
        forMs: 5_000,
      }),
    });
    const { results } = (await answer.json()) as { results: { instance: string; ok: boolean }[] };
    expect(results.map(({ instance, ok }) => [instance, ok])).toEqual([
      ['checkout-1', true],
      ['checkout-2', true],
    ]);
  });

  // The last one: it ends the demo.
  it('leaves no process behind when it is killed, and has complained of nothing', async () => {
    const processes = descendantsOf(demo.child.pid as number);
    expect(processes.size).toBeGreaterThanOrEqual(5);
    const gone = once(demo.child, 'exit');
    demo.child.kill('SIGKILL');
    await gone;
    await expect.poll(() => stillRunning(processes), { timeout: 20_000 }).toEqual([]);
    expect(demo.printed.err).toBe('');
  });

  interface Row {
    readonly row: number;
    readonly service: string;
    readonly name: string;
    readonly tags: Record<string, string>;
    readonly instances: readonly unknown[];
  }

  async function rows(): Promise<Row[]> {
    return ((await ask('directory')) as { rows: Row[] }).rows;
  }

  async function policy(name: string, kind: string): Promise<PolicyRow | undefined> {
    const { policies } = (await ask('policies')) as { policies: PolicyRow[] };
    return policies.find((each) => `${each.service}/${each.name}` === name && each.kind === kind);
  }

  interface PolicyRow {
    readonly service: string;
    readonly kind: string;
    readonly name: string;
    readonly counts: Readonly<Record<string, number>>;
  }

  async function expectWholeStory(service: string, name: string): Promise<void> {
    await expect
      .poll(async () => pathOf(service, name), { timeout: 50_000, interval: 250 })
      .toMatch(
        /closed -> open, open -> half-open(, half-open -> open, open -> half-open)*, half-open -> closed/,
      );
  }

  /** The state changes of the first instance that has any, in order. */
  async function pathOf(service: string, name: string): Promise<string> {
    const row = (await rows()).find((each) => each.service === service && each.name === name)?.row;
    if (row === undefined) return '';
    const { events } = (await ask(`events?row=${row}&limit=200`)) as { events: Change[] };
    const oldestFirst = events.toReversed();
    return oldestFirst
      .filter(({ instance }) => instance === oldestFirst[0]?.instance)
      .map(({ from, to }) => `${from} -> ${to}`)
      .join(', ');
  }

  interface Change {
    readonly instance: string;
    readonly from: string;
    readonly to: string;
  }

  async function ask(what: string): Promise<unknown> {
    return (await fetch(`${demo.url}api/v1/${what}`)).json();
  }
});
