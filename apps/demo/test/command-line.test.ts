import { describe, expect, it } from 'vitest';
import { readCommandLine } from '../src/command-line.ts';

describe('command line', () => {
  it('has a port and a speed without being asked', () => {
    expect(readCommandLine([])).toEqual({ port: 4600, speed: 1, postgres: false, help: false });
  });

  it('reads what is given', () => {
    expect(readCommandLine(['--port', '0', '--speed=2.5', '--postgres', '-h'])).toEqual({
      port: 0,
      speed: 2.5,
      postgres: true,
      help: true,
    });
  });

  it.each([
    [['--port', 'abc'], /--port must be a whole number from 0 to 65535, got "abc"/],
    [['--port', '70000'], /--port/],
    [['--port', ''], /--port/],
    [['--speed', '0'], /--speed must be a number from 0.1 to 10, got "0"/],
    [['--speed', 'fast'], /--speed/],
    [['--speed', ''], /--speed/],
    [['--nonsense'], /--nonsense/],
  ])('refuses %j in a sentence', (args, sentence) => {
    expect(() => readCommandLine(args)).toThrow(sentence);
  });
});
