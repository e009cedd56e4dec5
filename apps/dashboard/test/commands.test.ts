import { describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  addCommands,
  allCommands,
  type Command,
  onCommandsChange,
  runCommand,
  wordsOf,
} from '../src/web/lib/commands.ts';
import { createKeyReader, keyCaps, PAIR_MS, type Press, pressedKey } from '../src/web/lib/keys.ts';

function add(...commands: readonly Partial<Command>[]): Command[] {
  const made = commands.map(
    (each, i): Command => ({ id: `test.${i}`, words: 'Test', run: vi.fn(), ...each }),
  );
  onTestFinished(addCommands(...made));
  return made;
}

function press(key: string, more: Partial<Press> = {}): Press {
  return {
    key,
    ctrlKey: false,
    metaKey: false,
    altKey: false,
    shiftKey: false,
    repeat: false,
    timeStamp: 0,
    getModifierState: () => false,
    ...more,
  };
}

describe('commands', () => {
  it('are there until they are taken away, and say so', () => {
    const heard = vi.fn();
    onTestFinished(onCommandsChange(heard));
    const remove = addCommands({ id: 'a', words: 'A', run: () => {} });
    expect(allCommands().map(({ id }) => id)).toEqual(['a']);
    remove();
    expect(allCommands()).toEqual([]);
    expect(heard).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['an id', { id: 'first' }],
    ['a key', { id: 'second', keys: ['x', 'j'] }],
  ])('leaves out one whose %s is taken, and tells the console', (_, command) => {
    const told = vi.spyOn(console, 'error').mockImplementation(() => {});
    onTestFinished(() => told.mockRestore());
    add({ id: 'first', keys: ['j'] }, command);
    expect(allCommands()).toHaveLength(1);
    expect(told).toHaveBeenCalledOnce();
  });

  it('run by their id where they can do something', () => {
    const [can, cannot] = add({ id: 'can' }, { id: 'cannot', available: () => false });
    runCommand('can');
    runCommand('cannot');
    runCommand('unknown');
    expect(can?.run).toHaveBeenCalledOnce();
    expect(cannot?.run).not.toHaveBeenCalled();
  });

  it('have words that depend on the moment, if they want', () => {
    expect(wordsOf({ id: 'a', words: () => 'Resume', run: () => {} })).toBe('Resume');
  });
});

describe('a key', () => {
  it.each<[string, Press, string | undefined]>([
    ['a letter', press('j'), 'j'],
    ['a letter with Caps Lock', press('J'), 'j'],
    ['the space bar', press(' '), 'Space'],
    ['a question mark, which needs Shift', press('?', { shiftKey: true }), '?'],
    ['a letter with Shift', press('J', { shiftKey: true }), undefined],
    ['a letter with Alt', press('j', { altKey: true }), undefined],
    ['Ctrl and a letter', press('k', { ctrlKey: true }), 'Mod+k'],
    ['Ctrl, Shift and a letter', press('K', { ctrlKey: true, shiftKey: true }), undefined],
    ['the command key away from a Mac', press('k', { metaKey: true }), undefined],
    [
      'a bracket with AltGr',
      press('[', { ctrlKey: true, altKey: true, getModifierState: (key) => key === 'AltGraph' }),
      '[',
    ],
    ['a bracket with Alt', press('[', { altKey: true }), undefined],
  ])('%s', (_, event, name) => {
    expect(pressedKey(event, false)).toBe(name);
  });

  it.each<[string, Press, string | undefined]>([
    ['the command key and a letter', press('k', { metaKey: true }), 'Mod+k'],
    ['Ctrl and a letter, which ends a line there', press('k', { ctrlKey: true }), undefined],
    ['a bracket with the option key', press('[', { altKey: true }), '['],
    ['a letter with the option key', press('l', { altKey: true }), undefined],
  ])('on a Mac: %s', (_, event, name) => {
    expect(pressedKey(event, true)).toBe(name);
  });

  it('is written as people know it', () => {
    expect(keyCaps('g f', false)).toEqual(['g', 'f']);
    expect(keyCaps('Mod+k', false)).toEqual(['Ctrl', 'K']);
    expect(keyCaps('Mod+k', true)).toEqual(['⌘', 'K']);
    expect(keyCaps('Space', false)).toEqual(['space']);
    expect(keyCaps('ArrowDown', false)).toEqual(['↓']);
  });
});

describe('the reader of keys', () => {
  const read = (reader: ReturnType<typeof createKeyReader>, ...presses: readonly Press[]) =>
    presses.map((each) => reader.read(each)?.id);

  it('finds the command of a key, if it can do something', () => {
    add({ id: 'can', keys: ['j'] }, { id: 'cannot', keys: ['k'], available: () => false });
    expect(read(createKeyReader(false), press('j'), press('k'), press('x'))).toEqual([
      'can',
      undefined,
      undefined,
    ]);
  });

  it('asks a command with the key that was pressed', () => {
    add({ id: 'down', keys: ['j', 'ArrowDown'], available: (key) => key !== 'ArrowDown' });
    expect(read(createKeyReader(false), press('ArrowDown'), press('j'))).toEqual([undefined, 'down']);
  });

  it('reads a pair, if the second key follows soon', () => {
    add({ id: 'fleet', keys: ['g f'] }, { id: 'full', keys: ['f'] });
    const late = press('f', { timeStamp: PAIR_MS });
    expect(read(createKeyReader(false), press('g'), press('f'))).toEqual([undefined, 'fleet']);
    expect(read(createKeyReader(false), press('g'), late)).toEqual([undefined, 'full']);
    expect(read(createKeyReader(false), press('g'), press('x'), press('f'))).toEqual([
      undefined,
      undefined,
      'full',
    ]);
  });

  it('takes a key held down for one press, unless the command goes on', () => {
    add({ id: 'pause', keys: ['Space'] }, { id: 'next', keys: ['j'], repeats: true });
    const held = { repeat: true };
    expect(read(createKeyReader(false), press(' '), press(' ', held))).toEqual(['pause', undefined]);
    expect(read(createKeyReader(false), press('j'), press('j', held))).toEqual(['next', 'next']);
  });

  it('reads no single characters once they are switched off', () => {
    add({ id: 'next', keys: ['j'] }, { id: 'palette', keys: ['Mod+k'] }, { id: 'leave', keys: ['Escape'] });
    const reader = createKeyReader(false, () => false);
    expect(read(reader, press('j'), press('k', { ctrlKey: true }), press('Escape'))).toEqual([
      undefined,
      'palette',
      'leave',
    ]);
  });
});
