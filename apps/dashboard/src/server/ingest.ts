import {
  type Batch,
  type ControlAnswer,
  type ControlCommand,
  type HelloAck,
  PROTOCOL_VERSION,
  readHeartbeat,
  readHello,
  readPolicies,
  readRegistrations,
  readRemovals,
  readRollup,
  readStateChanges,
  readTraces,
} from '@cb/protocol';
import type { Namespace, Socket } from 'socket.io';
import type { Fleet } from './fleet.ts';
import type { Reporting } from './ingest-access.ts';
import type { Instance, NoAnswer, Owner } from './instance.ts';
import { OpenCommands } from './open-commands.ts';
import { Peer } from './peer.ts';
import type { ServerContext } from './server-context.ts';

/** Serves `/ingest`: what services say goes into the fleet. */
export function serveIngest(namespace: Namespace, context: ServerContext): void {
  namespace.on('connection', (socket) => {
    new IngestConnection(socket, context);
  });
}

class IngestConnection implements Owner {
  readonly token: string;
  /** The only service that its token allows; undefined for any. */
  readonly #service: string | undefined;
  readonly #context: ServerContext;
  readonly #fleet: Fleet;
  readonly #peer: Peer;
  readonly #commands: OpenCommands;
  #instance: Instance | undefined;

  constructor(socket: Socket, context: ServerContext) {
    const { service, id } = socket.data as Reporting;
    this.#service = service;
    this.token = id;
    this.#context = context;
    this.#fleet = context.fleet;
    this.#peer = new Peer(socket, { ...context, burst: 200, perSecond: 100 });
    this.#commands = new OpenCommands(this.#peer);
    const patience = setTimeout(() => this.#peer.close('silent'), this.#fleet.limits.enterMs).unref();
    socket.once('disconnect', (reason) => {
      clearTimeout(patience);
      this.#commands.close();
      const goodbye = reason === 'client namespace disconnect';
      if (this.#instance) this.#fleet.detach(this.#instance, this, context.now(), goodbye);
    });
    this.#peer.on('hello', (payload, answer) => {
      const refused = this.#hello(payload, answer);
      if (refused === undefined) clearTimeout(patience);
      return refused;
    });
    this.#on('reg', { ok: false }, (instance, payload, answer) => this.#register(instance, payload, answer));
    this.#on('st', { seq: 0 }, (instance, payload, answer) => this.#change(instance, payload, answer));
    this.#on('rm', { ok: false }, (instance, payload, answer) => this.#remove(instance, payload, answer));
    this.#on('ro', undefined, (instance, payload) => this.#rollup(instance, payload));
    this.#on('tr', undefined, (instance, payload) => this.#trace(instance, payload));
    this.#on('pol', undefined, (instance, payload) => this.#policies(instance, payload));
    this.#on('hb', undefined, (instance, payload) => this.#heartbeat(instance, payload));
  }

  command(command: ControlCommand, withinMs: number): Promise<ControlAnswer | NoAnswer> {
    return this.#commands.ask(command, withinMs);
  }

  /** A message that needs to know who speaks. */
  #on(
    event: string,
    refusal: unknown,
    take: (instance: Instance, payload: unknown, answer: (value: unknown) => void) => string | undefined,
  ): void {
    this.#peer.on(event, (payload, answer) => {
      const refused = this.#instance ? take(this.#instance, payload, answer) : `${event} came before hello`;
      if (refused !== undefined) answer(refusal);
      return refused;
    });
  }

  #hello(payload: unknown, answer: (value: unknown) => void): string | undefined {
    const { limits } = this.#fleet;
    const base = { v: PROTOCOL_VERSION, heartbeatMs: limits.heartbeatMs, rollupMs: limits.rollupMs };
    const hello = readHello(payload);
    const refused = typeof hello === 'string' ? hello : this.#instance ? 'hello came twice' : undefined;
    if (typeof hello === 'string' || refused !== undefined) {
      answer({ ...base, ok: false, error: refused ?? '' } satisfies HelloAck);
      return refused;
    }
    if (this.#service !== undefined && hello.service !== this.#service) {
      answer({ ...base, ok: false, error: 'unauthorized: the token is that of another service' });
      this.#context.log(`/ingest refused ${this.#peer.socket.handshake.address}: unauthorized`);
      this.#peer.close('unauthorized');
      return undefined;
    }
    const { instance, replaced } = this.#fleet.attach(hello, this, this.#context.now());
    this.#instance = instance;
    if (replaced instanceof IngestConnection) replaced.#peer.socket.disconnect(true);
    answer({ ...base, ok: true } satisfies HelloAck);
    return undefined;
  }

  #register(instance: Instance, payload: unknown, answer: (value: unknown) => void): string | undefined {
    const batch = readRegistrations(payload);
    const refused = this.#refusedBatch(batch, 'reg');
    if (typeof batch === 'string' || refused !== undefined) return refused;
    const full = this.#fleet.register(instance, batch.items, this.#context.now());
    answer({ ok: full === 0 });
    return undefined;
  }

  #change(instance: Instance, payload: unknown, answer: (value: unknown) => void): string | undefined {
    const batch = readStateChanges(payload);
    if (typeof batch === 'string') return batch;
    const held = this.#fleet.change(instance, batch.items, this.#context.now());
    // What cannot be read now can never be read: it counts as held, or it would be sent for ever.
    answer({ seq: Math.max(held, batch.lastSeq) });
    return this.#refusedBatch(batch, 'st');
  }

  #remove(instance: Instance, payload: unknown, answer: (value: unknown) => void): string | undefined {
    const batch = readRemovals(payload);
    const refused = this.#refusedBatch(batch, 'rm');
    if (typeof batch === 'string' || refused !== undefined) return refused;
    this.#fleet.remove(instance, batch.items, this.#context.now());
    answer({ ok: true });
    return undefined;
  }

  #rollup(instance: Instance, payload: unknown): string | undefined {
    const read = readRollup(payload);
    if (typeof read === 'string') return read;
    this.#context.refusals.count('badEntry', read.skipped);
    this.#fleet.rollup(instance, read.rollup, this.#context.now());
    return undefined;
  }

  #trace(instance: Instance, payload: unknown): string | undefined {
    const batch = readTraces(payload);
    const refused = this.#refusedBatch(batch, 'tr');
    if (typeof batch === 'string' || refused !== undefined) return refused;
    this.#fleet.trace(instance, batch.items, this.#context.now());
    return undefined;
  }

  #policies(instance: Instance, payload: unknown): string | undefined {
    const batch = readPolicies(payload);
    const refused = this.#refusedBatch(batch, 'pol');
    if (typeof batch === 'string' || refused !== undefined) return refused;
    this.#fleet.hearPolicies(instance, batch.items, this.#context.now());
    return undefined;
  }

  #heartbeat(instance: Instance, payload: unknown): string | undefined {
    const heartbeat = readHeartbeat(payload);
    if (typeof heartbeat === 'string') return heartbeat;
    const now = this.#context.now();
    instance.clock.hear(heartbeat.now, now);
    instance.lost = heartbeat.lost;
    this.#fleet.heard(instance, now);
    return undefined;
  }

  /** A batch is refused as a whole only when nothing in it can be used. */
  #refusedBatch(batch: Batch<unknown> | string, what: string): string | undefined {
    if (typeof batch === 'string') return batch;
    this.#context.refusals.count('badEntry', batch.skipped);
    return batch.items.length === 0 && batch.skipped > 0 ? `${what} had no usable entry` : undefined;
  }
}
