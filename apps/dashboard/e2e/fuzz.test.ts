import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const run = promisify(execFile);
const FUZZ = fileURLToPath(new URL('./fuzz.mjs', import.meta.url));

it('five seconds of mutated messages and requests leave a server that answers', async () => {
  const { stdout } = await run(process.execPath, [
    FUZZ,
    '--minutes',
    '0.084',
    '--seed',
    '7',
    '--report',
    '2',
  ]);
  expect(stdout).toContain('alive, answering, and no larger');
  const frames = Number(/(\d+) frames/.exec(stdout.split('\n').at(-3) ?? '')?.[1]);
  expect(frames).toBeGreaterThan(100);
}, 60_000);
