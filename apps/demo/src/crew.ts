import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

const RESTART_MS = 2_000;
/** A child that has not gone by then is killed. One has a database's folder to clear away. */
const PATIENCE_MS = 5_000;

/** What a child is made from. */
export interface Post {
  readonly name: string;
  readonly file: URL;
  /** Asked again for every start, so that a restart may learn from what happened before. */
  readonly settings: () => unknown;
  readonly onMessage?: (message: unknown) => void;
  /** Called whenever it has ended, however. */
  readonly onGone?: () => void;
}

/** A post that is taken. */
export interface Member {
  /** To the process that holds the post now; lost where there is none. */
  send(message: string): void;
}

/** Child processes that are started again when they die, until they are told to stop. */
export class Crew {
  readonly #children = new Set<ChildProcess>();
  readonly #report: (line: string) => void;
  #stopping = false;

  constructor(report: (line: string) => void) {
    this.#report = report;
  }

  start(post: Post): Member {
    let child = this.#launch(post, (next) => {
      child = next;
    });
    return {
      send: (message) => {
        if (child.connected) child.send(message, () => {}); // it may end this very moment
      },
    };
  }

  #launch(post: Post, onNext: (child: ChildProcess) => void): ChildProcess {
    const child = fork(post.file, [JSON.stringify(post.settings())]);
    this.#children.add(child);
    if (post.onMessage) child.on('message', post.onMessage);
    let gone = false;
    const onGone = (how: string): void => {
      if (gone) return;
      gone = true;
      this.#children.delete(child);
      post.onGone?.();
      if (this.#stopping) return;
      this.#report(`${post.name} ${how}; it starts again in ${RESTART_MS / 1_000} s`);
      setTimeout(() => {
        if (!this.#stopping) onNext(this.#launch(post, onNext));
      }, RESTART_MS);
    };
    child.on('error', (error) => onGone(`could not start (${error.message})`));
    child.on('exit', (code, signal) =>
      onGone(signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`),
    );
    return child;
  }

  /** Lets every child go and waits until it has. */
  async stop(): Promise<void> {
    this.#stopping = true;
    await Promise.all([...this.#children].map(end));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  const impatience = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  if (child.connected) child.disconnect();
  await gone;
  clearTimeout(impatience);
}
