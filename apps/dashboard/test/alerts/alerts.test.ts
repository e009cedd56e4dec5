import type { AlertList, AlertTestResult } from '@cb/protocol';
import { expect, it, onTestFinished } from 'vitest';
import type { Caller } from '../../src/server/access.ts';
import { alertRoutes } from '../../src/server/alerts/alert-routes.ts';
import type { AlertRule } from '../../src/server/alerts/alert-rule.ts';
import { Alerts } from '../../src/server/alerts/alerts.ts';
import { checkAlerts } from '../../src/server/alerts/check-alerts.ts';
import { PATIENCE } from '../../src/server/alerts/webhook-line.ts';
import { AuditLog } from '../../src/server/audit.ts';
import { Fleet } from '../../src/server/fleet.ts';
import { Lifecycle } from '../../src/server/lifecycle.ts';
import { Refusals } from '../../src/server/refusals.ts';
import type { Route } from '../../src/server/routes.ts';
import type { ServerContext } from '../../src/server/server-context.ts';
import { changeOf, helloOf, read, registrationOf, service, start, until } from '../support.ts';
import { Receiver, verified } from './receiver.ts';

const SECRET = 'hunter2-hunter2-hunter2';
const TOKENS = { viewToken: 'view-token', controlToken: 'control-token', adminToken: 'admin-token' };
const admin: Caller = { role: 'admin', id: '0badcafe', address: '::1' };

interface Bench {
  alerts: Alerts;
  context: ServerContext & { now: () => number };
  /** What people did. */
  acts: unknown[];
  log: string[];
  clock: { now: number };
}

function bench(rules: unknown[]): Bench {
  const clock = { now: 1_800_000_000_000 };
  const acts: unknown[] = [];
  const log: string[] = [];
  const times = { now: () => clock.now, monotonic: () => clock.now };
  const context: ServerContext = {
    fleet: new Fleet(),
    refusals: new Refusals(),
    lifecycle: new Lifecycle(),
    ...times,
    alerts: true,
    control: true,
    audit: new AuditLog({ ...times, sinks: [{ write: (record) => acts.push(record) }] }),
    log: (line) => log.push(line),
  };
  const patience = { ...PATIENCE, attempts: 2, firstWaitMs: 1, attemptMs: 300, burst: 100 };
  const alerts = new Alerts(checkAlerts(rules, 'alerts'), context, {
    publicUrl: 'https://b.example.com/',
    patience,
  });
  onTestFinished(() => alerts.close());
  return { alerts, context, acts, log, clock };
}

function route({ alerts, context }: Bench, method: string): Route {
  const found = alertRoutes(alerts, context).find((each) => each.method === method);
  if (found === undefined) throw new Error('no such route');
  return found;
}

async function sendTest(of: Bench, body: unknown): Promise<{ status: number; result: AlertTestResult }> {
  const reply = await route(of, 'POST').answer({ query: new URLSearchParams(), body, caller: admin });
  const result =
    reply.status === 200 ? (JSON.parse(String(reply.body)) as AlertTestResult) : { ok: false, tookMs: 0 };
  return { status: reply.status, result };
}

it('tells an outage of five hundred breakers in ten requests, and its end in ten more', async () => {
  const receiver = await Receiver.start();
  const { alerts, context, clock } = bench([
    { name: 'open', when: 'state', debounceMs: 0, webhook: { url: receiver.url } },
  ]);
  const { fleet } = context;
  const { instance } = fleet.attach(helloOf({ now: clock.now }), {}, clock.now);
  const ids = Array.from({ length: 500 }, (_, i) => i + 1);
  fleet.register(
    instance,
    ids.map((id) => registrationOf(id, { since: clock.now - 60_000 })),
    clock.now,
  );
  fleet.change(
    instance,
    ids.map((id) => changeOf(id, { id, t: clock.now })),
    clock.now,
  );
  alerts.check();
  expect(alerts.status()[0]).toMatchObject({ firingCount: 500, counts: { made: 500 } });
  expect(alerts.status()[0]?.firing).toHaveLength(50);
  await until(() => alerts.status()[0]?.counts.delivered === 500, 'all were told');
  expect(receiver.received).toHaveLength(10);
  clock.now += 60_000;
  fleet.change(
    instance,
    ids.map((id) => changeOf(500 + id, { id, t: clock.now, from: 'open', to: 'closed' })),
    clock.now,
  );
  alerts.check();
  await until(() => alerts.status()[0]?.counts.delivered === 1_000, 'their ends too');
  expect(receiver.received).toHaveLength(20);
  expect(new Set(receiver.notices).size).toBe(1_000);
  expect(alerts.status()[0]?.firingCount).toBe(0);
});

