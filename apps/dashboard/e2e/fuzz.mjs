// node apps/dashboard/e2e/fuzz.mjs --minutes 10 --seed 1
// Mutates valid messages, handshakes and requests and sends them to a running server, on many connections at once. The
// server must live, answer a good client at the end, and not grow. Needs a build. Exit code 1 where it does not.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    connections: { type: 'string', default: '40' },
    report: { type: 'string', default: '10' },
  },
});
const MINUTES = Number(values.minutes);
const SEED = Number(values.seed);
const CONNECTIONS = Number(values.connections);
const REPORT_MS = Number(values.report) * 1_000;
if (![MINUTES, SEED, CONNECTIONS, REPORT_MS].every((number) => Number.isFinite(number) && number > 0)) {
  console.error('--minutes, --seed, --connections and --report must be numbers above 0');
  process.exit(2);
}

const MOST_INSTANCES = 200;
const TOKENS = {
  view: 'viewer-of-the-fuzzer',
  control: 'operator-of-the-fuzzer',
  admin: 'admin-of-the-fuzzer',
};
/** The server with a line of its memory on demand, and one for everything that it did not catch. */
const SERVER = `
  import { setFlagsFromString } from 'node:v8';
  import { runInNewContext } from 'node:vm';
  import { startDashboard } from ${JSON.stringify(new URL('@cb/dashboard', import.meta.url).href)};
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc');
  const uncaught = [];
  process.on('uncaughtException', (error) => uncaught.push(String(error?.stack)));
  process.on('unhandledRejection', (error) => uncaught.push(String(error?.stack)));
  const dashboard = await startDashboard({
    port: 0, controlToken: ${JSON.stringify(TOKENS.control)}, adminToken: ${JSON.stringify(TOKENS.admin)},
    // Small, so that what is kept is full early and growth after that is a leak.
    limits: { rows: 300, rowsPerService: 100, lanes: 600, instances: ${MOST_INSTANCES}, events: 1000, seriesBytes: 2 ** 22, policies: 200, backlog: 256 },
  });
  process.on('message', () => {
    collect();
    const { rss, heapUsed } = process.memoryUsage();
    process.send({ rss, heapUsed, uncaught, stats: dashboard.stats() });
  });
  process.send({ port: dashboard.port });
`;

let state = SEED >>> 0;
function random() {
  state = (state + 0x9e3779b9) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
}
const below = (n) => Math.floor(random() * n);
const pick = (list) => list[below(list.length)];

const ODD = [
  null,
  true,
  -1,
  0,
  1.5,
  1e308,
  -1e308,
  2 ** 53,
  2 ** 31,
  8.64e15,
  '',
  'x',
  '__proto__',
  'constructor',
  '\u0000\u202e',
  '\ud800',
  'x'.repeat(5_000),
  [],
  {},
  [[[[[[]]]]]],
  { length: 1e9 },
  { toString: 1 },
  { _placeholder: true, num: 0 },
  Array.from({ length: 300 }, (_, i) => i),
];

