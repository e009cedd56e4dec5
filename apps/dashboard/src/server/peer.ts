import type { Socket } from 'socket.io';
import type { RefusalKind, Refusals } from './refusals.ts';
import { TokenBucket } from './token-bucket.ts';

/** Bad messages before a connection is closed, and messages above the rate before it is. */
const MOST_STRIKES = 5;
const MOST_DROPPED = 2_000;

/** Takes a message; answers why it was refused, or nothing. `answer` does nothing when no answer was asked for. */
export type Handler = (payload: unknown, answer: (value: unknown) => void) => string | undefined;

export interface PeerOptions {
  refusals: Refusals;
  /** Monotonic milliseconds. */
  monotonic: () => number;
  /** Messages at once, and a second. */
  burst: number;
  perSecond: number;
  log: (line: string) => void;
}

/**
 * The other end of one connection, believed in nothing: messages above the rate are dropped before anybody looks at
 * them, unknown ones are counted, no handler can throw into the socket, and five bad ones close it.
 */
export class Peer {
  readonly socket: Socket;
  readonly #options: PeerOptions;
  readonly #handlers: Map<string, Handler> = new Map();
  #strikes = 0;
  #dropped = 0;

  constructor(socket: Socket, options: PeerOptions) {
    this.socket = socket;
    this.#options = options;
    const bucket = new TokenBucket(options.burst, options.perSecond, options.monotonic());
    socket.use(([event, ...args]) => {
      // Never calls on: every message ends here, and none reaches a listener by its name.
      // What was on its way when the connection was closed: nobody would notice that it ends.
      if (!socket.connected) return;
      if (bucket.take(options.monotonic())) this.#take(event, args);
      else this.#drop();
    });
    // What cannot even be decoded; socket.io closes the connection.
    socket.on('error', () => options.refusals.count('badMessage'));
    // One namespace per connection: leaving it leaves the server.
    socket.on('disconnect', () => socket.conn.close());
  }

  on(event: string, handler: Handler): void {
    this.#handlers.set(event, handler);
  }

  /** Something about this peer was wrong. */
  strike(reason: string, kind: RefusalKind = 'badMessage'): void {
    this.#options.refusals.count(kind);
    this.#options.log(`refused from ${this.socket.handshake.address}: ${reason}`);
    if (++this.#strikes >= MOST_STRIKES) this.close('strikes');
  }

  close(kind: RefusalKind): void {
    this.#options.refusals.count(kind);
    this.socket.disconnect(true);
  }

  #drop(): void {
    this.#options.refusals.count('rate');
    if (++this.#dropped === MOST_DROPPED) this.close('strikes');
  }

  #take(event: unknown, args: unknown[]): void {
    const handler = typeof event === 'string' ? this.#handlers.get(event) : undefined;
    if (handler === undefined) {
      this.#options.refusals.count('unknownMessage');
      return;
    }
    const last = args.at(-1);
    const ack = typeof last === 'function' ? (last as (value: unknown) => void) : undefined;
    try {
      const refused = handler(typeof args[0] === 'function' ? undefined : args[0], (value) => ack?.(value));
      if (refused !== undefined) this.strike(refused);
    } catch (error) {
      this.strike(`a handler failed: ${error instanceof Error ? error.name : 'not an error'}`, 'fault');
    }
  }
}
