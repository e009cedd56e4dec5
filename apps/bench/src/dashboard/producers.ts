// All services of a run, in one process: what they cost is not measured.
import type { StateChange } from '@cb/protocol';
import { io, type Socket } from 'socket.io-client';
import { serve } from './child.ts';
import { changeOf, type Load, registrationsOf, rollupsOf, stampOf } from './load.ts';

/** A naive service says what happened when it happened; this is as fine as a timer is. */
const NAIVE_MS = 10;
const CHANGE_MS = 10;

let sent = { events: 0, changes: 0 };
const timers: ReturnType<typeof setInterval>[] = [];
const open = new Set<string>();
interface Producer {
  readonly socket: Socket;
  readonly service: string;
  seq: number;
  /** As the reporter does it: one batch is under way, the rest waits. */
  waiting: StateChange[];
  busy: boolean;
}
const sockets: Producer[] = [];
let design: Load['design'];
let breakersOfEach = 0;

async function start(load: Load): Promise<void> {
  ({ design, breakers: breakersOfEach } = load);
  for (let i = 0; i < load.producers; i++) {
    const service = `service-${i}`;
    const socket = io(`${load.url}ingest`, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
    });
    await new Promise<void>((resolve, reject) =>
      socket.once('connect', resolve).once('connect_error', reject),
    );
    sockets.push({ socket, service, seq: 0, waiting: [], busy: false });
    if (design === 'ours') await introduce(socket, service);
    else sendEvents(socket, service, load);
    if (design === 'ours') sendRollups(socket, load, i);
  }
  timers.push(every(CHANGE_MS, load.changesPerSecond, () => change('')));
}

async function introduce(socket: Socket, service: string): Promise<void> {
  const hello = { v: 1, service, instance: 'one', boot: 'b1', sdk: 'bench', tags: {}, now: Date.now() };
  await socket.emitWithAck('hello', hello);
  const all = registrationsOf(breakersOfEach, Date.now());
  for (let at = 0; at < all.length; at += 200) await socket.emitWithAck('reg', all.slice(at, at + 200));
  timers.push(setInterval(() => socket.emit('hb', { now: Date.now(), queued: 0, lost: 0 }), 5_000));
}

/** Calls `act` so many times a second, in small portions. */
function every(ms: number, perSecond: number, act: () => void): ReturnType<typeof setInterval> {
  const began = performance.now();
  let acted = 0;
  return setInterval(() => {
    const due = ((performance.now() - began) / 1_000) * perSecond;
    // After a standstill it goes on at its pace, and does not catch up.
    if (due - acted > perSecond) acted = due - perSecond;
    for (; acted + 1 <= due; acted++) act();
  }, ms);
}

function sendRollups(socket: Socket, load: Load, seed: number): void {
  const ms = Math.round(1_000 / load.rollupsPerSecond);
  const variants = [0, 1, 2, 3].map((variant) => rollupsOf(load.breakers, ms, seed + variant));
  let round = 0;
  const timer = every(CHANGE_MS, load.rollupsPerSecond, () => {
    const now = Date.now();
    for (const rollup of variants[round++ % variants.length] ?? []) {
      socket.emit('ro', { ...rollup, t: now, inFlight: rollup.id.map(() => stampOf(now)) });
      sent.events += rollup.id.length;
    }
  });
  timers.push(timer);
}

function sendEvents(socket: Socket, service: string, load: Load): void {
  const rows = rollupsOf(load.breakers, 1_000, 1).flatMap((rollup) =>
    rollup.id.map((id, i) => ({
      service,
      instance: 'one',
      breaker: `breaker-${id}`,
      ok: rollup.ok?.[i],
      fail: rollup.fail?.[i],
      slow: rollup.slow?.[i],
      rejected: rollup.rejected?.[i],
      failureRatio: rollup.failureRatio?.[i],
      hist: rollup.hist?.[i],
    })),
  );
  let next = 0;
  const perSecond = load.breakers * load.rollupsPerSecond;
  const timer = every(NAIVE_MS, perSecond, () => {
    socket.emit('counters', { ...rows[next++ % rows.length], t: Date.now() });
    sent.events++;
  });
  timers.push(timer);
}

/** One state change of the next breaker in turn. */
function change(note: string): { service: string; seq: number } {
  const producer = sockets[sent.changes % sockets.length] as Producer;
  const id = 1 + (Math.floor(sent.changes / sockets.length) % breakersOfEach);
  const key = `${producer.service} ${id}`;
  const opens = !open.has(key);
  if (opens) open.add(key);
  else open.delete(key);
  sent.changes++;
  const event = changeOf(id, ++producer.seq, opens, note);
  if (design === 'ours') {
    producer.waiting.push(event);
    pump(producer);
  } else
    producer.socket.emit('state-changed', { ...event, service: producer.service, breaker: `breaker-${id}` });
  return { service: producer.service, seq: producer.seq };
}

function pump(producer: Producer): void {
  if (producer.busy || producer.waiting.length === 0) return;
  producer.busy = true;
  producer.socket.emit('st', producer.waiting.splice(0, 50), () => {
    producer.busy = false;
    pump(producer);
  });
}

serve({
  start,
  sent: () => sent,
  /** A change that a reader can recognise. */
  mark: (note: string) => change(note),
  stop: () => {
    for (const timer of timers) clearInterval(timer);
    sent = { events: 0, changes: 0 };
  },
});
