import type { Socket } from 'node:net';
import { networkOf } from './network-address.ts';
import type { Refusals } from './refusals.ts';

/** Unread bytes that a connection may let stand for so long, and those that it may not have at all. */
const UNREAD_BYTES = 2 ** 20;
const UNREAD_MS = 30_000;
const MOST_UNREAD_BYTES = 64 * 2 ** 20;

export interface ConnectionLimits {
  readonly connections: number;
  readonly connectionsPerAddress: number;
}

/** Every connection of the server, whatever it speaks: so many in all, so many of one address, none that does not read. */
export class Connections {
  readonly #limits: ConnectionLimits;
  readonly #refusals: Refusals;
  /** With the moment since which the other end has not read. */
  readonly #open: Map<Socket, { unreadSince: number | undefined }> = new Map();
  readonly #ofAddress: Map<string, number> = new Map();

  constructor(limits: ConnectionLimits, refusals: Refusals) {
    this.#limits = limits;
    this.#refusals = refusals;
  }

  take(socket: Socket): void {
    // After an upgrade nobody else may be listening, and an error that nobody hears ends the process.
    socket.on('error', () => {});
    const address = networkOf(socket.remoteAddress ?? '');
    const ofAddress = this.#ofAddress.get(address) ?? 0;
    const { connections, connectionsPerAddress } = this.#limits;
    if (this.#open.size >= connections || ofAddress >= connectionsPerAddress) {
      this.#refusals.count('connections');
      socket.destroy();
      return;
    }
    this.#open.set(socket, { unreadSince: undefined });
    this.#ofAddress.set(address, ofAddress + 1);
    socket.once('close', () => {
      this.#open.delete(socket);
      const left = (this.#ofAddress.get(address) ?? 1) - 1;
      if (left === 0) this.#ofAddress.delete(address);
      else this.#ofAddress.set(address, left);
    });
  }

  /** To be called every second. @param at Monotonic milliseconds. */
  check(at: number): void {
    for (const [socket, state] of this.#open) {
      const unread = socket.writableLength;
      // One that was told goodbye and does not go is no better than one that does not read.
      if (unread < UNREAD_BYTES && !socket.writableEnded) {
        state.unreadSince = undefined;
        continue;
      }
      state.unreadSince ??= at;
      if (unread <= MOST_UNREAD_BYTES && at - state.unreadSince < UNREAD_MS) continue;
      this.#refusals.count('unread');
      socket.destroy();
    }
  }
}