it('goes on with the others where one rule fails, and counts it', async () => {
  const receiver = await Receiver.start();
  const webhook = { url: receiver.url };
  const [bad, good] = checkAlerts(
    ['bad', 'good'].map((name) => ({ name, when: 'state', debounceMs: 0, webhook })),
    'alerts',
  ) as [AlertRule, AlertRule];
  const fits = (): never => {
    throw new Error('out of order');
  };
  const { context, log, clock } = bench([]);
  const alerts = new Alerts([{ ...bad, fits }, good], context);
  const { instance } = context.fleet.attach(helloOf({ now: clock.now }), {}, clock.now);
  context.fleet.register(
    instance,
    [registrationOf(1, { state: 'open', since: clock.now - 5_000 })],
    clock.now,
  );
  alerts.check();
  expect([context.refusals.read().fault, log]).toEqual([1, ['alert "bad" failed: out of order']]);
  await until(() => alerts.status()[1]?.counts.delivered === 1, 'the other one was told');
  await alerts.close();
});

it('has one queue for all rules that use one webhook', async () => {
  const receiver = await Receiver.start();
  const webhook = { url: receiver.url };
  const { alerts, context, clock } = bench([
    { name: 'a', when: 'state', debounceMs: 0, webhook },
    { name: 'b', when: 'open-longer', longerThanMs: 1_000, webhook },
  ]);
  const { instance } = context.fleet.attach(helloOf({ now: clock.now }), {}, clock.now);
  context.fleet.register(
    instance,
    [registrationOf(1, { state: 'open', since: clock.now - 5_000 })],
    clock.now,
  );
  alerts.check();
  await until(() => alerts.status().every(({ counts }) => counts.delivered === 1), 'both were told');
  expect(receiver.received.map(({ payload }) => payload.notices.map(({ rule }) => rule))).toEqual([
    ['a', 'b'],
  ]);
});

it('sends a signed test to whom an administrator names, notes it, and answers what happened', async () => {
  const receiver = await Receiver.start();
  const of = bench([{ name: 'open', when: 'state', webhook: { url: receiver.url, secret: SECRET } }]);
  receiver.script = [{ status: 200, body: 'thanks' }, { status: 403, body: `who is ${SECRET}?` }, 'reset'];
  const first = await sendTest(of, { name: 'open' });
  expect(first).toEqual({ status: 200, result: { ok: true, status: 200, answer: 'thanks', tookMs: 0 } });
  const [request] = receiver.received as [(typeof receiver.received)[0]];
  expect(request.payload).toMatchObject({ test: true, notices: [{ rule: 'open', service: 'example' }] });
  expect(verified(request, SECRET, of.clock.now / 1_000)).toBe(true);

  expect((await sendTest(of, { name: 'open' })).status).toBe(429);
  of.clock.now += 2_000;
  const second = await sendTest(of, { name: 'open' });
  expect(second.result).toEqual({
    ok: false,
    status: 403,
    problem: 'HTTP 403',
    answer: 'who is …?',
    tookMs: 0,
  });
  of.clock.now += 2_000;
  const third = await sendTest(of, { name: 'open' });
  expect(third.result.problem).toMatch(/^(ECONNRESET|UND_ERR_SOCKET)$/);
  const who = { token: '0badcafe', role: 'admin', address: '::1', action: 'alert-test' };
  expect(of.acts).toEqual([
    { ...who, audit: 1, t: expect.any(Number), note: 'test of the alert "open": delivered, HTTP 200' },
    { ...who, audit: 2, t: expect.any(Number), note: 'test of the alert "open": not delivered: HTTP 403' },
    {
      ...who,
      audit: 3,
      t: expect.any(Number),
      note: expect.stringMatching(/^test of the alert "open": not delivered: [A-Z_]+$/),
    },
  ]);
  expect(receiver.received).toHaveLength(3);
});

