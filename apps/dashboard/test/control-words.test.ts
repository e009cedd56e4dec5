import { type EventRecord, type InstanceEntry, LANE } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import {
  endWords,
  instancesOf,
  opWords,
  resultWords,
  spelled,
  willDo,
} from '../src/web/lib/control-words.ts';
import { clockShort, countdown } from '../src/web/lib/format.ts';
import {
  computedWords,
  endsIn,
  overlayLine,
  overlaysOf,
  whereWords,
  withoutWords,
} from '../src/web/lib/overlay-words.ts';
import { mayAct, roleAllows, roleWord } from '../src/web/lib/roles.ts';
import { eventLine, whyRow } from '../src/web/lib/why.ts';

type Row = Parameters<typeof whyRow>[0];

const NOON = new Date(2024, 4, 6, 12, 0, 0).getTime();

/** As this machine writes a time of day. */
const UNTIL = clockShort(NOON + 723_000);

function entry(lane: number, more: Partial<InstanceEntry> = {}): InstanceEntry {
  return {
    lane,
    instance: `a-${lane}`,
    state: 'closed',
    mode: 'auto',
    code: LANE.closed,
    since: 0,
    ...more,
  };
}

function isolated(lane: number, more: Partial<InstanceEntry> = {}): InstanceEntry {
  return entry(lane, {
    mode: 'forced-open',
    code: LANE.isolated,
    modeBy: 'kim',
    modeNote: 'move',
    modeUntil: NOON + 723_000,
    ...more,
  });
}

function countsOf(instances: readonly InstanceEntry[]): [number, number, number, number, number] {
  const counts: [number, number, number, number, number] = [0, 0, 0, 0, 0];
  for (const { code } of instances) counts[code]++;
  return counts;
}

function rowOf(instances: InstanceEntry[], more: Partial<Row> = {}): Row {
  return {
    row: 1,
    service: 'payments',
    name: 'charge',
    tags: {},
    code: LANE.closed,
    since: 0,
    counts: countsOf(instances),
    opens: 0,
    instances,
    ...more,
  };
}

function eventOf(more: Partial<EventRecord> = {}): EventRecord {
  return {
    event: 1,
    row: 1,
    lane: 1,
    instance: 'a-1',
    t: NOON,
    from: 'closed',
    to: 'open',
    mode: 'auto',
    modeFrom: 'auto',
    why: { rule: 'failure-ratio', bad: 12, calls: 20, limit: 0.5 },
    configRevision: 1,
    ...more,
  };
}

describe('what an act will do', () => {
  it('is said exactly: how many, what and for how long', () => {
    expect(willDo('isolate', 12, 'payments', 900_000)).toBe(
      '12 instances of payments will turn every call away for 15 minutes. The computed state stays visible.',
    );
    expect(willDo('force-closed', 1, 'payments', undefined)).toMatch(
      /^1 instance of payments will let every call through until somebody releases it/,
    );
    expect(willDo('observe', 2, 'payments', 3_600_000)).toMatch(/for 1 hour and only count what would have/);
    expect(willDo('release', 2, 'payments', undefined)).toMatch(/decide by what they compute again/);
    expect(willDo('reset', 2, 'payments', undefined)).toMatch(/be closed, with an empty window/);
    expect(willDo('probe', 2, 'payments', undefined)).toMatch(/next call through as a probe where .* open/);
    expect(willDo('configure', 2, 'payments', undefined)).toMatch(/until .* the process restarts/);
  });

  it('says what ends it, or that nothing does', () => {
    expect(endWords(900_000, '12:15:00')).toContain('at 12:15:00');
    expect(endWords(undefined, '12:00:00')).toMatch(/until somebody releases it or the process restarts/);
  });

  it.each([
    [1_000, '1 second'],
    [90_000, '90 seconds'],
    [900_000, '15 minutes'],
    [3_600_000, '1 hour'],
    [5_400_000, '90 minutes'],
    [7 * 86_400_000, '7 days'],
    [1_500, '1,500 milliseconds'],
  ])('spells %d ms out as %s', (ms, words) => {
    expect(spelled(ms)).toBe(words);
  });

  it('asks for the second step only where every call is decided, and for an administrator only for settings', () => {
    const ops = ['probe', 'reset', 'isolate', 'force-closed', 'observe', 'release', 'configure'] as const;
    expect(ops.filter((op) => opWords(op).dangerous)).toEqual(['isolate', 'force-closed']);
    expect(ops.filter((op) => opWords(op).role === 'admin')).toEqual(['configure']);
    expect(ops.filter((op) => opWords(op).expires)).toEqual(['isolate', 'force-closed', 'observe']);
  });

  it('takes an operation that nobody knows by its name', () => {
    for (const op of ['drain', '__proto__', 'toString']) {
      expect(opWords(op as 'reset')).toMatchObject({ act: op, done: op, role: 'admin' });
    }
    expect(instancesOf(1_200, 'x')).toBe('1,200 instances of x');
  });
});

describe('what became of an act', () => {
  it('tells what was not done from what may have been', () => {
    expect(resultWords({ ok: true })).toBe('Done');
    expect(resultWords({ ok: false, error: 'timeout' })).toMatch(/may have been done/);
    for (const error of ['changed', 'gone', 'invalid', 'unreachable', 'unsupported'] as const) {
      expect(resultWords({ ok: false, error })).toMatch(/^Not done/);
    }
    expect(resultWords({ ok: false, error: 'refused' })).toBe('Refused by the service');
    expect(resultWords({ ok: false })).toBe('Failed in the service');
  });
});

