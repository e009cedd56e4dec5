import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { AlertNotice } from '@cb/protocol';
import { expect, it, onTestFinished } from 'vitest';
import type { WebhookOptions } from '../../src/server/alerts/alert-options.ts';
import { AlertTally } from '../../src/server/alerts/alert-tally.ts';
import { checkAlerts } from '../../src/server/alerts/check-alerts.ts';
import { PATIENCE, type Patience, WebhookLine } from '../../src/server/alerts/webhook-line.ts';
import { WebhookQueue } from '../../src/server/alerts/webhook-queue.ts';
import { until } from '../support.ts';
import { type Behaviour, Receiver, verified } from './receiver.ts';

const SECRET = 'a-secret-of-the-operator';
/** As patient as it is, but in less time. A webhook that answers is waited for, however slow this machine is. */
const QUICK: Patience = {
  ...PATIENCE,
  attempts: 4,
  firstWaitMs: 1,
  burst: 1_000,
  everyMs: 1,
  failures: 1_000,
};

/** Short only with one that never answers: nothing else is to run into it. */
function patienceFor(script: readonly Behaviour[]): Partial<Patience> {
  return script.includes('hang') ? { attemptMs: 250 } : {};
}

interface Setup {
  receiver: Receiver;
  queue: WebhookQueue;
  tally: AlertTally;
  log: string[];
  line: WebhookLine;
  push: (...ids: string[]) => void;
}

async function setUp(
  script: Behaviour[],
  webhook: Partial<WebhookOptions> = {},
  patience: Partial<Patience> = {},
): Promise<Setup> {
  const receiver = await Receiver.start();
  receiver.script = script;
  const [rule] = checkAlerts(
    [{ name: 'r', when: 'state', webhook: { url: receiver.url, secret: SECRET, ...webhook } }],
    'alerts',
  );
  if (rule === undefined) throw new Error('no rule');
  const log: string[] = [];
  const line = new WebhookLine(rule.webhook, Date.now, { ...QUICK, ...patience });
  let ids = 0;
  const queue = new WebhookQueue(rule.webhook, {
    line,
    now: Date.now,
    monotonic: () => performance.now(),
    publicUrl: 'https://breakers.example.com/',
    newId: () => `request-${++ids}`,
    log: (text) => log.push(text),
  });
  onTestFinished(() => queue.close(0));
  const tally = new AlertTally();
  const push = (...given: string[]): void => {
    for (const id of given) queue.push(noticeOf(id), tally);
    queue.flush();
  };
  return { receiver, queue, tally, log, line, push };
}

function noticeOf(id: string): AlertNotice {
  return {
    id,
    key: 'k',
    rule: 'r',
    when: 'state',
    status: 'firing',
    repeat: 0,
    summary: `<b>${id}</b> & others`,
    service: 's',
    breaker: 'b',
    tags: {},
    from: 'closed',
    to: 'open',
    since: 0,
    instances: { open: 1, total: 1, list: [] },
    link: 'https://breakers.example.com/b/s/b',
  };
}

/** Bytes that are really in use. */
function heapAfterCollection(): number {
  setFlagsFromString('--expose_gc');
  (runInNewContext('gc') as () => void)();
  return process.memoryUsage().heapUsed;
}

function numbers(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_, i) => String(from + i));
}

it('sends what belongs together in one request, signed, with an id, and says that it arrived', async () => {
  const { receiver, tally, push } = await setUp([200], {
    headers: { Authorization: 'Bearer of-the-operator' },
  });
  push('1', '2', '3');
  await until(() => tally.delivered === 3, 'it arrived');
  expect(receiver.received).toHaveLength(1);
  const [request] = receiver.received as [(typeof receiver.received)[0]];
  expect(request.payload).toMatchObject({
    v: 1,
    id: 'request-1',
    missed: 0,
    dashboard: 'https://breakers.example.com/',
  });
  expect(request.headers).toMatchObject({
    'content-type': 'application/json',
    'idempotency-key': 'request-1',
    authorization: 'Bearer of-the-operator',
  });
  expect(verified(request, SECRET, Date.now() / 1_000)).toBe(true);
  expect(verified(request, `${SECRET}!`, Date.now() / 1_000)).toBe(false);
  expect(verified({ ...request, body: `${request.body} ` }, SECRET, Date.now() / 1_000)).toBe(false);
  expect(tally.last).toMatchObject({ ok: true, status: 200, attempts: 1, notices: 3 });
});

