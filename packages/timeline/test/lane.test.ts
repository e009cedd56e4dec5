import { LANE as WIRE, LANE_RANK as WIRE_RANK } from '@cb/protocol';
import { expect, it } from 'vitest';
import { LANE, LANE_RANK } from '../src/drawing/index.ts';

it('codes of lanes, and which is worse, are those of the wire', () => {
  expect(LANE).toEqual(WIRE);
  expect(LANE_RANK).toEqual(WIRE_RANK);
});