/** Valid messages, new each time: the server must be taken to its depths, not only to its door. */
function message() {
  const now = Date.now();
  const id = below(20);
  const name = `b-${below(200)}`;
  const change = {
    id,
    seq: below(1_000),
    t: now - below(100_000),
    from: 'closed',
    to: pick(['open', 'closed', 'half-open']),
    mode: 'auto',
    modeFrom: 'auto',
    why: { rule: 'failure-ratio', value: 0.6, limit: 0.5 },
    configRevision: 1,
    retryAt: now + 1_000,
    outcomes: 'oeoets',
    note: 'a note',
    errors: [{ name: 'Error', code: 'E', message: 'postgres://a:b@c/d failed', count: 3 }],
    version: 2,
    modeUntil: now + 5_000,
  };
  return pick([
    () => [
      '/ingest',
      'hello',
      {
        v: 1,
        service: `s-${below(8)}`,
        instance: `i-${below(500)}`,
        boot: `b${below(50)}`,
        sdk: 'f',
        tags: { kind: 'db' },
        now,
        caps: ['control'],
      },
    ],
    () => [
      '/ingest',
      'reg',
      [
        {
          id,
          name,
          state: 'closed',
          mode: 'auto',
          since: now - 1_000,
          config: { openWhen: [{ kind: 'failure-ratio', ratio: 0.5 }] },
          configRevision: 1,
          tags: {},
        },
      ],
    ],
    () => [
      '/ingest',
      'reg',
      [
        {
          id,
          name,
          state: 'open',
          mode: 'forced-open',
          since: 0,
          config: null,
          configRevision: 1,
          tags: { a: 'b' },
          modeBy: 'x',
          modeNote: 'y',
        },
      ],
    ],
    () => ['/ingest', 'st', [change]],
    () => ['/ingest', 'st', [change, { ...change, seq: below(1_000), id: below(20) }]],
    () => [
      '/ingest',
      'ro',
      {
        t: now,
        ms: 1_000,
        id: [id],
        ok: [10],
        fail: [3],
        inFlight: [1],
        failureRatio: [0.3],
        hist: [[3, 2, 9, 1]],
      },
    ],
    () => ['/ingest', 'hb', { now, queued: 0, lost: 0 }],
    () => ['/ingest', 'rm', [id]],
    () => [
      '/ingest',
      'pol',
      [
        {
          id,
          kind: 'retry',
          name,
          counts: { calls: below(100) },
          gauges: { waitMs: 3 },
          config: { attempts: 3 },
        },
      ],
    ],
    () => ['/ui', 'watch', { rows: [1, 2, 3, below(500)], hz: 4 }],
    () => ['/ui', 'ok', below(5)],
  ])();
}

/** The same data with one value somewhere replaced, removed, doubled or moved. */
function twist(value, depth = 0) {
  if (typeof value !== 'object' || value === null || random() < 0.2 || depth > 5) return pick(ODD);
  if (Array.isArray(value)) {
    const copy = [...value];
    const at = below(copy.length);
    const how = below(5);
    if (how === 0) copy.splice(at, 1);
    else if (how === 1) copy.push(...copy);
    else copy[at] = twist(copy[at], depth + 1);
    return copy;
  }
  const copy = { ...value };
  const key = pick([...Object.keys(copy), '__proto__', 'constructor']);
  if (random() < 0.2) delete copy[key];
  else
    Object.defineProperty(copy, key, {
      value: twist(copy[key], depth + 1),
      enumerable: true,
      configurable: true,
    });
  return copy;
}

/** The same bytes with bits flipped, parts cut, doubled or taken from elsewhere. */
function mangle(bytes, other) {
  let copy = Buffer.from(bytes);
  for (let times = 1 + below(4); times > 0; times--) {
    const at = below(copy.length || 1);
    const how = below(5);
    if (how === 0 && copy.length > 0) copy[at] ^= 1 << below(8);
    else if (how === 1) copy = Buffer.concat([copy.subarray(0, at), copy.subarray(at + below(20))]);
    else if (how === 2)
      copy = Buffer.concat([copy.subarray(0, at), copy.subarray(at, at + below(50)), copy.subarray(at)]);
    else if (how === 3)
      copy = Buffer.concat([copy.subarray(0, at), other.subarray(below(other.length || 1))]);
    else if (copy.length > 0) copy[at] = below(256);
  }
  return copy.subarray(0, 70_000);
}

/** @param wild How likely it is that something in it is wrong. */
function packet(wild) {
  const [namespace, event, payload] = message();
  const id = random() < 0.5 ? String(below(100)) : '';
  const data = random() < wild ? twist(payload) : payload;
  const type =
    random() > wild / 10
      ? '42'
      : pick(['40', '41', '43', '44', '451-', '461-', '4', '2', '3', '1', '5', '6', '0', '49', 'b']);
  const text = Buffer.from(
    `${type}${namespace},${id}${JSON.stringify(random() > wild / 10 ? [event, data] : data)}`,
  );
  return random() > wild / 2 ? text : mangle(text, Buffer.from(JSON.stringify(payload)));
}

/** A frame of a websocket as clients send it; now and then of another opcode, in fragments, or with a length that is not its own. */
function frame(body, wild) {
  const plain = random() > wild / 10;
  const opcode = plain ? 1 : below(16);
  const flags = plain || random() < 0.5 ? 0x80 : below(16) << 4;
  if (random() < wild / 20 && body.length > 2) {
    const cut = below(body.length);
    return Buffer.concat([raw(body.subarray(0, cut), opcode), raw(body.subarray(cut), 0x80)]);
  }
  return raw(body, flags | opcode, random() > wild / 100 ? body.length : below(70_000));
}

