import { type Delta, type DirectoryRow, type EventRecord, LANE } from '@cb/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { applyDelta } from '../src/web/live/row-view.ts';
import { isSwapped, readToken, restoreToken, swapToken, writeToken } from '../src/web/live/token.ts';

const ROW: DirectoryRow = {
  row: 1,
  service: 'payments',
  name: 'charge',
  tags: {},
  code: LANE.closed,
  since: 0,
  counts: [0, 1, 0, 0, 0],
  opens: 0,
  instances: [
    {
      lane: 1,
      instance: 'a-1',
      state: 'closed',
      mode: 'auto',
      code: LANE.closed,
      since: 0,
      control: true,
      version: 0,
    },
  ],
};

function deltaOf(more: Partial<EventRecord>): Delta {
  const event: EventRecord = {
    event: 1,
    row: 1,
    lane: 1,
    instance: 'a-1',
    t: 10,
    from: 'closed',
    to: 'closed',
    mode: 'forced-open',
    modeFrom: 'forced-open',
    why: { rule: 'mode' },
    configRevision: 1,
    ...more,
  };
  return {
    seq: 1,
    row: 1,
    lane: 1,
    code: LANE.isolated,
    t: 10,
    rowCode: LANE.isolated,
    rowSince: 10,
    counts: [0, 0, 0, 1, 0],
    event,
  };
}

describe('an overlay on the page', () => {
  const set = deltaOf({ modeFrom: 'auto', by: 'kim', note: 'move', modeUntil: 900, version: 1 });

  it('comes with the change that laid it', () => {
    expect(applyDelta(ROW, set).instances[0]).toMatchObject({
      mode: 'forced-open',
      state: 'closed',
      modeBy: 'kim',
      modeNote: 'move',
      modeUntil: 900,
      version: 1,
      control: true,
    });
  });

  it('stays while the machine below moves, and while the heartbeat comes and goes', () => {
    const laid = applyDelta(ROW, set);
    const moved = applyDelta(laid, deltaOf({ to: 'open', why: { rule: 'failure-ratio' }, version: 1 }));
    expect(moved.instances[0]).toMatchObject({ state: 'open', modeBy: 'kim', modeUntil: 900, version: 1 });
    const { event: _, ...silent } = deltaOf({});
    expect(applyDelta(moved, { ...silent, code: LANE.noData }).instances[0]).toMatchObject({ modeBy: 'kim' });
  });

  it('gives way to the next one whole, and leaves nothing behind', () => {
    const laid = applyDelta(ROW, set);
    const renewed = applyDelta(laid, deltaOf({ by: 'lee', version: 2 })).instances[0];
    expect(renewed).toMatchObject({ modeBy: 'lee', version: 2 });
    expect(renewed).not.toHaveProperty('modeUntil');
    expect(renewed).not.toHaveProperty('modeNote');
    const released = applyDelta(laid, deltaOf({ mode: 'auto', by: 'lee', version: 2 })).instances[0];
    expect(released).toEqual({ ...ROW.instances[0], version: 2, since: 10, code: LANE.isolated });
  });
});

describe('the token of the tab', () => {
  function storage(): Map<string, string> {
    const kept = new Map<string, string>();
    vi.stubGlobal('sessionStorage', {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    });
    return kept;
  }
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it.each([
    ['with storage', true],
    ['without storage', false],
  ])('makes room for an operator’s, and comes back, %s', (_, stored) => {
    const kept = stored ? storage() : undefined;
    writeToken('view');
    swapToken('control');
    expect([readToken(), isSwapped()]).toEqual(['control', true]);
    // A second one in place of the first: the reader's is still the one to go back to.
    swapToken('admin');
    restoreToken();
    expect([readToken(), isSwapped()]).toEqual(['view', false]);
    if (kept) expect([...kept]).toEqual([['cb-token', 'view']]);
  });

  it('comes back as none where there was none', () => {
    const kept = storage();
    swapToken('control');
    restoreToken();
    expect([readToken(), isSwapped(), kept.size]).toEqual([undefined, false, 0]);
  });

  it('is nothing to go back from where it was given at the door', () => {
    storage();
    swapToken('control');
    writeToken('admin');
    expect(isSwapped()).toBe(false);
    restoreToken();
    expect(readToken()).toBeUndefined();
  });
});