describe('an overlay', () => {
  it('is one where one act laid it, however far the clocks of its instances are apart', () => {
    const groups = overlaysOf([
      isolated(1),
      isolated(2, { modeUntil: NOON + 722_000 }),
      isolated(3, { modeBy: 'lee' }),
      isolated(4, { modeUntil: NOON + 3_600_000 }),
      entry(5),
    ]);
    expect(groups.map(({ instances }) => instances.map(({ lane }) => lane))).toEqual([[1, 2], [3], [4]]);
    expect(groups[0]?.until).toBe(NOON + 722_000);
  });

  it('says nothing about an instance that is not heard', () => {
    expect(overlaysOf([isolated(1, { code: LANE.noData })])).toEqual([]);
  });

  it('says when it ends, to the second', () => {
    expect(endsIn(NOON + 723_000, NOON)).toBe('ends in 12 min 03 s');
    expect(endsIn(NOON - 1, NOON)).toBe('its time is over');
    expect(endsIn(undefined, NOON)).toBe('until somebody releases it');
  });

  it.each([
    [400, '0 s'],
    [59_000, '59 s'],
    [723_000, '12 min 03 s'],
    [3_900_000, '1 h 05 min'],
    [90_000_000, '1 d 1 h'],
    [-5, '0 s'],
  ])('counts %d ms down as %s', (ms, words) => {
    expect(countdown(ms)).toBe(words);
  });

  it('keeps the computed state beside it, and what would be so without it', () => {
    const [both] = overlaysOf([isolated(1), isolated(2, { state: 'open' })]);
    expect(computedWords(both?.instances ?? [])).toBe('closed on 1, open on 1');
    expect(both && withoutWords(both)).toBe('');
    const without = (mode: InstanceEntry['mode'], state: InstanceEntry['state']) => {
      const [group] = overlaysOf([entry(1, { mode, state })]);
      return group && withoutWords(group);
    };
    expect(without('forced-open', 'closed')).toMatch(/calls would go through/);
    expect(without('forced-open', 'open')).toMatch(/turned away all the same/);
    expect(without('forced-closed', 'open')).toMatch(/would be turned away/);
    expect(without('observing', 'closed')).toMatch(/nothing would be different/);
    expect(without('observing', 'half-open')).toBe('');
  });

  it('names its place only where there are several', () => {
    expect([whereWords(1, 1), whereWords(3, 3), whereWords(2, 3)]).toEqual([
      '',
      ' on all 3 instances',
      ' on 2 of 3 instances',
    ]);
    expect(overlayLine([isolated(1)])).toBe(`Isolated by kim · “move” · until ${UNTIL} · computed closed`);
    expect(overlayLine([entry(1)])).toBe('');
  });
});

describe('a row of the fleet', () => {
  it('says who isolated it and until when', () => {
    const row = rowOf([isolated(1), isolated(2)], { code: LANE.isolated });
    expect(whyRow(row)).toBe(
      `Isolated on all 2 instances by kim · “move” · until ${UNTIL} · computed closed`,
    );
  });

  it('keeps the trouble of the other instances in front of a mode on some of them', () => {
    const row = rowOf([isolated(1), entry(2, { state: 'open', code: LANE.open })], {
      code: LANE.open,
      last: eventOf(),
    });
    expect(whyRow(row)).toBe(
      `12 of last 20 calls failed (limit 50 %) · Isolated on 1 of 2 instances by kim · “move” · until ${UNTIL} · computed closed`,
    );
  });

  it('shows the trouble that a mode lets through', () => {
    const row = rowOf([entry(1, { mode: 'forced-closed', modeBy: 'kim', state: 'open', code: LANE.open })], {
      code: LANE.open,
      last: eventOf({ mode: 'forced-closed', modeFrom: 'forced-closed' }),
    });
    expect(whyRow(row)).toBe(
      'Forced closed by kim · computed open · 12 of last 20 calls failed (limit 50 %)',
    );
  });
});

describe('an event', () => {
  it('tells a mode that was set, set again and released, with who and why', () => {
    const mode = (more: Partial<EventRecord>) =>
      eventLine(eventOf({ to: 'closed', why: { rule: 'mode' }, by: 'kim', note: 'move', ...more }));
    expect(mode({ mode: 'forced-open' })).toBe('Isolated by kim · “move”');
    expect(mode({ mode: 'forced-open', modeFrom: 'forced-open' })).toBe('Isolated by kim · “move”');
    expect(mode({ modeFrom: 'forced-open' })).toBe('Isolation released by kim · “move”');
    expect(mode({ mode: 'observing' })).toBe('Observing by kim · “move”');
    expect(mode({ modeFrom: 'forced-closed' })).toBe('Forced closed released by kim · “move”');
  });
});

describe('roles', () => {
  it('allow what the ones before them allow', () => {
    expect([
      mayAct('viewer', 'operator'),
      mayAct('operator', 'operator'),
      mayAct('operator', 'admin'),
    ]).toEqual([false, true, false]);
    expect(mayAct('admin', 'operator')).toBe(true);
    expect(mayAct('owner' as 'admin', 'operator')).toBe(false);
    expect(roleWord('owner' as 'admin')).toBe('Viewer');
    expect(['viewer', 'operator', 'admin'].map((role) => roleAllows(role as 'admin'))).toEqual([
      'You can look.',
      'You can act on breakers.',
      'You can act on breakers and change their settings.',
    ]);
  });
});