it.each<[string, Behaviour[]]>([
  ['resets', ['reset', 'reset', 200]],
  ['fails', [500, { status: 503, body: 'no' }, 200]],
  ['hangs', ['hang', 'hang', 200]],
  ['asks to come again', [429, 408, 200]],
])('sends again, with the same id and body, to one that %s', async (_, script) => {
  const { receiver, tally, push } = await setUp(script, {}, patienceFor(script));
  push('1', '2');
  await until(() => tally.delivered === 2, 'it arrived in the end');
  expect(receiver.received).toHaveLength(3);
  expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1);
  expect(new Set(receiver.received.map(({ headers }) => headers['idempotency-key']))).toEqual(
    new Set(['request-1']),
  );
  expect(tally.last).toMatchObject({ ok: true, attempts: 3 });
  expect(tally.counts).toEqual({ made: 2, delivered: 2, failed: 0, dropped: 0, waiting: 0 });
});

it.each<[string, Behaviour, number, string | RegExp]>([
  ['always fails', 500, 4, 'HTTP 500'],
  ['always resets', 'reset', 4, /^(ECONNRESET|UND_ERR_SOCKET)$/],
  ['never answers', 'hang', 4, 'no answer within 250 ms'],
  ['knows no such address', 404, 1, 'HTTP 404'],
  ['redirects', { status: 302, headers: { location: '/elsewhere' } }, 1, 'HTTP 302, a redirect'],
  ['asks to come again tomorrow', { status: 429, headers: { 'retry-after': '86400' } }, 1, 'HTTP 429'],
])(
  'gives up one that %s, says why, and says how many are missing',
  async (_, behaviour, attempts, problem) => {
    const { receiver, tally, log, push } = await setUp([behaviour], {}, patienceFor([behaviour]));
    push('1', '2');
    await until(() => tally.failed === 2, 'it was given up');
    expect(receiver.received).toHaveLength(attempts);
    expect(tally.last).toMatchObject({ ok: false, attempts, notices: 2 });
    if (typeof problem === 'string') expect(tally.last?.problem).toBe(problem);
    else expect(tally.last?.problem).toMatch(problem);
    expect(log.join()).toContain('alerts: 2 notices were not delivered');
    expect(log.join()).not.toMatch(/127\.0\.0\.1|of-the-operator|elsewhere/);
    receiver.script = [200];
    push('3');
    await until(() => tally.delivered === 1, 'the next one arrived');
    push('4');
    await until(() => tally.delivered === 2, 'and another');
    expect(receiver.received.slice(-2).map(({ payload }) => payload.missed)).toEqual([2, 0]);
  },
);

it('never follows a redirect: nobody else hears anything', async () => {
  const other = await Receiver.start();
  const { tally, push } = await setUp([{ status: 307, headers: { location: other.url } }]);
  push('1');
  await until(() => tally.failed === 1, 'it was given up');
  expect(other.received).toEqual([]);
});

it('reads no more of an answer than a KiB or what was on its way', async () => {
  const { receiver, tally, push } = await setUp(['endless']);
  push('1');
  await until(() => tally.delivered === 1, 'it arrived');
  expect(receiver.sent).toBeLessThan(10_000_000);
});

it('keeps the order, fifty notices to a request, one request at a time', async () => {
  const { receiver, tally, push } = await setUp([500, 200, 'reset', 200]);
  push(...numbers(1, 260));
  push(...numbers(261, 270));
  await until(() => tally.delivered === 270, 'all arrived');
  const taken = new Map(receiver.received.map(({ payload }) => [payload.id, payload.notices]));
  expect([...taken.values()].flatMap((notices) => notices.map(({ id }) => id))).toEqual(numbers(1, 270));
  expect([...taken.values()].map(({ length }) => length)).toEqual([50, 50, 50, 50, 50, 20]);
});

