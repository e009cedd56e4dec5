import type { PolicyList, PolicyReport } from '@cb/protocol';
import { connectDashboard } from '@cb/reporter';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Fleet } from '../src/server/fleet.ts';
import type { Instance } from '../src/server/instance.ts';
import { listPolicies } from '../src/server/policy-list.ts';
import { helloOf, read, registrationOf, service, start, until } from './support.ts';

const T0 = 1_700_000_000_000;

function policyOf(id: number, more: Partial<PolicyReport> = {}): PolicyReport {
  return { id, kind: 'retry', name: `policy-${id}`, counts: { retries: 0 }, gauges: {}, ...more };
}

interface Joined {
  instance: Instance;
  owner: object;
}
function join(fleet: Fleet, name: string, of = 'checkout', now = T0): Joined {
  const owner: object = { name };
  return {
    owner,
    instance: fleet.attach(helloOf({ service: of, instance: name, now }), owner, now).instance,
  };
}

function list(fleet: Fleet, now = T0, query: { service?: string; each?: boolean } = {}) {
  const { service: wanted, each = false } = query;
  return listPolicies(fleet.instances.values(), { service: wanted, each }, now);
}

function rates(fleet: Fleet, now: number): Record<string, number> | undefined {
  return list(fleet, now).policies[0]?.perSecond;
}

/** Moves time second by second, as the server does. */
function pass(fleet: Fleet, from: number, to: number): void {
  for (let t = from; t <= to; t += 1_000) fleet.check(t);
}

