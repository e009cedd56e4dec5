// A fleet as large as the dashboard promises to show: every instance is a connection of its own that speaks the wire, and
// its breakers have a past. The test says over the channel when to go on; `node e2e/load.mjs '{"url":…}'` runs it alone.
import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Connections that are being made at the same time. */
const AT_ONCE = 20;
/** Breakers, or state changes, in one message: the server takes 64 KiB at most. */
const BATCH = 50;

const options = {
  url: 'http://127.0.0.1:4600/',
  services: 50,
  /** Of each service. */
  breakers: 200,
  instances: 20,
  /** Share of the breakers with calls in any one second, over all instances. */
  busyRatio: 0.1,
  changesPerSecond: 20,
  seed: 1,
  ...JSON.parse(process.argv[2] ?? '{}'),
};

const random = randomFrom(options.seed);
/** Openings in the last hour, by share of the breakers: most never open, a few do little else. */
const KINDS = [
  { below: 0.9, opens: 0 },
  { below: 0.98, opens: 2 },
  { below: 0.998, opens: 17 },
  { below: 1, opens: 60 },
];
/** Of the breakers that opened at all: how they stand now. */
const NOW = [
  { below: 0.12, state: 'open', mode: 'auto' },
  { below: 0.16, state: 'half-open', mode: 'auto' },
  { below: 0.19, state: 'closed', mode: 'forced-open' },
  { below: 1, state: 'closed', mode: 'auto' },
];
const ERRORS = [
  { name: 'Error', code: 'ECONNREFUSED', message: 'connect ECONNREFUSED', count: 48 },
  { name: 'TimeoutError', message: 'timed out after 2000 ms', count: 9 },
  { name: 'Error', code: 'HTTP_503', message: '503 Service Unavailable', count: 4 },
];
const CONFIG = {
  window: { kind: 'calls', calls: 100 },
  openWhen: [{ kind: 'failure-ratio', ratio: 0.5, minimumCalls: 20 }],
  stayOpen: { kind: 'fixed', ms: 30_000 },
  probing: { probes: 3, atOnce: 1 },
};

/** One process of a service: its connection, and where each of its breakers stands. */
class Instance {
  constructor(service, number) {
    this.service = service;
    this.name = `${service.name}-${number}`;
    this.seq = 0;
    this.states = service.breakers.map(() => 'closed');
    this.socket = io(`${options.url}ingest`, {
      transports: ['websocket'],
      forceNew: true,
      autoConnect: false,
    });
  }

