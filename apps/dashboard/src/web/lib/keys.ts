import { allCommands, type Command, isAvailable } from './commands.ts';

/** The second key of a pair has to follow within this time. */
export const PAIR_MS = 800;

/** What of a key event counts. */
export type Press = Pick<
  KeyboardEvent,
  'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'repeat' | 'timeStamp' | 'getModifierState'
>;

export function isMac(): boolean {
  return typeof navigator !== 'undefined' && /Mac|iP(hone|ad|od)/.test(navigator.userAgent);
}

/** The name of what was pressed, as commands have it; nothing where a modifier makes it the browser's. */
export function pressedKey(press: Press, mac: boolean): string | undefined {
  const { key } = press;
  const name = key === ' ' ? 'Space' : key;
  const mod = mac ? press.metaKey && !press.ctrlKey : press.ctrlKey && !press.metaKey;
  if (mod && !press.altKey && !press.shiftKey) return `Mod+${name.toLowerCase()}`;
  const letter = /^[a-z]$/i.test(name);
  // Brackets are typed with AltGr on many keyboards, on a Mac with the option key.
  const composed =
    !letter && name.length === 1 && (press.getModifierState('AltGraph') || (mac && press.altKey));
  if (!composed && (press.ctrlKey || press.metaKey || press.altKey)) return undefined;
  // Caps Lock changes nothing, Shift makes it another key.
  if (letter) return press.shiftKey ? undefined : name.toLowerCase();
  return name;
}

export interface KeyReader {
  /** The command that this press asks for, if it does. */
  read: (press: Press) => Command | undefined;
}

/** Reads presses one after the other: `g` and then `f` is the pair `g f`. Single keys can be switched off. */
export function createKeyReader(mac: boolean, singleKeys: () => boolean = () => true): KeyReader {
  let lead: { key: string; at: number } | undefined;
  return {
    read(press) {
      const key = pressedKey(press, mac);
      const pair = lead && press.timeStamp - lead.at < PAIR_MS ? `${lead.key} ${key}` : undefined;
      lead = undefined;
      if (key === undefined || (!singleKeys() && isCharacter(key))) return undefined;
      const command = (pair && commandAt(pair, key)) || commandAt(key, key);
      if (command) return press.repeat && !command.repeats ? undefined : command;
      if (!press.repeat && leads(key)) lead = { key, at: press.timeStamp };
      return undefined;
    },
  };
}

/** A key that a person who dictates may press by saying a word. */
function isCharacter(key: string): boolean {
  return key.length === 1;
}

function commandAt(keys: string, pressed: string): Command | undefined {
  return allCommands().find((each) => each.keys?.includes(keys) && isAvailable(each, pressed));
}

function leads(key: string): boolean {
  return allCommands().some((each) => each.keys?.some((keys) => keys.startsWith(`${key} `)));
}

const WORDS = new Map([
  ['Space', 'space'],
  ['Escape', 'Esc'],
  ['ArrowDown', '↓'],
  ['ArrowUp', '↑'],
]);

/** How a key is written on a page: `g f` as two keys, `Mod+k` as "⌘ K" or "Ctrl K". */
export function keyCaps(keys: string, mac: boolean): string[] {
  return keys
    .split(/[ +]/)
    .map((key) => (key === 'Mod' ? (mac ? '⌘' : 'Ctrl') : (WORDS.get(key) ?? key)))
    .map((key, i) => (i > 0 && keys.startsWith('Mod+') ? key.toUpperCase() : key));
}
