import { type ControlAnswer, type ControlCommand, readControlAnswer } from '@cb/protocol';
import type { NoAnswer } from './instance.ts';
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
  readonly #waiting: Set<(answer: NoAnswer) => void> = new Set();

  constructor(peer: Peer) {
    this.#peer = peer;
  }

  ask(command: ControlCommand, withinMs: number): Promise<ControlAnswer | NoAnswer> {
    return new Promise((resolve) => {
      const settle = (answer: ControlAnswer | NoAnswer): void => {
        this.#waiting.delete(settle);
        resolve(answer);
      };
      this.#waiting.add(settle);
      // With a timeout socket.io forgets the command too: a service that never answers costs nothing.
      this.#peer.socket.timeout(withinMs).emit('ctl', command, (late: Error | null, value: unknown) => {
        settle(late === null ? this.#read(value) : 'late');
      });
    });
  }

  #read(value: unknown): ControlAnswer {
    const answer = readControlAnswer(value);
    if (typeof answer !== 'string') return answer;
    this.#peer.strike(answer);
    return UNUSABLE;
  }

  /** The connection is gone. */
  close(): void {
    for (const settle of [...this.#waiting]) settle('lost');
  }
}
