import { describe, expect, it } from 'vitest';
import { targetsOf } from '../src/server/control-targets.ts';
import { Fleet } from '../src/server/fleet.ts';
import { helloOf, registrationOf } from './support.ts';

const ACT = { op: 'isolate', reason: 'the bank asked for it' } as const;

/** So many instances of so many breakers, the last instance connected first. */
function fleetOf(instances: number, breakers: number): Fleet {
  const fleet = new Fleet();
  for (let i = instances - 1; i >= 0; i--) {
    const { instance } = fleet.attach(helloOf({ instance: `i${i}`, now: 0 }), {}, 0);
    // Each service numbers them as it likes.
    const registrations = Array.from({ length: breakers }, (_, b) =>
      registrationOf(i * 1_000 + b, { name: `b${b}` }),
    );
    fleet.register(instance, registrations, 0);
  }
  return fleet;
}

describe('the breakers that a request means', () => {
  it('go by the ids of their own services', () => {
    const fleet = fleetOf(3, 2);
    const [row] = [...fleet.rows.values()].filter(({ name }) => name === 'b1');
    const targets = targetsOf(fleet, { ...ACT, epoch: fleet.epoch, rows: [row?.row ?? 0] });
    expect(targets).not.toBeTypeOf('string');
    if (typeof targets === 'string') return;
    expect(targets.map(({ id, lane }) => [lane.instance.name, id])).toEqual([
      ['i0', 1],
      ['i1', 1_001],
      ['i2', 2_001],
    ]);
  });

  it('come by the names of their instances, whichever connected first', () => {
    const fleet = fleetOf(11, 1);
    const targets = targetsOf(fleet, { ...ACT, epoch: fleet.epoch, rows: [1] });
    expect(typeof targets === 'string' || targets.map(({ lane }) => lane.instance.name)).toEqual(
      Array.from({ length: 11 }, (_, i) => `i${i}`),
    );
  });

  it('are two thousand at most', () => {
    const rows = Array.from({ length: 500 }, (_, i) => i + 1);
    const four = fleetOf(4, 500);
    expect(targetsOf(four, { ...ACT, epoch: four.epoch, rows })).toHaveLength(2_000);
    const five = fleetOf(5, 500);
    expect(targetsOf(five, { ...ACT, epoch: five.epoch, rows })).toBe(
      'That would be 2500 instances; at most 2000 at once.',
    );
  });
});