describe('policies of a fleet', () => {
  it('are rows over the instances that run them: sums, and the largest of what is no amount', () => {
    const fleet = new Fleet();
    const gauges = { inFlight: 2, limit: 20, afterMs: 40, loadRatio: 0.5 };
    for (const name of ['b', 'a']) {
      const { instance } = join(fleet, name);
      const config = { attempts: name === 'a' ? 3 : 4 };
      const more = { counts: { retries: 5 }, gauges: { ...gauges, afterMs: name === 'a' ? 40 : 60 }, config };
      fleet.hearPolicies(instance, [policyOf(1, more), policyOf(2)], T0);
    }
    const { policies, services, more } = list(fleet, T0, { each: true });
    expect({ services, more }).toEqual({ services: ['checkout'], more: 0 });
    expect(policies).toMatchObject([
      {
        service: 'checkout',
        kind: 'retry',
        name: 'policy-1',
        instances: 2,
        counts: { retries: 10 },
        gauges: { inFlight: 4, limit: 40, afterMs: 60, loadRatio: 0.5 },
        config: { attempts: 3 },
        mixed: true,
        each: [
          { instance: 'a', counts: { retries: 5 }, gauges: { afterMs: 40 }, config: { attempts: 3 } },
          { instance: 'b', counts: { retries: 5 }, gauges: { afterMs: 60 }, config: { attempts: 4 } },
        ],
      },
      { name: 'policy-2', config: null },
    ]);
    expect(policies[1]).not.toHaveProperty('mixed');
    expect(list(fleet).policies[0]).not.toHaveProperty('each');
  });

  it('come in order of service, name and kind, of one service where that is asked for', () => {
    const fleet = new Fleet();
    const kinds = ['timeout', 'bulkhead'].map((kind, id) => policyOf(id, { kind, name: 'payments' }));
    fleet.hearPolicies(join(fleet, 'a', 'shop').instance, kinds, T0);
    fleet.hearPolicies(join(fleet, 'a', 'catalog').instance, [policyOf(1)], T0);
    const named = (service?: string): string[] =>
      list(fleet, T0, service === undefined ? {} : { service }).policies.map(
        (row) => `${row.service} ${row.name} ${row.kind}`,
      );
    expect(named()).toEqual(['catalog policy-1 retry', 'shop payments bulkhead', 'shop payments timeout']);
    expect(named('catalog')).toEqual(['catalog policy-1 retry']);
    expect(named('nobody')).toEqual([]);
    expect(list(fleet, T0, { service: 'catalog' }).services).toEqual(['catalog', 'shop']);
  });

  it('have rates over the last seconds, none for what was counted before they were heard, 0 after a while', () => {
    const fleet = new Fleet();
    const { instance } = join(fleet, 'a');
    const say = (retries: number, now: number): void =>
      fleet.hearPolicies(instance, [policyOf(1, { counts: { retries } })], now);
    say(1_000_000, T0);
    expect(rates(fleet, T0)).toEqual({ retries: 0 });
    for (let s = 1; s <= 60; s++) say(1_000_000 + 4 * s, T0 + s * 1_000);
    expect(rates(fleet, T0 + 60_000)).toEqual({ retries: 4 });
    for (let s = 61; s <= 70; s++) say(1_000_240 + 10 * (s - 60), T0 + s * 1_000);
    expect(rates(fleet, T0 + 70_000)).toEqual({ retries: 10 });
    expect(rates(fleet, T0 + 79_999)?.retries).toBeLessThan(6);
    expect(rates(fleet, T0 + 80_000)).toEqual({ retries: 0 });
    // After a quiet hour one burst is a burst of these seconds, not of the hour.
    say(1_000_400, T0 + 3_600_000);
    expect(rates(fleet, T0 + 3_600_000)).toEqual({ retries: 12 });
  });

  it('begin anew where totals fall or another policy takes the id', () => {
    const fleet = new Fleet();
    const { instance } = join(fleet, 'a');
    const hear = (more: Partial<PolicyReport>, at: number): void =>
      fleet.hearPolicies(instance, [policyOf(1, more)], at);
    hear({ counts: { retries: 50 }, config: { attempts: 2 } }, T0);
    hear({ counts: { retries: 2 } }, T0 + 1_000);
    expect(rates(fleet, T0 + 1_000)).toEqual({ retries: 0 });
    hear({ counts: { retries: 5 } }, T0 + 2_000);
    expect(rates(fleet, T0 + 2_000)).toEqual({ retries: 3 });
    expect(list(fleet).policies[0]?.config).toEqual({ attempts: 2 });
    hear({ kind: 'hedge', counts: { hedged: 9 } }, T0 + 3_000);
    expect(list(fleet, T0 + 3_000).policies).toMatchObject([{ kind: 'hedge', perSecond: { hedged: 0 } }]);
    expect(list(fleet).policies[0]?.config).toBeNull();
    expect(fleet.policies.size).toBe(1);
  });

  it('go with what takes them away: a farewell, lost heartbeats, a new connection, the process itself', () => {
    const fleet = new Fleet();
    const a = join(fleet, 'a');
    const b = join(fleet, 'b');
    for (const { instance } of [a, b]) fleet.hearPolicies(instance, [policyOf(1), policyOf(2)], T0);
    fleet.hearPolicies(a.instance, [policyOf(2, { gone: true }), policyOf(7, { gone: true })], T0);
    expect(fleet.policies.size).toBe(3);
    fleet.detach(a.instance, a.owner, T0, true);
    expect(list(fleet).policies.map(({ instances }) => instances)).toEqual([1, 1]);
    fleet.detach(b.instance, b.owner, T0, false);
    expect(list(fleet).policies).toHaveLength(2);
    pass(fleet, T0, T0 + 16_000);
    expect(list(fleet, T0 + 16_000)).toEqual({ policies: [], services: [], more: 0 });
    expect(fleet.policies.size).toBe(0);
    fleet.hearPolicies(join(fleet, 'a').instance, [policyOf(1)], T0);
    expect(fleet.policies.size).toBe(1);
    join(fleet, 'a');
    expect(fleet.policies.size).toBe(0);
  });

  it('of an instance that stood still are hidden, and there again when it is heard', () => {
    const fleet = new Fleet();
    const { instance } = join(fleet, 'a');
    fleet.hearPolicies(instance, [policyOf(1, { config: { attempts: 2 } })], T0);
    pass(fleet, T0, T0 + 16_000);
    expect(list(fleet, T0 + 16_000).policies).toEqual([]);
    fleet.heard(instance, T0 + 17_000);
    expect(list(fleet, T0 + 17_000).policies).toMatchObject([{ config: { attempts: 2 } }]);
  });

  it('are bounded, over all and of one instance, and in one answer', () => {
    const fleet = new Fleet({ policies: 1_500 });
    const { instance } = join(fleet, 'a');
    fleet.hearPolicies(
      instance,
      Array.from({ length: 1_005 }, (_, id) => policyOf(id)),
      T0,
    );
    expect([fleet.policies.size, fleet.policies.refused]).toEqual([1_000, 5]);
    const other = join(fleet, 'b');
    const more = Array.from({ length: 600 }, (_, id) => policyOf(id, { kind: 'hedge' }));
    fleet.hearPolicies(other.instance, more, T0);
    expect([fleet.policies.size, fleet.policies.refused]).toEqual([1_500, 105]);
    expect(list(fleet).policies).toHaveLength(1_000);
    expect(list(fleet).more).toBe(500);
    fleet.detach(other.instance, other.owner, T0, true);
    expect(fleet.policies.size).toBe(1_000);
  });

  it('of a hundred and more instances name the first hundred', () => {
    const fleet = new Fleet();
    for (let i = 0; i < 120; i++) fleet.hearPolicies(join(fleet, `i-${i}`).instance, [policyOf(1)], T0);
    const row = list(fleet, T0, { each: true }).policies[0];
    expect(row).toMatchObject({ instances: 120 });
    expect(row?.each).toHaveLength(100);
  });
});

