import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  CONTROL_OPS,
  type ControlAnswer,
  type ControlCommand,
  type ControlRequest,
  LIMITS,
  readControlAnswer,
  readControlCommand,
  readControlRequest,
  readHello,
  readRegistrations,
  readStateChanges,
} from '../src/index.ts';

const config = { openWhen: [{ kind: 'failure-ratio', ratio: 0.5 }], probing: { probes: 3 } };
const request: ControlRequest = {
  epoch: 'e1',
  rows: [1, 2],
  lanes: [7],
  op: 'isolate',
  reason: 'the bank asked for it',
  forMs: 60_000,
  expect: { 7: 3 },
  by: 'ana',
};
const command: ControlCommand = {
  command: 4,
  id: 1,
  op: 'configure',
  by: 'ana',
  reason: 'the bank asked for it',
  config,
  expect: 3,
};
const answer: ControlAnswer = { ok: false, version: 3, error: 'changed', message: 'somebody was quicker' };

const readers = { readControlRequest, readControlCommand, readControlAnswer };
const keys = Object.keys({ ...request, ...command, ...answer });
/** Valid messages with anything in any place. */
const nearlyValid = fc
  .tuple(
    fc.constantFrom<object>(request, command, answer),
    fc.dictionary(
      fc.constantFrom(...keys, '__proto__', 'constructor'),
      fc.oneof(
        fc.jsonValue({ maxDepth: 4 }),
        fc.constantFrom(...CONTROL_OPS, 'constructor', '__proto__'),
        fc.integer(),
        fc.array(fc.nat(), { maxLength: 4 }),
      ),
    ),
  )
  .map(([message, damage]) => ({ ...message, ...damage }));
const anything = fc.oneof(fc.anything(), fc.jsonValue(), nearlyValid);

/** Every object inside a value, itself too. */
function objectsIn(value: unknown, found: Set<unknown> = new Set()): Set<unknown> {
  if (typeof value !== 'object' || value === null || found.has(value)) return found;
  found.add(value);
  for (const inner of Object.values(value)) objectsIn(inner, found);
  return found;
}

