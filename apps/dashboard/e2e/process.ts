import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

/** A program under the test's control. It ends with the test's process, since its channel does. */
export interface Program {
  readonly child: ChildProcess;
  /** The first address that it printed. */
  readonly url: string;
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

const DEMO = new URL('../../demo/dist/main.js', import.meta.url);
const DASHBOARD = new URL('../dist/server/main.js', import.meta.url);
const SERVICE = new URL('./service.mjs', import.meta.url);

export function startDemo(...args: string[]): Promise<Program> {
  return startProgram(DEMO, ['--port', '0', ...args]);
}

/** @param port 0 for a free one. */
export function startDashboardProgram(port = 0, ...args: string[]): Promise<Program> {
  return startProgram(DASHBOARD, ['--port', String(port), ...args]);
}

/** A running program that prints its address. */
async function startProgram(file: URL, args: readonly string[]): Promise<Program> {
  const child = fork(file, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  let printed = '';
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout?.on('data', (text: Buffer) => {
      printed += text.toString();
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed)?.[0];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`${fileURLToPath(file)} ended with ${code}: ${printed}`)));
  });
  return { child, url, kill: (signal) => kill(child, signal) };
}

/** What the test can tell a service instance to do. */
export interface ServiceProgram {
  /** From now on its calls go well, or fail. */
  become(mood: 'well' | 'failing'): void;
  /** Stands still: alive, connected and silent. */
  freeze(): void;
  kill(signal?: NodeJS.Signals): Promise<number | null>;
}

/** One instance of a service with one breaker, which it uses all the time. `more` are further options of its reporter. */
export async function startService(
  url: string,
  service: string,
  instance: string,
  breaker: string,
  more: { allowRemoteControl?: boolean } = {},
): Promise<ServiceProgram> {
  const child = fork(SERVICE, [JSON.stringify({ url, service, instance, breaker, more })]);
  await once(child, 'message');
  return {
    become: (mood) => void child.send(mood),
    freeze: () => void child.kill('SIGSTOP'),
    kill: (signal) => kill(child, signal),
  };
}

async function kill(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const gone = once(child, 'exit');
  child.kill(signal);
  const [code] = (await gone) as [number | null];
  return code;
}
