import { type ControlResult, type InstanceEntry, LANE, readControlRequest } from '@cb/protocol';
import { describe, expect, it } from 'vitest';
import {
  formFor,
  missingOf,
  onceMore,
  requestOf,
  versionsOf,
} from '../src/web/features/control/act-request.ts';

const LANES: readonly InstanceEntry[] = [
  { lane: 4, instance: 'a-1', state: 'closed', mode: 'auto', code: LANE.closed, since: 0, version: 2 },
  { lane: 7, instance: 'a-2', state: 'open', mode: 'forced-open', code: LANE.isolated, since: 0, version: 0 },
  { lane: 9, instance: 'old', state: 'closed', mode: 'auto', code: LANE.closed, since: 0 },
];
const FORM = { ...formFor('isolate', LANES, 'kim'), reason: ' disk is swapped ' };
const ACT = {
  epoch: 'e',
  row: 3,
  op: 'isolate',
  chosen: LANES,
  seen: versionsOf(LANES),
  form: FORM,
  config: undefined,
} as const;

function resultOf(lane: number, more: Partial<ControlResult> = {}): ControlResult {
  return { lane, service: 's', name: 'n', instance: 'i', ok: true, ...more };
}

describe('a request to act', () => {
  it('names the lanes that were confirmed and the versions that were seen, and the server can read it', () => {
    const request = requestOf(ACT);
    expect(request).toEqual({
      epoch: 'e',
      rows: [3],
      lanes: [4, 7, 9],
      op: 'isolate',
      reason: 'disk is swapped',
      expect: { 4: 2, 7: 0 },
      forMs: 900_000,
      by: 'kim',
    });
    expect(readControlRequest(JSON.parse(JSON.stringify(request)))).toEqual(request);
  });

  it('says no duration where it ends by no time, or where the act has none', () => {
    expect(requestOf({ ...ACT, form: { ...FORM, forMs: undefined } })).not.toHaveProperty('forMs');
    expect(requestOf({ ...ACT, op: 'reset' })).not.toHaveProperty('forMs');
    expect(requestOf({ ...ACT, form: { ...FORM, who: '  ' } })).not.toHaveProperty('by');
    expect(requestOf({ ...ACT, op: 'configure', config: { failAfterMs: 5 } }).config).toEqual({
      failAfterMs: 5,
    });
  });

  it('begins a release where there is something to release', () => {
    expect([...formFor('release', LANES, '').without]).toEqual([4, 9]);
    expect([...FORM.without]).toEqual([]);
  });

  it.each([
    [{ reason: '  no  ' }, 3, /^Say why, in 3 to 200/],
    [{ reason: 'x'.repeat(201) }, 3, /^Say why/],
    [{ reason: 'why' }, 0, /^Choose at least one/],
    [{ reason: 'why', typed: 'ledgr' }, 3, /^Type the name/],
    [{ reason: 'why', typed: ' ledger ' }, 3, undefined],
  ])('is not sent before it is whole: %j', (part, chosen, words) => {
    const missing = missingOf({ ...FORM, ...part }, chosen, 'ledger');
    if (words === undefined) expect(missing).toBeUndefined();
    else expect(missing).toMatch(words);
  });

  it('is made once more only where somebody was quicker, over the newest version that anybody told', () => {
    const results = [
      resultOf(4),
      resultOf(7, { ok: false, error: 'changed', version: 5 }),
      resultOf(9, { ok: false, error: 'timeout' }),
    ];
    const { form, seen } = onceMore({ ...FORM, typed: 'ledger' }, { audit: 1, results }, LANES);
    expect([...form.without]).toEqual([4, 9]);
    expect([form.typed, form.reason]).toEqual(['', FORM.reason]);
    expect(seen.get(7)).toBe(5);
    const ahead = LANES.map((each) => ({ ...each, version: 8 }));
    expect(onceMore(FORM, { audit: 1, results }, ahead).seen.get(7)).toBe(8);
  });
});
