import { createListeners } from './listeners.ts';

export type CommandGroup = 'Go to' | 'List' | 'Time' | 'Look' | 'Actions' | 'Help';

/** In this order they stand in the palette and in the help. */
export const COMMAND_GROUPS: readonly CommandGroup[] = ['Go to', 'List', 'Time', 'Look', 'Actions', 'Help'];

/**
 * Something that a person can do here. A feature adds its own with `addCommands`; the palette, the keyboard and the help
 * know of it from then on.
 */
export interface Command {
  /** Unique: `go.fleet`. */
  id: string;
  /** What it does, an order of a few words. A function where that depends on the moment: "Pause" or "Resume". */
  words: string | (() => string);
  /** Under which heading; `Actions` where it is left out. */
  group?: CommandGroup;
  /**
   * Keys that run it, each alone: `j`, `g f` (one after the other), `Mod+k` (Ctrl, on a Mac ⌘), and by their names
   * `Space`, `Enter`, `Escape`, `ArrowDown`.
   */
  keys?: readonly string[];
  /** Further words that the palette finds it by. */
  also?: string;
  /** Goes on while the key is held down. */
  repeats?: boolean;
  /** Runs by its keys only: in a list of things to choose from it would say nothing. */
  keysOnly?: boolean;
  /** False where it can do nothing now. Asked with the key that was pressed, or with nothing. */
  available?: (pressed?: string) => boolean;
  run: () => void;
}

const changed = createListeners();
let all: readonly Command[] = [];

export const onCommandsChange: (listener: () => void) => () => void = changed.add;

/**
 * Adds commands until the returned function is called. One whose id or whose keys are taken is left out and told to the
 * console: the first keeps them.
 */
export function addCommands(...added: readonly Command[]): () => void {
  const taken = new Set(all.flatMap(({ id, keys = [] }) => [id, ...keys]));
  const fitting: Command[] = [];
  for (const command of added) {
    const clash = [command.id, ...(command.keys ?? [])].find((each) => taken.has(each));
    if (clash !== undefined) {
      console.error(`The command ${command.id} is left out: "${clash}" is taken.`);
      continue;
    }
    for (const each of [command.id, ...(command.keys ?? [])]) taken.add(each);
    fitting.push(command);
  }
  all = [...all, ...fitting];
  changed.emit();
  return () => {
    all = all.filter((each) => !fitting.includes(each));
    changed.emit();
  };
}

export function allCommands(): readonly Command[] {
  return all;
}

export function wordsOf({ words }: Command): string {
  return typeof words === 'string' ? words : words();
}

export function isAvailable(command: Command, pressed?: string): boolean {
  return command.available?.(pressed) ?? true;
}

export function runCommand(id: string): void {
  const command = all.find((each) => each.id === id);
  if (command && isAvailable(command)) command.run();
}