it.each([
  [undefined],
  [null],
  ['open'],
  [{}],
  [{ name: 5 }],
  [{ name: 'x'.repeat(65) }],
  [{ name: 'open', url: 'http://x' }],
])('asks for the name of a rule, and takes nothing else from a request: %j', async (body) => {
  const receiver = await Receiver.start();
  const of = bench([{ name: 'open', when: 'state', webhook: { url: receiver.url } }]);
  if (JSON.stringify(body)?.includes('url')) {
    expect((await sendTest(of, body)).status).toBe(200);
    expect(receiver.received).toHaveLength(1);
  } else await expect(sendTest(of, body)).rejects.toThrow('Send { "name": … } with the name of an alert.');
  expect((await sendTest(of, { name: 'another' })).status).toBe(404);
});

it('tells what a service reports, within a second or two, and shows viewers how it went and no secret', async () => {
  const receiver = await Receiver.start();
  const log: string[] = [];
  const headers = { authorization: `Bearer ${SECRET}-header` };
  const server = await start({
    publicUrl: 'https://breakers.example.com',
    alerts: [
      {
        name: 'open',
        when: 'state',
        debounceMs: 0,
        webhook: { url: `${receiver.url}/${SECRET}-path`, secret: SECRET, headers },
      },
    ],
    log: (line) => log.push(line),
  });
  receiver.script = [500, 200];
  const socket = await service(server);
  await socket.emitWithAck('st', [changeOf(1)]);
  const list = (): Promise<AlertList> => read<AlertList>(server, 'alerts');
  await until(async () => (await list()).alerts[0]?.counts.delivered === 1, 'it was told');
  expect(receiver.received[1]?.payload.notices[0]).toMatchObject({
    status: 'firing',
    service: 'checkout',
    breaker: 'breaker-1',
    to: 'open',
    link: 'https://breakers.example.com/b/checkout/breaker-1',
  });
  const shown = await list();
  expect(shown).toEqual({
    now: expect.any(Number),
    alerts: [
      {
        name: 'open',
        when: 'state',
        watches: 'open or isolated',
        of: 'all breakers',
        firing: [{ service: 'checkout', name: 'breaker-1', state: 'open', since: expect.any(Number) }],
        firingCount: 1,
        webhook: { host: '127.0.0.1', format: 'json', signed: true, circuit: 'closed' },
        counts: { made: 1, delivered: 1, failed: 0, dropped: 0, waiting: 0 },
        last: {
          at: expect.any(Number),
          ok: true,
          status: 200,
          attempts: 2,
          notices: 1,
          tookMs: expect.any(Number),
        },
      },
    ],
  });
  expect(`${JSON.stringify(shown)}${log.join()}`).not.toMatch(/hunter2|of-the-operator/);
}, 15_000);

it('is for viewers to read and for administrators to test', async () => {
  const receiver = await Receiver.start();
  const server = await start({
    ...TOKENS,
    alerts: [{ name: 'open', when: 'state', webhook: { url: receiver.url } }],
  });
  const ask = (token: string, method: string, path: string): Promise<Response> =>
    fetch(`${server.url}api/v1/${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{"name":"open"}' }),
    });
  expect((await ask('view-token', 'GET', 'alerts')).status).toBe(200);
  expect((await ask('view-token', 'POST', 'alerts/test')).status).toBe(403);
  expect((await ask('control-token', 'POST', 'alerts/test')).status).toBe(403);
  expect(receiver.received).toEqual([]);
  expect((await ask('admin-token', 'POST', 'alerts/test')).status).toBe(200);
  expect(receiver.received).toHaveLength(1);
});
