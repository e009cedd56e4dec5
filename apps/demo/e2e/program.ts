import { type ChildProcess, execFileSync, fork } from 'node:child_process';

const MAIN = new URL('../dist/main.js', import.meta.url);

/** The demo, running, and all that it printed. */
export interface Demo {
  readonly child: ChildProcess;
  readonly url: string;
  readonly printed: { out: string; err: string };
}

/** Resolves when it has said where the dashboard is. It ends with the test's process, since its channel does. */
export async function startDemo(...args: string[]): Promise<Demo> {
  const child = fork(MAIN, ['--port', '0', ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const printed = { out: '', err: '' };
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr?.on('data', (text: Buffer) => {
      printed.err += text;
    });
    child.stdout?.on('data', (text: Buffer) => {
      printed.out += text;
      const found = /http:\/\/127\.0\.0\.1:\d+\//.exec(printed.out)?.[0];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`the demo ended with ${code}: ${printed.err}`)));
  });
  return { child, url, printed };
}

/** Processes that a process has started, and those that they have: their ids, with their command lines. */
export function descendantsOf(pid: number): Map<number, string> {
  const all = runningProcesses();
  const found = new Map<number, string>();
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [id, { parent, command }] of all)
      if (parent === pid || found.has(parent)) found.set(id, command);
  }
  return found;
}

/** Those of them that still run, not as what else may have got the id since. */
export function stillRunning(processes: ReadonlyMap<number, string>): string[] {
  const all = runningProcesses();
  return [...processes].filter(([id, command]) => all.get(id)?.command === command).map(([, each]) => each);
}

function runningProcesses(): Map<number, { parent: number; command: string }> {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args=']).toString().split('\n');
  const all = new Map<number, { parent: number; command: string }>();
  for (const line of lines) {
    const [, id, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line) ?? [];
    // A zombie has ended; nobody has asked yet how.
    if (command !== undefined && !state?.startsWith('Z'))
      all.set(Number(id), { parent: Number(parent), command });
  }
  return all;
}
