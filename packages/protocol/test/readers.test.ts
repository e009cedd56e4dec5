import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BUCKETS,
  cleanName,
  cleanTags,
  type Hello,
  LIMITS,
  type PolicyReport,
  type Registration,
  type Rollup,
  readCredit,
  readHeartbeat,
  readHello,
  readPolicies,
  readRegistrations,
  readRemovals,
  readRollup,
  readStateChanges,
  readWatch,
  type StateChange,
} from '../src/index.ts';

const hello: Hello = {
  v: 1,
  service: 'checkout',
  instance: 'a:1',
  boot: 'b1',
  sdk: 'test 1',
  tags: { region: 'eu' },
  now: 1_000,
};
const registration: Registration = {
  id: 1,
  name: 'payments',
  state: 'closed',
  mode: 'auto',
  since: 500,
  config: { openWhen: [{ kind: 'failure-ratio', ratio: 0.5 }] },
  configRevision: 1,
  tags: {},
};
const change: StateChange = {
  id: 1,
  seq: 1,
  t: 900,
  from: 'closed',
  to: 'open',
  mode: 'auto',
  modeFrom: 'auto',
  why: { rule: 'failure-ratio', value: 0.61, limit: 0.5, calls: 100, minimumCalls: 20, bad: 61 },
  retryAt: 5_900,
  configRevision: 1,
  outcomes: 'ooeetsx',
  firstFailureAt: 800,
  errors: [{ name: 'Error', code: 'ECONNRESET', message: 'down', count: 3 }],
  by: 'ana',
  note: 'test',
};
const rollup: Rollup = {
  t: 1_000,
  ms: 1_000,
  id: [1, 2],
  ok: [5, 0],
  fail: [0, 2],
  inFlight: [1, 0],
  failureRatio: [0, 1],
  hist: [
    [10, 5],
    [20, 1, 30, 1],
  ],
};

const policy: PolicyReport = {
  id: 1,
  kind: 'retry',
  name: 'payments',
  counts: { succeeded: 90, retries: 12, recovered: 8 },
  gauges: { inFlight: 2, budgetTokens: 99.5 },
  config: { attempts: 3, backoff: { kind: 'exponential', firstMs: 200 } },
};

function usable<T>(read: T | string): T {
  if (typeof read === 'string') throw new Error(`refused: ${read}`);
  return read;
}

const readers = {
  readHello,
  readRegistrations,
  readStateChanges,
  readRollup,
  readHeartbeat,
  readRemovals,
  readPolicies,
  readWatch,
  readCredit,
};
/** Valid messages with anything in any place, so that the readers get past their first line. */
const nearlyValid = fc
  .tuple(
    fc.constantFrom<object>(
      hello,
      registration,
      change,
      rollup,
      policy,
      { now: 1, queued: 0 },
      { rows: [1], hz: 4 },
    ),
    fc.dictionary(
      fc.constantFrom(
        ...Object.keys({
          ...hello,
          ...registration,
          ...change,
          ...rollup,
          ...policy,
          gone: 0,
          rows: 0,
          hz: 0,
        }),
      ),
      fc.jsonValue({ maxDepth: 4 }),
    ),
  )
  .map(([message, damage]) => ({ ...message, ...damage }));

