import { parseArgs } from 'node:util';

export interface TourCommand {
  /** Number of the only chapter to tell. */
  readonly chapter: number | undefined;
  readonly help: boolean;
}

/** @throws TypeError or RangeError with a sentence for the user. */
export function readTourCommand(args: readonly string[], chapters: number): TourCommand {
  const { values } = parseArgs({
    args: args.filter((arg) => arg !== '--'), // pnpm hands its own on
    options: { chapter: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
  });
  const { chapter: text, help } = values;
  const chapter = text === undefined ? undefined : Number(text);
  if (chapter !== undefined && !(Number.isInteger(chapter) && chapter >= 1 && chapter <= chapters))
    throw new RangeError(`--chapter must be a whole number from 1 to ${chapters}, got "${text}"`);
  return { chapter, help };
}