function raw(body, first, length = body.length) {
  const size =
    length < 126
      ? [0x80 | length]
      : length < 65_536
        ? [0xfe, length >> 8, length & 255]
        : [0xff, 0, 0, 0, 0, 0, length >> 16, (length >> 8) & 255, length & 255];
  return Buffer.concat([Buffer.from([first, ...size]), Buffer.alloc(4), body]);
}

function upgrade(port, query = 'EIO=4&transport=websocket') {
  return Buffer.from(
    `GET /socket.io/?${query} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n`,
  );
}

function request(port) {
  const paths = [
    'directory',
    'timeline?rows=1,2&from=0&lanes=1',
    'events?limit=5',
    'series?row=1',
    'breaker?row=1',
    'policies?instances=1',
    'audit?limit=3',
  ];
  const token = pick([TOKENS.control, TOKENS.admin, TOKENS.admin, 'wrong-token']);
  const head = `Host: 127.0.0.1:${port}\r\n${token === 'wrong-token' && random() < 0.9 ? '' : `Authorization: Bearer ${token}\r\n`}`;
  if (random() < 0.6)
    return Buffer.from(`GET ${random() < 0.8 ? '/api/v1/' : '/'}${pick(paths)} HTTP/1.1\r\n${head}\r\n`);
  const act = { epoch: 'x', rows: [1], op: 'isolate', reason: 'because', forMs: 5_000, expect: { 1: 1 } };
  const body = JSON.stringify(random() < 0.3 ? act : twist(act));
  return Buffer.from(
    `POST /api/v1/control HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

const counts = { frames: 0, requests: 0, connections: 0, bytes: 0 };
let over = false;

/** Connections one after another, each until it is closed or has said enough. */
async function attack(port) {
  while (!over) {
    counts.connections++;
    await (random() < 0.8 ? overSocket(port) : overHttp(port));
  }
}

function open(port, talk) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => talk(socket));
    const end = setTimeout(() => socket.destroy(), 3_000);
    socket
      .on('error', () => {})
      .on('close', () => {
        clearTimeout(end);
        resolve();
      });
  });
}

function say(socket, bytes) {
  counts.bytes += bytes.length;
  if (!socket.destroyed) socket.write(bytes);
}

function overSocket(port) {
  return open(port, (socket) => {
    const start = upgrade(port);
    say(socket, random() < 0.95 ? start : mangle(start, start));
    let left = 5 + below(60);
    // Some are nearly good: they are not closed for their mistakes, and reach what others do not.
    const wild = pick([0.02, 0.1, 0.5]);
    // Only one namespace can be entered, so most messages are for that one.
    const namespace = random() < 0.75 ? '/ingest' : '/ui';
    // What is sent before the answer closes the connection: most wait for it, and so reach what is behind the door.
    const patient = random() < 0.9;
    let talks = false;
    const talk = () => {
      if (talks) return;
      talks = true;
      const hello = {
        v: 1,
        service: `s-${below(8)}`,
        instance: `i-${below(500)}`,
        boot: `b${below(50)}`,
        sdk: 'f',
        tags: {},
        now: Date.now(),
      };
      if (namespace === '/ingest')
        say(socket, raw(Buffer.from(`42/ingest,1${JSON.stringify(['hello', hello])}`), 0x81));
      const timer = setInterval(() => {
        for (let n = 0; n < 5 && left > 0; n++, left--) {
          let body = packet(wild);
          if (random() < 0.9)
            body = Buffer.from(body.toString('latin1').replace(/\/(ingest|ui),/, `${namespace},`), 'latin1');
          say(socket, frame(body, wild));
          counts.frames++;
        }
        if (left === 0) socket.end();
      }, 1);
      socket.on('close', () => clearInterval(timer));
    };
    socket.once('data', () => {
      say(socket, raw(Buffer.from(`40${namespace},`), 0x81));
      if (!patient) talk();
    });
    socket.on('data', (data) => {
      if (data.includes(`40${namespace}`)) talk();
      if (data.includes(0x88)) socket.end();
    });
  });
}

function overHttp(port) {
  return open(port, (socket) => {
    for (let n = 1 + below(4); n > 0; n--) {
      const asked = request(port);
      say(socket, random() < 0.5 ? asked : mangle(asked, request(port)));
      counts.requests++;
    }
    socket.once('data', () => setTimeout(() => socket.end(), below(20)));
    setTimeout(() => socket.end(), 300);
  });
}

const child = spawn(process.execPath, ['--input-type=module', '--eval', SERVER], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
/** @type {string | undefined} */
let exited;
child.once('exit', (code, signal) => {
  exited = String(code ?? signal);
});
const message1 = () =>
  new Promise((resolve, reject) => {
    child.once('message', resolve);
    child.once('exit', () => reject(new Error(`the server ended with ${String(exited)}`)));
  });
const { port } = await message1();

async function measure() {
  child.send('measure');
  return await message1();
}

const mib = (bytes) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
const samples = [];
const begun = Date.now();
async function sample() {
  const measured = await measure();
  samples.push({ at: Date.now() - begun, ...measured });
  const { rss, heapUsed, stats, uncaught } = measured;
  console.log(
    `${((Date.now() - begun) / 1_000).toFixed(0).padStart(4)} s  ${counts.connections} connections, ${counts.frames} frames, ${counts.requests} requests, ` +
      `${mib(counts.bytes)}; rss ${mib(rss)}, heap ${mib(heapUsed)}; rows ${stats.rows}, lanes ${stats.lanes}, instances ${stats.instances}; ` +
      `faults ${stats.refused.fault}, uncaught ${uncaught.length}`,
  );
  return measured;
}

/** A service that reports and a reader that sees it, through the real front door. */
async function serves() {
  const { io } = await import('socket.io-client');
  const service = io(`http://127.0.0.1:${port}/ingest`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
  });
  const ask = (event, value) => service.timeout(10_000).emitWithAck(event, value);
  const name = `good-${SEED}`;
  await ask('hello', {
    v: 1,
    service: 'good',
    instance: 'good',
    boot: 'good',
    sdk: 'good',
    tags: {},
    now: Date.now(),
  });
  await ask('reg', [
    {
      id: 1,
      name,
      state: 'open',
      mode: 'auto',
      since: Date.now(),
      config: null,
      configRevision: 1,
      tags: {},
    },
  ]);
  const answer = await fetch(`http://127.0.0.1:${port}/api/v1/directory`, {
    signal: AbortSignal.timeout(10_000),
  });
  const { rows } = await answer.json();
  service.disconnect();
  return rows.some((row) => row.name === name && row.code === 4);
}

