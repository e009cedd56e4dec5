import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DashboardServer } from '../src/server/server.ts';
import { Receiver } from './alerts/receiver.ts';
import { changeOf, service, start } from './support.ts';

const built = fileURLToPath(new URL('../dist/server/main.js', import.meta.url));

function run(
  args: readonly string[],
  env: Record<string, string> = {},
): { child: ChildProcess; said: () => string } {
  const child = spawn(process.execPath, [built, ...args], { env: { PATH: process.env.PATH ?? '', ...env } });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
  }
  return { child, said: () => text };
}

describe.skipIf(!existsSync(built))('cb-dashboard', () => {
  it('prints where it is and leaves when told to', async () => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      const { child, said } = run(['--port', '0']);
      await expect.poll(said, { timeout: 5_000 }).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\n$/);
      child.kill(signal);
      expect(await once(child, 'exit')).toEqual([0, null]);
    }
  });

  it.each([
    [['--port', 'abc'], {}, '--port must be a whole number from 0 to 65535, got "abc"'],
    [['--ports', '1'], {}, '--ports is no option; did you mean --port?'],
    [[], { CB_DASHBOARD_VIEW_TOKEN: 'x' }, 'CB_DASHBOARD_VIEW_TOKEN must have 8 to 256 characters, got 1'],
    [['--check', '--config', '/nowhere'], {}, '--config names /nowhere, which does not exist'],
  ])('refuses %j %j in a sentence and with exit code 2', async (args, env, sentence) => {
    const { child, said } = run(args, env as Record<string, string>);
    expect(await once(child, 'close')).toEqual([2, null]);
    expect(said()).toBe(`cb-dashboard: ${sentence}\n`);
  });

  it.each([
    [['--check'], 'The settings are good.\n'],
    [['--version'], '0.1.0\n'],
    [['--print-config', '--port', '7'], /^port +7 +--port\nhost +127\.0\.0\.1 +default\n/],
  ])('answers %j and starts nothing', async (args, answer) => {
    const { child, said } = run(args);
    expect(await once(child, 'close')).toEqual([0, null]);
    if (typeof answer === 'string') expect(said()).toBe(answer);
    else expect(said()).toMatch(answer);
  });

  it('sends what is still to be told before it leaves, in its own time, and at once on a second signal', async () => {
    const receiver = await Receiver.start();
    receiver.script = ['hang'];
    const folder = mkdtempSync(join(tmpdir(), 'cb-leave-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const config = join(folder, 'cb.json');
    const alerts = [{ name: 'open', when: 'state', debounceMs: 0, webhook: { url: receiver.url } }];
    writeFileSync(config, JSON.stringify({ port: 0, alerts }));
    const open = async (): Promise<ReturnType<typeof run>> => {
      const before = receiver.received.length;
      const program = run(['--config', config]);
      await expect.poll(program.said, { timeout: 5_000 }).toMatch(/^http/);
      const server = { url: program.said().trim() };
      const socket = await service(server as DashboardServer);
      await socket.emitWithAck('st', [changeOf(1)]);
      await expect.poll(() => receiver.received.length, { timeout: 5_000 }).toBe(before + 1);
      return program;
    };
    const patient = await open();
    const hurried = await open();
    patient.child.kill('SIGTERM');
    hurried.child.kill('SIGTERM');
    await expect.poll(async () => (await fetch(`${hurried.said().trim()}readyz`)).status).toBe(503);
    hurried.child.kill('SIGTERM');
    expect(await once(hurried.child, 'exit')).toEqual([143, null]);
    // The webhook hangs: after three seconds it is given up.
    expect(await once(patient.child, 'exit')).toEqual([0, null]);
  }, 20_000);

  it('mentions a variable that looks like a setting and is none', async () => {
    const { child, said } = run(['--check'], { CB_DASHBOARD_HOTS: '::' });
    await once(child, 'close');
    expect(said()).toContain(
      'CB_DASHBOARD_HOTS is no setting and has no effect; did you mean CB_DASHBOARD_HOST?',
    );
  });

  it('says which port is taken, and helps', async () => {
    const { port } = await start();
    const taken = run(['--port', String(port)]);
    expect(await once(taken.child, 'close')).toEqual([1, null]);
    expect(taken.said()).toContain(`port ${port} is taken; choose another with --port N`);
    const help = run(['--help']);
    expect(await once(help.child, 'close')).toEqual([0, null]);
    expect(help.said()).toContain('--ingest-token-file PATH');
  });
});