describe('every reader of control', () => {
  it('never throws, and answers a sentence or fresh data that JSON can carry', { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(anything, (message) => {
        for (const read of Object.values(readers)) {
          const got: unknown = read(message);
          expect(['string', 'object']).toContain(typeof got);
          expect(JSON.parse(JSON.stringify(got))).toEqual(got);
          const given = objectsIn(message);
          for (const each of objectsIn(got)) expect(given.has(each)).toBe(false);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('reads its own answer to the same answer', { timeout: 30_000 }, () => {
    fc.assert(
      fc.property(nearlyValid, (message) => {
        for (const read of Object.values(readers)) {
          const once: unknown = read(message);
          if (typeof once !== 'string') expect(read(once)).toEqual(once);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never mends an act: what it passes on says what was asked, within the bounds', {
    timeout: 30_000,
  }, () => {
    fc.assert(
      fc.property(nearlyValid, (message) => {
        const read = readControlRequest(message);
        if (typeof read === 'string') return;
        const asked = message as unknown as ControlRequest;
        expect(CONTROL_OPS).toContain(read.op);
        expect(read.op).toBe(asked.op);
        expect(read.reason.length).toBeGreaterThanOrEqual(3);
        expect(read.reason.length).toBeLessThanOrEqual(200);
        expect(read.forMs).toBe(asked.forMs);
        expect(new Set(read.rows)).toEqual(new Set(asked.rows));
        expect(read.config).toEqual(asked.config);
      }),
      { numRuns: 500 },
    );
  });
});

describe('what is valid', () => {
  it('comes through as it is', () => {
    expect(readControlRequest(request)).toEqual(request);
    expect(readControlCommand(command)).toEqual(command);
    expect(readControlAnswer(answer)).toEqual(answer);
    expect(readControlAnswer({ ok: true, version: 4 })).toEqual({ ok: true, version: 4 });
    for (const op of CONTROL_OPS) {
      const more = op === 'configure' ? { config } : {};
      const least = { epoch: 'e1', rows: [1], op, reason: 'abc', ...more };
      expect(readControlRequest(least)).toEqual(least);
    }
  });

  it('carries no secret on: not in a reason, and not in the words of a service', () => {
    const reason = 'the bank said password=hunter2';
    expect(readControlRequest({ ...request, reason })).toMatchObject({
      reason: 'the bank said password=***',
    });
    expect(readControlAnswer({ ...answer, message: 'bad token: abcdef' })).toMatchObject({
      message: 'bad token: ***',
    });
  });

  it('may carry fields nobody knows', () => {
    expect(readControlRequest({ ...request, future: 1 })).toEqual(request);
    expect(readControlCommand({ ...command, future: 1 })).toEqual(command);
    expect(readControlAnswer({ ...answer, future: 1 })).toEqual(answer);
  });

  it.each([1_000, LIMITS.modeMs])('may end after %i ms', (forMs) => {
    expect(readControlRequest({ ...request, forMs })).toMatchObject({ forMs });
  });

  it('may have the longest reason, name and lists', () => {
    const numbers = (length: number): number[] => Array.from({ length }, (_, i) => i);
    const expected = Object.fromEntries(numbers(2_000).map((lane) => [lane, 1]));
    const most = {
      ...request,
      reason: 'r'.repeat(200),
      by: 'n'.repeat(64),
      rows: numbers(500),
      lanes: numbers(2_000),
      expect: expected,
    };
    expect(readControlRequest(most)).toEqual(most);
  });
});

describe('what is refused, and why', () => {
  it.each([
    ['an unknown operation', { op: 'explode' }, /^control\.op must be one of isolate, force-closed, observe/],
    ['a name from the prototype', { op: 'toString' }, /^control\.op must be one of/],
    ['no operation', { op: undefined }, /^control\.op must be one of/],
    ['no reason', { reason: undefined }, /^control\.reason must say why in 3 to 200 printable characters$/],
    ['a short reason', { reason: ' a ' }, /^control\.reason/],
    ['an invisible reason', { reason: '\u200b\u202e\u0000abc'.slice(0, 4) }, /^control\.reason/],
    ['a long reason', { reason: 'r'.repeat(201) }, /^control\.reason/],
    ['a reason of a million characters', { reason: ' '.repeat(1_000_000) }, /^control\.reason/],
    ['a reason in a heap of what nobody sees', { reason: `abc${'\u200b'.repeat(500)}` }, /^control\.reason/],
    ['too short a time', { forMs: 999 }, /^control\.forMs must be a whole number from 1000 to 604800000/],
    ['too long a time', { forMs: LIMITS.modeMs + 1 }, /^control\.forMs/],
    ['half a millisecond', { forMs: 1_000.5 }, /^control\.forMs/],
    ['text for a time', { forMs: '60000' }, /^control\.forMs/],
    ['a null for a time', { forMs: null }, /^control\.forMs/],
    [
      'an end of what has none',
      { op: 'release' },
      /^control\.forMs is for isolate, force-closed, observe; release does not end by itself$/,
    ],
    ['settings of no configure', { config }, /^control\.config is for configure$/],
    ['no epoch', { epoch: '' }, /^control\.epoch/],
    ['an epoch that is long', { epoch: 'e'.repeat(65) }, /^control\.epoch/],
    ['no row', { rows: [] }, /^control\.rows must be a list of 1 to 500 numbers/],
    ['rows by name', { rows: ['payments'] }, /^control\.rows/],
    ['half a row', { rows: [1.5] }, /^control\.rows/],
    ['lanes by name', { lanes: ['a'] }, /^control\.lanes must be a list of 1 to 2000 numbers/],
    ['no lane', { lanes: [] }, /^control\.lanes/],
    ['a list of versions', { expect: [3] }, /^control\.expect/],
    ['a version that is no count', { expect: { 7: -1 } }, /^control\.expect/],
    ['a lane with a sign', { expect: { '+7': 1 } }, /^control\.expect/],
    ['a lane with a zero before it', { expect: { '07': 1 } }, /^control\.expect/],
    ['a long name', { by: 'n'.repeat(65) }, /^control\.by must be a name of at most 64 characters$/],
    ['a number for a name', { by: 7 }, /^control\.by/],
  ])('%s', (_what, more, sentence) => {
    expect(readControlRequest({ ...request, ...more })).toMatch(sentence);
  });

  it.each([
    ['a list', [1]],
    ['nothing', {}],
    ['text', 'fast'],
    ['null', null],
    ['too deep', { a: { b: { c: { d: { e: { f: { g: { h: { i: 1 } } } } } } } } }],
    ['too many values', { a: Array(501).fill(1) }],
    ['too much text', { a: Array.from({ length: 20 }, () => 'x'.repeat(500)) }],
    ['text that would be cut', { a: 'x'.repeat(501) }],
    ['text that would be cleaned', { a: 'x\u202ey' }],
    ['a key that would be cleaned', { 'a\u0000': 1 }],
    ['a key that would become one of the prototype', JSON.parse('{"__proto__\\u0000":{}}')],
    ['two keys that would be one', { 'a\u0000': 1, a: 2 }],
    ['what JSON has not', { a: Number.NaN }],
    ['a function', { a: () => 1 }],
  ])('settings that are %s', (_what, bad) => {
    const asked = { epoch: 'e1', rows: [1], op: 'configure', reason: 'abc', config: bad };
    expect(readControlRequest(asked)).toMatch(/^control\.config must (hold the settings|be plain data of)/);
    expect(readControlCommand({ ...command, config: bad })).toMatch(/^ctl\.config must/);
  });

  it.each([
    [{ command: -1 }, /^ctl\.command/],
    [{ id: 'payments' }, /^ctl\.id/],
    [{ by: '' }, /^ctl\.by must say who$/],
    [{ by: 'n'.repeat(129) }, /^ctl\.by/],
    [{ op: 'isolate' }, /^ctl\.config is for configure$/],
    [{ expect: 'new' }, /^ctl\.expect/],
    [{ expect: null }, /^ctl\.expect/],
  ])('a command with %j', (more, sentence) => {
    expect(readControlCommand({ ...command, ...more })).toMatch(sentence);
  });

  it('an answer that says neither yes nor no', () => {
    for (const each of [undefined, null, true, 'ok', [], {}, { ok: 1 }, { ok: 'true' }]) {
      expect(readControlAnswer(each)).toMatch(/^the answer to ctl must/);
    }
  });

  it('keeps of an odd answer what can be used', () => {
    const odd = {
      ok: false,
      version: Number.NaN,
      error: 'constructor',
      message: `${'m'.repeat(500)}\u202e`,
    };
    expect(readControlAnswer(odd)).toEqual({
      ok: false,
      version: 0,
      error: 'failed',
      message: 'm'.repeat(200),
    });
    expect(readControlAnswer({ ok: true, version: 2, error: 'refused' })).toEqual({ ok: true, version: 2 });
  });
});

describe('what reports say of control', () => {
  const hello = { v: 1, service: 's', instance: 'i', boot: 'b', sdk: 'x', tags: {}, now: 1 };

  it('is a short list of capabilities, each once, and left out where there is none', () => {
    const caps = ['control', 'control', 5, '', null, '\u0000', 'c'.repeat(100)];
    expect(readHello({ ...hello, caps })).toMatchObject({ caps: ['control', 'c'.repeat(LIMITS.capChars)] });
    for (const none of [undefined, [], 'control', { 0: 'control' }, 7]) {
      expect(readHello({ ...hello, caps: none })).toEqual(hello);
    }
    const many = Array.from({ length: 1_000 }, (_, i) => `c${i}`);
    expect((readHello({ ...hello, caps: many }) as { caps: string[] }).caps).toHaveLength(LIMITS.caps);
  });

  it('is a version, and when and by whom a mode was laid', () => {
    const said = { version: 3, modeUntil: 5_000, modeBy: 'ana', modeNote: 'the bank' };
    const registration = {
      id: 1,
      name: 'payments',
      state: 'closed',
      mode: 'forced-open',
      since: 0,
      config: null,
      configRevision: 1,
      tags: {},
    };
    expect(readRegistrations([{ ...registration, ...said }])).toMatchObject({
      items: [{ ...registration, ...said }],
    });
    const odd = { version: -1, modeUntil: 'never', modeBy: {}, modeNote: '\u202e' };
    expect(readRegistrations([{ ...registration, ...odd }])).toMatchObject({ items: [registration] });
    const change = { id: 1, seq: 1, t: 1, to: 'open', mode: 'forced-open', version: 4, modeUntil: 9 };
    expect(readStateChanges([change])).toMatchObject({ items: [{ version: 4, modeUntil: 9 }] });
  });
});