  async join() {
    const { socket } = this;
    const connected = new Promise((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    socket.connect();
    await connected;
    await this.introduce();
    // A line that was lost comes back by itself, and then everything is said again.
    socket.on('connect', () => this.introduce().catch(() => {}));
  }

  async introduce() {
    const { socket, service } = this;
    const now = Date.now();
    const boot = `${this.name}-1`;
    const tags = { region: service.region };
    await socket.emitWithAck('hello', {
      v: 1,
      service: service.name,
      instance: this.name,
      boot,
      sdk: 'load',
      tags,
      now,
    });
    const registrations = service.breakers.map((breaker, id) => ({
      id,
      name: breaker.name,
      state: this.states[id],
      mode: 'auto',
      since: this.seq === 0 ? now - DAY_MS + breaker.ageMs : now,
      config: CONFIG,
      configRevision: 1,
      tags: { kind: breaker.kind, team: breaker.team },
    }));
    for (let i = 0; i < registrations.length; i += BATCH) {
      const { ok } = await socket.emitWithAck('reg', registrations.slice(i, i + BATCH));
      if (!ok) throw new Error(`${this.name}: the server has no room; are its limits large enough?`);
    }
  }

  /** The last hour of those breakers that opened in it, in order of time. */
  async tellPast(now) {
    const changes = this.service.breakers.flatMap((breaker, id) => pastOf(breaker, id, this, now));
    changes.sort((a, b) => a.t - b.t);
    await this.tell(changes);
  }

  async tell(changes) {
    for (const change of changes) {
      change.seq = ++this.seq;
      this.states[change.id] = change.to;
    }
    for (let i = 0; i < changes.length; i += BATCH) {
      await this.socket.emitWithAck('st', changes.slice(i, i + BATCH));
    }
  }

  /** What some of its breakers counted lately. */
  rollup(now, ms) {
    const rollup = { t: now, ms, id: [], ok: [], fail: [], inFlight: [], failureRatio: [], hist: [] };
    this.service.breakers.forEach((breaker, id) => {
      if (random() >= options.busyRatio) return;
      const failing = this.states[id] === 'open' ? 0.6 : 0.01;
      const calls = 5 + Math.floor(random() * breaker.callsPerSecond);
      const fail = Math.round(calls * failing);
      rollup.id.push(id);
      rollup.ok.push(calls - fail);
      rollup.fail.push(fail);
      rollup.inFlight.push(Math.floor(random() * 4));
      rollup.failureRatio.push(failing);
      rollup.hist.push([30, calls - 1, 45, 1]);
    });
    if (rollup.id.length > 0) this.socket.emit('ro', rollup);
  }

  beat(now) {
    this.socket.emit('hb', { now, queued: 0, lost: 0 });
  }
}

function pastOf(breaker, id, instance, now) {
  const changes = [];
  if (!breaker.on.has(instance.name)) return changes;
  const spanMs = HOUR_MS / Math.max(1, breaker.opens);
  for (let i = 0; i < breaker.opens; i++) {
    // An instance follows the first by a little: a cascade.
    const t = now - HOUR_MS + i * spanMs + breaker.shift * spanMs * 0.4 + random() * 400;
    changes.push(change(id, 'closed', 'open', t), change(id, 'open', 'half-open', t + spanMs * 0.3));
    if (i < breaker.opens - 1 || breaker.now.state === 'closed') {
      changes.push(change(id, 'half-open', 'closed', t + spanMs * 0.35));
    } else if (breaker.now.state === 'open') {
      changes.push(change(id, 'half-open', 'open', t + spanMs * 0.4));
    }
  }
  if (breaker.now.mode === 'forced-open') {
    const isolated = change(id, 'closed', 'closed', now - 60_000);
    changes.push({
      ...isolated,
      mode: 'forced-open',
      by: 'maria',
      note: 'vendor maintenance',
      why: { rule: 'mode' },
    });
  }
  return changes;
}

function change(id, from, to, t) {
  const told = { id, seq: 0, t: Math.round(t), from, to, mode: 'auto', modeFrom: 'auto', configRevision: 1 };
  if (to === 'closed') return { ...told, why: { rule: 'probes-passed' } };
  if (to === 'half-open') return { ...told, why: { rule: 'open-time-over' } };
  if (from === 'half-open') return { ...told, why: { rule: 'probes-failed' } };
  const why = { rule: 'failure-ratio', value: 0.61, limit: 0.5, calls: 100, bad: 61, minimumCalls: 20 };
  const outcomes = 'ooeoeeoeee'.repeat(10);
  return {
    ...told,
    why,
    outcomes,
    errors: ERRORS,
    retryAt: Math.round(t) + 30_000,
    firstFailureAt: Math.round(t) - 900,
  };
}

function makeService(number) {
  const name = `service-${String(number).padStart(2, '0')}`;
  const instances = Array.from({ length: options.instances }, (_, i) => `${name}-${i}`);
  const breakers = Array.from({ length: options.breakers }, (_, i) => {
    const { opens } = pick(KINDS);
    const on = instances.filter(() => random() < 0.4);
    return {
      name: `upstream-${String(i).padStart(3, '0')}.call`,
      kind: random() < 0.3 ? 'db' : 'http',
      team: `team-${number % 7}`,
      ageMs: Math.floor(random() * HOUR_MS),
      shift: random(),
      callsPerSecond: Math.ceil(random() * 40),
      opens,
      now: opens === 0 ? NOW.at(-1) : pick(NOW),
      on: new Set(on.length > 0 ? on : instances.slice(0, 1)),
    };
  });
  return { name, region: number % 2 === 0 ? 'eu' : 'us', breakers };
}

function pick(table) {
  const at = random();
  return table.find(({ below }) => at < below);
}

/** A small repeatable source of numbers in [0, 1). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x9e3779b9) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

async function inParts(list, each) {
  for (let i = 0; i < list.length; i += AT_ONCE) await Promise.all(list.slice(i, i + AT_ONCE).map(each));
}

const NEXT = { closed: 'open', open: 'half-open', 'half-open': 'closed' };
/** Breakers that opened and have not closed again, by when they change next. */
const moving = [];

/** A state change somewhere in the fleet: the next of those that opened lately, or another one opens. */
async function changeOne(now) {
  const due = moving[0]?.at <= now ? moving.shift() : undefined;
  const instance = due?.instance ?? fleet[Math.floor(random() * fleet.length)];
  const id = due?.id ?? Math.floor(random() * options.breakers);
  const from = instance.states[id];
  if (due === undefined && from !== 'closed') return;
  if (from !== 'half-open') moving.push({ instance, id, at: now + 5_000 });
  await instance.tell([change(id, from, NEXT[from], now)]);
}

const services = Array.from({ length: options.services }, (_, i) => makeService(i));
const fleet = services.flatMap((service) =>
  Array.from({ length: options.instances }, (_, i) => new Instance(service, i)),
);
/** How often every instance says what it counted, by how much is going on. */
const EVERY_MS = { quiet: 0, lively: 5_000, busy: 1_000 };
let everyMs = EVERY_MS.quiet;
process.on('message', (message) => {
  everyMs = EVERY_MS[message];
});
process.on('disconnect', () => process.exit(0));

const startedAt = Date.now();
// Those that wait for the others stay alive meanwhile.
setInterval(() => {
  for (const instance of fleet) if (instance.socket.connected) instance.beat(Date.now());
}, 4_000);
await inParts(fleet, (instance) => instance.join());
await inParts(fleet, (instance) => instance.tellPast(startedAt));
const registeredMs = Date.now() - startedAt;
if (process.send) process.send({ registeredMs });
else {
  everyMs = EVERY_MS.busy;
  console.log(
    `${fleet.length} instances reported ${options.services * options.breakers} breakers in ${registeredMs} ms`,
  );
}

const TICK_MS = 100;
/** Waits for the server in between: on a machine that cannot keep up there is less of a load, not an endless queue. */
let answered = true;
async function ask() {
  answered = false;
  try {
    await fleet[0].socket.emitWithAck('st', []);
  } catch {
    // Cut off in between: it reports when the line is back.
  }
  answered = true;
}

/** In each tenth of a second some instances report, so that the load is even. */
for (let next = 0; ; ) {
  const now = Date.now();
  if (everyMs > 0 && answered) {
    void ask();
    const many = (fleet.length * TICK_MS) / everyMs;
    for (let i = 0; i < many; i++) fleet[(next + i) % fleet.length].rollup(now, everyMs);
    next = (next + many) % fleet.length;
    for (let i = 0; i < options.changesPerSecond / 10; i++) changeOne(now).catch(() => {});
  }
  await sleep(Math.max(1, TICK_MS - (Date.now() - now)));
}
