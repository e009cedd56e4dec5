import type { ControlAnswer, HelloAck } from '@cb/protocol';
import { io, type Socket } from 'socket.io-client';
import type { CheckedOptions } from './options.ts';

/** How long an answer may take. It is also the pause before what got none is sent again. */
const ANSWER_MS = 5_000;
/** A server that refused is asked again after this long, half as much more or less. */
const REFUSED_RETRY_MS = 10_000;

/** Bytes that may wait for a slow network before counters pause. */
const MOST_WAITING_BYTES = 256 * 1_024;

export interface LineListener {
  /** Connected: time to say hello. */
  opened(): void;
  closed(): void;
  /** The server asks for a change of a breaker. */
  commanded(message: unknown, reply: (answer: ControlAnswer) => void): void;
}

/** One socket.io connection that keeps no process alive and never throws. */
export class Line {
  readonly #socket: Socket;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #closed = false;
  /** Why the last attempt failed, in words. */
  problem: string | undefined;

  constructor(options: CheckedOptions, listener: LineListener) {
    const agent = unrefAgent(options.origin);
    this.#socket = io(`${options.origin}/ingest`, {
      path: options.path,
      transports: ['websocket'],
      forceNew: true,
      autoConnect: false,
      autoUnref: true,
      auth: options.token === undefined ? {} : { token: options.token },
      timeout: 5_000,
      reconnectionDelay: 500,
      reconnectionDelayMax: 15_000,
      randomizationFactor: 0.5,
      ...(agent === undefined ? {} : { agent }),
    });
    this.#socket.on('connect', () => quietly(() => listener.opened()));
    this.#socket.on('disconnect', (reason) => {
      quietly(() => listener.closed());
      // socket.io comes back by itself unless the server sent it away.
      if (reason === 'io server disconnect') this.#later();
    });
    this.#socket.on('ctl', (message: unknown, reply: unknown) => {
      // Without a way to answer it is no command.
      if (typeof reply === 'function')
        quietly(() => listener.commanded(message, reply as (answer: ControlAnswer) => void));
    });
    this.#socket.on('connect_error', (error) => {
      this.problem = error.message;
      if (!this.#socket.active) this.#later();
    });
    this.#socket.connect();
  }

  get connected(): boolean {
    return this.#socket.connected;
  }

  #later(): void {
    if (this.#closed) return;
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#socket.connect(), REFUSED_RETRY_MS * (0.5 + Math.random()));
    this.#retry.unref?.();
  }

  /** The server does not want this service: asks again later. */
  refused(answer: HelloAck): void {
    this.problem = answer.error ?? 'refused without a reason';
    this.#socket.disconnect();
    this.#later();
  }

  /** Whether the network takes what is sent: false while an earlier load still waits in this process. */
  get free(): boolean {
    const { engine } = this.#socket.io;
    const { ws } = (engine?.transport ?? {}) as { ws?: { bufferedAmount?: number } };
    return this.#socket.connected && (ws?.bufferedAmount ?? 0) < MOST_WAITING_BYTES;
  }

  /** Sends something that may be lost. */
  tell(event: string, message: unknown): void {
    try {
      // Not "volatile": socket.io would drop the second of two messages that are sent together.
      if (this.#socket.connected) this.#socket.emit(event, message);
    } catch {
      // What cannot be written as JSON cannot be told.
    }
  }

  /** Sends something and hears the answer, exactly once and never at once; undefined when none came in time. */
  ask(event: string, message: unknown, heard: (answer: unknown) => void): void {
    let open = true;
    const once = (answer: unknown): void => {
      if (!open) return;
      open = false;
      clearTimeout(patience);
      quietly(() => heard(answer));
    };
    const patience = setTimeout(() => once(undefined), ANSWER_MS);
    patience.unref?.();
    try {
      if (this.#socket.connected) this.#socket.emit(event, message, once);
    } catch {
      // What cannot be written as JSON gets no answer, like what was lost.
    }
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#retry);
    this.#socket.disconnect();
  }
}

/** Nothing that goes wrong here may surface in the service, which knows nothing of these callbacks. */
function quietly(run: () => void): void {
  try {
    run();
  } catch {
    // A reporter that fails is silent; the dashboard shows that its data is missing.
  }
}

/**
 * socket.io lets go of a socket once it is open; this lets go of it from the start, so that a server that accepts and
 * then says nothing holds no process either. Undefined where there is no Node.
 */
function unrefAgent(origin: string): string | undefined {
  const name = origin.startsWith('https:') ? 'node:https' : 'node:http';
  const module = process.getBuiltinModule?.(name);
  if (module === undefined) return undefined;
  const agent = new module.Agent();
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback);
    (socket as { unref?: () => void } | null | undefined)?.unref?.();
    return socket;
  };
  // The client's types say string, for browsers; in Node it hands the agent on as it is.
  return agent as unknown as string;
}