const problems = [];
try {
  const attacks = Array.from({ length: CONNECTIONS }, () => attack(port));
  const end = begun + MINUTES * 60_000;
  while (Date.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, Math.min(REPORT_MS, end - Date.now())));
    await sample();
  }
  over = true;
  await Promise.all(attacks);
  const last = await sample();
  // Rows in trouble make no room; those of services that were cut off are in trouble until their heartbeats are missed.
  let served = await serves();
  for (let tries = 0; !served && tries < 8; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    served = await serves();
  }
  if (!served) problems.push('a good client was not served');
  if (last.stats.instances > MOST_INSTANCES)
    problems.push(`${last.stats.instances} instances, more than ${MOST_INSTANCES}`);
  if (last.uncaught.length > 0) problems.push(`uncaught: ${last.uncaught.slice(0, 3).join('\n')}`);
  if (last.stats.refused.fault > 0) problems.push(`${last.stats.refused.fault} faults of handlers`);
  // What was full at half time may not have grown much since then.
  const middle = samples.find(({ at }) => at >= (MINUTES * 60_000) / 2) ?? last;
  const most = Math.max(middle.heapUsed * 1.25, middle.heapUsed + 24 * 2 ** 20);
  if (last.heapUsed > most)
    problems.push(`the heap grew from ${mib(middle.heapUsed)} to ${mib(last.heapUsed)}`);
} catch (error) {
  problems.push(String(error?.stack));
}
over = true;
child.removeAllListeners('exit');
child.kill('SIGKILL');
for (const problem of problems) console.error(`FAILED: ${problem}`);
console.log(problems.length === 0 ? `seed ${SEED}: alive, answering, and no larger` : `seed ${SEED}: failed`);
process.exit(problems.length === 0 ? 0 : 1);