describe('every reader', () => {
  it('never throws and answers what JSON can carry, whatever arrives', () => {
    const anything = fc.oneof(
      fc.anything(),
      fc.jsonValue(),
      nearlyValid,
      fc.array(nearlyValid, { maxLength: 5 }),
    );
    fc.assert(
      fc.property(anything, (message) => {
        for (const read of Object.values(readers)) {
          const answer = read(message);
          expect(['string', 'number', 'object']).toContain(typeof answer);
          expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads its own answer to the same answer', () => {
    fc.assert(
      fc.property(nearlyValid, (message) => {
        const first = readStateChanges([message]);
        if (typeof first !== 'string')
          expect(readStateChanges(first.items)).toMatchObject({ items: first.items });
        const registrations = readRegistrations([message]);
        if (typeof registrations !== 'string') {
          expect(readRegistrations(registrations.items)).toEqual({ ...registrations, skipped: 0 });
        }
        const policies = readPolicies([message]);
        if (typeof policies !== 'string')
          expect(readPolicies(policies.items)).toEqual({ ...policies, skipped: 0 });
        const counters = readRollup(message);
        if (typeof counters !== 'string')
          expect(readRollup(counters.rollup)).toEqual({ ...counters, skipped: 0 });
      }),
      { numRuns: 1_000 },
    );
  });

  it('answers well-formed changes only', () => {
    fc.assert(
      fc.property(fc.array(nearlyValid, { maxLength: 5 }), (messages) => {
        for (const item of usable(readStateChanges(messages)).items) {
          expect(Number.isSafeInteger(item.seq) && Number.isInteger(item.id)).toBe(true);
          expect(['closed', 'open', 'half-open']).toContain(item.to);
          expect(item.outcomes ?? '').toMatch(/^[oetsx]{0,100}$/);
          for (const error of item.errors ?? []) expect(error.message.length).toBeLessThanOrEqual(200);
        }
      }),
    );
  });
});

describe('what is valid', () => {
  it('comes through as it is', () => {
    expect(readHello(hello)).toEqual(hello);
    expect(usable(readRegistrations([registration]))).toEqual({ items: [registration], skipped: 0 });
    expect(usable(readStateChanges([change]))).toEqual({ items: [change], skipped: 0, lastSeq: 1 });
    expect(usable(readRollup(rollup))).toEqual({ rollup, skipped: 0 });
    expect(readHeartbeat({ now: 5, queued: 1, lost: 2 })).toEqual({ now: 5, queued: 1, lost: 2 });
    expect(usable(readPolicies([policy]))).toEqual({ items: [policy], skipped: 0 });
    const gone = { ...policy, gone: true };
    expect(usable(readPolicies([gone]))).toEqual({ items: [gone], skipped: 0 });
    expect(readWatch({ rows: [3, 1, 3], hz: 40 })).toEqual({ rows: [3, 1], hz: 10 });
  });

  it('may carry fields nobody knows, and lack every optional one', () => {
    const { items } = usable(readRegistrations([{ id: 7, name: 'x', future: true }]));
    expect(items).toMatchObject([{ id: 7, name: 'x', state: 'closed', mode: 'auto', config: null }]);
    expect(
      usable(readStateChanges([{ id: 1, seq: 4, t: 5, to: 'open', why: { rule: 'new' } }])).items,
    ).toMatchObject([{ from: 'open', mode: 'auto', why: { rule: 'unknown' } }]);
    expect(usable(readRollup({ t: 1, id: [1] })).rollup).toEqual({ t: 1, ms: 1_000, id: [1] });
  });
});

describe('a batch', () => {
  it('skips and counts a bad entry, and puts changes in order', () => {
    const batch = usable(
      readStateChanges([{ ...change, seq: 3 }, null, { ...change, t: 'x', seq: 9 }, change]),
    );
    expect(batch.items.map(({ seq }) => seq)).toEqual([1, 3]);
    expect(batch).toMatchObject({ skipped: 2, lastSeq: 9 });
  });

  it('skips rows and columns of a rollup that cannot be used', () => {
    const read = usable(
      readRollup({ ...rollup, id: [1, 'x'], ok: [5], fail: [Number.NaN, 1], hist: [[999, 1, 10], 'x'] }),
    );
    expect(read.rollup).toEqual({
      t: 1_000,
      ms: 1_000,
      id: [1],
      fail: [0],
      inFlight: [1],
      failureRatio: [0],
      hist: [[]],
    });
    expect(read.skipped).toBe(2);
  });

  it('brings the pairs of a histogram into order, each bucket once', () => {
    const hist = [[30, 1, BUCKETS, 5, 10, 2, 30, 4, 11]];
    expect(usable(readRollup({ t: 1, id: [1], hist })).rollup.hist).toEqual([[10, 2, 30, 5]]);
  });

  it('reads what is in order, as services send it, and what is not, alike', () => {
    const pair = fc.tuple(fc.nat({ max: BUCKETS - 1 }), fc.integer({ min: 1, max: 2 ** 32 - 1 }));
    const rows = fc.uniqueArray(
      fc.tuple(fc.nat({ max: 500 }), fc.uniqueArray(pair, { selector: ([b]) => b })),
      {
        selector: ([id]) => id,
      },
    );
    const send = (list: readonly (readonly [number, (readonly [number, number])[]])[]): unknown => ({
      t: 1,
      id: list.map(([id]) => id),
      ok: list.map(([id]) => id + 1),
      hist: list.map(([, pairs]) => pairs.flat()),
    });
    const byFirst = (a: readonly [number, unknown], b: readonly [number, unknown]): number => a[0] - b[0];
    fc.assert(
      fc.property(rows, (list) => {
        const tidy = list.map(([id, pairs]) => [id, pairs.toSorted(byFirst)] as const).toSorted(byFirst);
        const { id, ok, hist } = usable(readRollup(send(list))).rollup;
        const place = id.map((each, i) => [each, i] as const).toSorted(byFirst);
        expect(usable(readRollup(send(tidy)))).toEqual({
          rollup: {
            t: 1,
            ms: 1_000,
            id: place.map(([each]) => each),
            ok: place.map(([, i]) => ok?.[i]),
            hist: place.map(([, i]) => hist?.[i]),
          },
          skipped: 0,
        });
      }),
    );
  });

  it('is bounded', () => {
    const many = Array.from({ length: LIMITS.breakers + 5 }, (_, id) => ({ id, name: `b${id}` }));
    expect(usable(readRegistrations(many))).toMatchObject({ skipped: 5 });
    expect(readWatch({ rows: many.map(({ id }) => id) })).toMatch(/at most 500 entries, got 2005/);
  });
});

describe('policies', () => {
  const read = (more: Record<string, unknown>): PolicyReport | undefined =>
    usable(readPolicies([{ ...policy, ...more }])).items[0];

  it('may be of a kind nobody knows, and lack everything but who they are', () => {
    const future = { id: 1, kind: 'throttle', name: 'x', future: { a: 1 }, gone: 'yes' };
    expect(usable(readPolicies([future]))).toEqual({
      items: [{ id: 1, kind: 'throttle', name: 'x', counts: {}, gauges: {} }],
      skipped: 0,
    });
  });

  it('are skipped and counted where nobody can tell which they are', () => {
    const bad = [
      { ...policy, id: -1 },
      { ...policy, kind: '\u0000' },
      { ...policy, name: 5 },
      null,
      [policy],
    ];
    expect(usable(readPolicies([...bad, policy]))).toEqual({ items: [policy], skipped: 5 });
    expect(readPolicies({ 0: policy, length: 1 })).toBe('pol must be a list');
  });

  it('keep the numbers that are numbers', () => {
    const counts = {
      ok: 1.9,
      less: -1,
      text: '5',
      none: null,
      endless: Number.POSITIVE_INFINITY,
      huge: 1e300,
    };
    expect(read({ counts })?.counts).toEqual({ ok: 1, huge: Number.MAX_SAFE_INTEGER });
    const gauges = { tokens: -0.5, nothing: Number.NaN, deep: { a: 1 }, low: -1e300 };
    expect(read({ gauges })?.gauges).toEqual({ tokens: -0.5, low: -Number.MAX_SAFE_INTEGER });
    for (const each of [null, 5, 'x', [1, 2]]) expect(read({ counts: each })?.counts).toEqual({});
  });

  it('keep names of counters that objects know as names like any other', () => {
    const counts = read({ counts: JSON.parse('{"__proto__":1,"constructor":2,"a\\u202eb":3}') })?.counts;
    expect(Object.entries(counts ?? {})).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
      ['ab', 3],
    ]);
    expect(Object.getPrototypeOf(counts)).toBeNull();
  });

  it('are bounded', () => {
    const many = Array.from({ length: LIMITS.policies + 5 }, (_, id) => ({ ...policy, id }));
    expect(usable(readPolicies(many))).toMatchObject({ skipped: 5 });
    const counts = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`c${i}`, i]));
    expect(Object.keys(read({ counts })?.counts ?? {})).toHaveLength(LIMITS.counters);
    const long = { [`${'n'.repeat(5_000)}`]: 1 };
    expect(Object.keys(read({ gauges: long })?.gauges ?? {})[0]).toHaveLength(LIMITS.counterChars);
    expect(read({ kind: 'k'.repeat(5_000) })?.kind).toHaveLength(LIMITS.kindChars);
    let deep: unknown = 1;
    for (let i = 0; i < 5_000; i++) deep = { deep };
    expect(JSON.stringify(read({ config: deep })?.config).length).toBeLessThan(100);
    const wide = Object.fromEntries(Array.from({ length: 9_999 }, (_, i) => [`k${i}`, 'v'.repeat(400)]));
    expect(JSON.stringify(read({ config: wide })?.config).length).toBeLessThan(3_000);
  });
});

