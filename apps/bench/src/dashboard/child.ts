// A part of the bench in a process of its own, and the questions it answers. Both ends of the channel.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** What a child can be asked, by name. */
export type Answers = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly number: number;
  readonly ask: string;
  readonly argument: unknown;
}
interface Answer {
  readonly number: number;
  readonly answer?: unknown;
  readonly error?: string;
}

/** In the child: answers until the channel closes, then ends. */
export function serve(answers: Answers): void {
  process.on('message', (question: Question) => void reply(answers, question));
  process.on('disconnect', () => process.exit(0));
}

async function reply(answers: Answers, { number, ask, argument }: Question): Promise<void> {
  const send = (rest: Omit<Answer, 'number'>): void => void process.send?.({ number, ...rest });
  try {
    send({ answer: await (answers[ask] as (argument: unknown) => unknown)(argument) });
  } catch (error) {
    send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
}

/** In the parent: a running child. */
export class Child {
  readonly #process: ChildProcess;
  readonly #waiting: Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }> =
    new Map();
  #number = 0;

  constructor(file: URL, flags: readonly string[] = []) {
    this.#process = fork(file, { execArgv: [...flags], stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#process.on('message', ({ number, answer, error }: Answer) => {
      const waiting = this.#waiting.get(number);
      this.#waiting.delete(number);
      if (error === undefined) waiting?.resolve(answer);
      else waiting?.reject(new Error(error));
    });
    this.#process.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`a part ended with ${code}`));
    });
  }

  async ask<T>(ask: string, argument?: unknown): Promise<T> {
    const number = ++this.#number;
    this.#process.send({ number, ask, argument } satisfies Question);
    return (await new Promise<unknown>((resolve, reject) =>
      this.#waiting.set(number, { resolve, reject }),
    )) as T;
  }

  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const gone = once(this.#process, 'exit');
    this.#process.kill();
    await gone;
  }
}
