import { type ControlAnswer, type ControlCommand, readControlAnswer } from '@cb/protocol';
import type { Peer } from './peer.ts';

const UNUSABLE: ControlAnswer = {
  ok: false,
  version: 0,
  error: 'failed',
  message: 'the service answered something that cannot be used; it may have been done',
};

/** Commands that one service has not answered yet. */
export class OpenCommands {
  readonly #peer: Peer;
  readonly #waiting: Set<(answer?: ControlAnswer) => void> = new Set();

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  /** Undefined when no answer came in time, or the connection was lost before one did. */
  ask(command: ControlCommand, withinMs: number): Promise<ControlAnswer | undefined> {
    return new Promise((resolve) => {
      const settle = (answer?: ControlAnswer): void => {
        this.#waiting.delete(settle);
        resolve(answer);
      };
      this.#waiting.add(settle);
      // With a timeout socket.io forgets the command too: a service that never answers costs nothing.
      this.#peer.socket.timeout(withinMs).emit('ctl', command, (late: Error | null, value: unknown) => {
        const answer = late === null ? readControlAnswer(value) : undefined;
        if (typeof answer === 'string') this.#peer.strike(answer);
        settle(typeof answer === 'string' ? UNUSABLE : answer);
      });
    });
  }

  /** The connection is gone. */
  close(): void {
    for (const settle of [...this.#waiting]) settle();
  }
}