it('sends no faster than it may: what is too much waits, and has not begun', async () => {
  const { receiver, queue, tally, push } = await setUp([200], {}, { burst: 2, everyMs: 60_000 });
  push(...numbers(1, 150));
  await until(() => tally.delivered === 100, 'the first two requests arrived');
  await queue.close(0);
  expect(tally.last).toMatchObject({ ok: false, attempts: 0 });
  expect(receiver.received).toHaveLength(2);
});

it('holds at most a thousand while the webhook is down, counts what it drops and says so afterwards', async () => {
  const { receiver, queue, tally, push } = await setUp(['hang'], {}, { attemptMs: 60_000, totalMs: 120_000 });
  push('0');
  await until(() => receiver.received.length === 1, 'the first is under way');
  for (let i = 1; i <= 2_000; i++) queue.push(noticeOf(String(i)), tally);
  const before = heapAfterCollection();
  for (let i = 2_001; i <= 100_000; i++) queue.push(noticeOf(String(i)), tally);
  expect(tally.counts).toEqual({ made: 100_001, delivered: 0, failed: 0, dropped: 99_000, waiting: 1_001 });
  // 98,000 notices would be some 40 MB.
  expect(heapAfterCollection() - before).toBeLessThan(5_000_000);
  receiver.script = [200];
  receiver.stopHanging();
  await until(() => tally.waiting === 0, 'what was held arrived');
  expect(tally.counts).toEqual({ made: 100_001, delivered: 1_001, failed: 0, dropped: 99_000, waiting: 0 });
  expect(receiver.received.slice(-20).map(({ payload }) => payload.missed)).toEqual([
    99_000,
    ...Array.from({ length: 19 }, () => 0),
  ]);
  expect(receiver.notices.slice(-1_000)).toEqual(numbers(99_001, 100_000));
});

it('says what it is up against while it tries', async () => {
  const { receiver, queue, tally, push } = await setUp([500], {}, { firstWaitMs: 60_000, totalMs: 300_000 });
  expect(queue.trying).toBeUndefined();
  push('1');
  await until(() => queue.trying !== undefined, 'an attempt has failed');
  expect(queue.trying).toEqual({ since: expect.any(Number), attempts: 1, problem: 'HTTP 500' });
  expect(tally.counts).toMatchObject({ failed: 0, waiting: 1 });
  expect(receiver.received).toHaveLength(1);
  await queue.close(0);
  expect(queue.trying).toBeUndefined();
});

it('leaves a webhook alone that fails again and again, and comes back by itself', async () => {
  const { receiver, tally, line, push } = await setUp([500], {}, { failures: 3, restMs: 50, attempts: 6 });
  push('1');
  await until(() => line.breaker.state === 'open', 'it is left alone');
  expect(receiver.received).toHaveLength(3);
  receiver.script = [200];
  await until(() => tally.delivered === 1, 'it arrived');
  expect(line.breaker.state).toBe('closed');
});

it('sends what is left when it closes, and waits no longer than it may', async () => {
  const good = await setUp([200]);
  good.queue.push(noticeOf('1'), good.tally);
  await good.queue.close(5_000);
  expect(good.tally.delivered).toBe(1);

  const bad = await setUp(['hang'], {}, { attemptMs: 60_000 });
  bad.push(...numbers(1, 60));
  await until(() => bad.receiver.received.length === 1, 'one is under way');
  await bad.queue.close(10);
  expect(bad.tally.last).toMatchObject({ ok: false, problem: 'the server was closed' });
  expect(bad.log).toContain('alerts: 10 notices were not sent before the end');
  bad.push('more');
  expect(bad.receiver.received).toHaveLength(1);
});

it('speaks Slack, in which no name can become a link or call anybody', async () => {
  const { receiver, tally, push } = await setUp([200], { format: 'slack' });
  push('<!channel>', ...numbers(1, 20));
  await until(() => tally.delivered === 21, 'it arrived');
  const { text } = JSON.parse(receiver.received[0]?.body ?? '') as { text: string };
  const lines = text.split('\n');
  expect(lines[0]).toBe(
    ':red_circle: <https://breakers.example.com/b/s/b|&lt;b&gt;&lt;!channel&gt;&lt;/b&gt; &amp; others> (r)',
  );
  expect(lines).toHaveLength(16);
  expect(lines[15]).toBe('… and 6 more: <https://breakers.example.com/|dashboard>');
});