describe('names', () => {
  it('that objects know are names like any other', () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty'])
      expect(cleanName(name)).toBe(name);
    const tags = cleanTags(JSON.parse('{"__proto__":"a","constructor":"b"}'));
    expect(Object.entries(tags)).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  it('lose control, bidi and broken characters', () => {
    expect(cleanName('pay\u202ements\u0000\n\u2066\ud800')).toBe('payments');
    expect(cleanName('\u0007\u200f ')).toBeUndefined();
    expect(cleanName('👩‍🚀 família')).toBe('👩‍🚀 família');
  });

  it('that are too long stay two when they are two', () => {
    const [a, b] = [cleanName(`${'x'.repeat(10_000)}a`), cleanName(`${'x'.repeat(10_000)}b`)];
    expect(a).not.toBe(b);
    expect([a?.length, b?.length]).toEqual([128, 128]);
    fc.assert(
      fc.property(fc.string({ minLength: 100, maxLength: 400, unit: 'binary' }), (text) => {
        const name = cleanName(text);
        expect(name === undefined || (name.length <= 128 && cleanName(name) === name)).toBe(true);
      }),
    );
  });
});

describe('a configuration', () => {
  const configOf = (config: unknown): unknown =>
    usable(readRegistrations([{ ...registration, config }])).items[0]?.config;

  it('is bounded in depth and size, and has no prototype', () => {
    let deep: unknown = 1;
    for (let i = 0; i < 5_000; i++) deep = [deep];
    expect(JSON.stringify(configOf(deep))).toBe('[[[[[[[["…"]]]]]]]]');
    expect(JSON.stringify(configOf(Array.from({ length: 9_999 }, () => 1))).length).toBeLessThan(2_000);
    expect(JSON.stringify(configOf({ a: 'x'.repeat(60_000) })).length).toBeLessThan(600);
    const copy = configOf(JSON.parse('{"__proto__":{"polluted":1}}'));
    expect(Object.getPrototypeOf(copy)).toBeNull();
    expect(JSON.stringify(copy)).toBe('{"__proto__":{"polluted":1}}');
  });
});

describe('hello', () => {
  it('is refused in words', () => {
    expect(readHello(null)).toBe('hello must be an object');
    expect(readHello({ ...hello, v: 2 })).toBe('this server speaks version 1, the service version 2');
    expect(readHello({ ...hello, v: undefined })).toBe('this server speaks version 1, the service sent none');
    expect(readHello({ ...hello, service: '\u0000' })).toBe('hello.service must be a name');
    expect(readHello({ ...hello, now: '5' })).toBe('hello.now must be epoch milliseconds');
  });
});
