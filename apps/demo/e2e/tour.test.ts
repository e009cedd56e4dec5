import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { CHAPTERS } from '../src/tour/tour.ts';

const main = fileURLToPath(new URL('../dist/tour/main.js', import.meta.url));
const run = (...args: string[]): Promise<{ stdout: string; stderr: string }> =>
  promisify(execFile)(process.execPath, [main, ...args]);

describe('npm run tour', () => {
  it('tells every chapter, without colours into a pipe, and ends by itself', async () => {
    const { stdout, stderr } = await run();
    expect(stderr).toBe('');
    expect(stdout.match(/^\d {2}.+$/gm)).toEqual(CHAPTERS.map(({ title }, i) => `${i + 1}  ${title}`));
    expect(stdout).not.toContain('\u001b[');
  });

  it('tells one chapter where only one is asked for', async () => {
    const { stdout } = await run('--chapter', '4');
    expect(stdout.match(/^\d {2}.+$/gm)).toEqual(['4  The last good answer instead of an error']);
  });

  it('says what is wrong in a sentence, and fails', async () => {
    await expect(run('--chapter', '99')).rejects.toMatchObject({
      code: 1,
      stdout: '',
      stderr: '--chapter must be a whole number from 1 to 8, got "99"\n',
    });
  });
});
