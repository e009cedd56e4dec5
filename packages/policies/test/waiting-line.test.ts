import { getEventListeners } from 'node:events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Place, WaitingLine } from '../src/waiting-line.ts';

function lineOf(...names: string[]) {
  const line = new WaitingLine();
  const told: string[] = [];
  const join = (name: string, signal?: AbortSignal): Place =>
    line.join(
      { come: () => told.push(name), gone: (reason) => told.push(`${name} ${String(reason)}`) },
      signal,
    );
  return { line, told, join, places: names.map((name) => join(name)) };
}

describe('a waiting line', () => {
  it('serves whoever has waited longest', () => {
    const { line, told, join } = lineOf('a', 'b');
    expect(line.next()).toBe(true);
    join('c');
    expect([line.next(), line.next(), line.next(), line.size]).toEqual([true, true, false, 0]);
    expect(told).toEqual(['a', 'b', 'c']);
  });

  it.each([0, 1, 2])('lets number %i leave, once, and serves the others in order', (which) => {
    const { line, told, places } = lineOf('a', 'b', 'c');
    expect([places[which]?.leave(), places[which]?.leave(), line.size]).toEqual([true, false, 2]);
    while (line.next());
    expect(told).toEqual(['a', 'b', 'c'].filter((_, at) => at !== which));
  });

  it('stays in order where several leave, next to each other and at its end', () => {
    const { line, told, join, places } = lineOf('a', 'b', 'c');
    places[2]?.leave();
    const inserted = join('d');
    join('e');
    places[1]?.leave();
    inserted.leave();
    while (line.next());
    expect(told).toEqual(['a', 'e']);
  });

  it('does not let anyone leave whose turn has come', () => {
    const { line, places } = lineOf('a');
    line.next();
    expect([places[0]?.leave(), line.size]).toEqual([false, 0]);
  });

  it('tells who is gone when the signal is aborted, with its reason', () => {
    const { line, told, join } = lineOf('a');
    const caller = new AbortController();
    join('b', caller.signal);
    join('c');
    caller.abort('enough');
    expect([told, line.size]).toEqual([['b enough'], 2]);
  });

  it('leaves no listener behind, however one leaves', () => {
    const { line, join } = lineOf();
    const { signal } = new AbortController();
    join('a', signal);
    const place = join('b', signal);
    line.next();
    place.leave();
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  it('is what a list would be', () => {
    const action = fc.oneof(fc.constant('join' as const), fc.constant('next' as const), fc.nat({ max: 5 }));
    fc.assert(
      fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
        const line = new WaitingLine();
        const places: Place[] = [];
        const served: number[] = [];
        const list: number[] = [];
        const expected: number[] = [];
        for (const act of actions) {
          const name = places.length;
          if (act === 'join') {
            places.push(line.join({ come: () => served.push(name), gone: () => {} }));
            list.push(name);
          } else if (act === 'next') {
            expect(line.next()).toBe(list.length > 0);
            expected.push(...list.splice(0, 1));
          } else {
            const at = list.indexOf(act);
            expect(places[act]?.leave() ?? false).toBe(at >= 0);
            if (at >= 0) list.splice(at, 1);
          }
          expect(line.size).toBe(list.length);
        }
        expect(served).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