describe('policies of a dashboard server', () => {
  it('come from a reporter and are read over HTTP', async () => {
    const server = await start();
    const counts = { retries: 3, recovered: 2 };
    const policy = {
      kind: 'retry',
      name: 'payments',
      snapshot: () => ({ counts: { ...counts }, gauges: { inFlight: 1 }, config: { attempts: 3 } }),
    };
    const options = { url: server.url, service: 'checkout', policies: [policy] };
    const reporter = connectDashboard({ ...options, instance: 'a' });
    const other = connectDashboard({ ...options, instance: 'b' });
    onTestFinished(async () => {
      await Promise.all([reporter.close(), other.close()]);
    });
    await until(() => server.stats().policies === 2, 'told');
    expect(await read<PolicyList>(server, 'policies')).toMatchObject({
      services: ['checkout'],
      policies: [{ kind: 'retry', instances: 2, counts: { retries: 6 }, config: { attempts: 3 } }],
    });
    counts.retries = 8;
    await until(async () => {
      const { policies } = await read<PolicyList>(server, 'policies?service=checkout&instances=1');
      return policies[0]?.each?.every((each) => each.counts.retries === 8) === true;
    }, 'both told the new total');
    await other.close();
    await until(() => server.stats().policies === 1, 'gone with its instance');
    expect((await read<PolicyList>(server, 'policies?service=nobody')).policies).toEqual([]);
    expect(server.stats().refused).toMatchObject({ badMessage: 0, badEntry: 0, unknownMessage: 0 });
  });

  it('are listed once a second at most for all who ask the same', async () => {
    let now = T0;
    const server = await start({ clock: () => now });
    const from = await service(server);
    const say = async (retries: number): Promise<void> => {
      from.emit('pol', [policyOf(1, { counts: { retries } })]);
      await from.emitWithAck('rm', []);
    };
    const total = async (query = ''): Promise<number | undefined> =>
      (await read<PolicyList>(server, `policies${query}`)).policies[0]?.counts.retries;
    await say(1);
    expect(await total()).toBe(1);
    await say(2);
    now += 999;
    expect(await total()).toBe(1);
    expect([await total('?service=checkout'), await total('?service=')]).toEqual([2, undefined]);
    now += 1;
    expect(await total()).toBe(2);
    for (let i = 0; i < 20; i++) await total(`?service=${i}`);
    await say(3);
    expect(await total()).toBe(3);
  });

  it('keep names and settings from nowhere as text, and pollute nothing', async () => {
    const server = await start();
    const from = await service(server);
    const markup = '<img src=x onerror=alert(1)>';
    const poison = JSON.parse('{"__proto__":5,"constructor":6}');
    const config = JSON.parse('{"__proto__":{"polluted":true},"toJSON":"x"}');
    for (const [id, name] of ['__proto__', 'constructor', markup].entries())
      from.emit('pol', [policyOf(id, { kind: name, name, counts: poison, gauges: poison, config })]);
    await until(() => server.stats().policies === 3, 'taken');
    const { policies } = await read<PolicyList>(server, 'policies?instances=1');
    expect(policies.map(({ kind, name }) => [kind, name])).toEqual([
      [markup, markup],
      ['__proto__', '__proto__'],
      ['constructor', 'constructor'],
    ]);
    for (const row of policies) {
      expect(Object.entries(row.counts)).toEqual(Object.entries(poison));
      expect(row.perSecond.constructor).toBe(0);
    }
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('that cannot be used are counted, and the breakers go on', async () => {
    const server = await start();
    const from = await service(server);
    from.emit('pol', [policyOf(1), { id: 2 }, null]);
    from.emit('pol', [
      policyOf(3, { counts: { retries: Number.MAX_VALUE }, gauges: { x: -Number.MAX_VALUE } }),
    ]);
    from.emit('pol', []);
    expect(await from.emitWithAck('reg', [registrationOf(2)])).toEqual({ ok: true });
    expect(server.stats()).toMatchObject({
      policies: 2,
      rows: 2,
      refused: { badEntry: 2, badMessage: 0, fault: 0 },
    });
    await read(server, 'policies');
  });
});
