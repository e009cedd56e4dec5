import { describe, expect, it } from 'vitest';
import { behaviourAt, phaseAt, UPSTREAM_NAMES, type UpstreamName } from '../src/script.ts';

const MINUTE_AND_MORE = Array.from({ length: 160 }, (_, second) => second);

/** Bad enough that a breaker would mind. */
function inTrouble(name: UpstreamName, second: number): boolean {
  const { badRatio, delayMs } = behaviourAt(name, second);
  return badRatio >= 0.5 || delayMs >= 300;
}

describe('script', () => {
  it('begins with trouble within the first seconds', () => {
    expect(UPSTREAM_NAMES.some((name) => inTrouble(name, 0))).toBe(false);
    expect(UPSTREAM_NAMES.some((name) => inTrouble(name, 5))).toBe(true);
  });

  it('lets every trouble end within a minute of its beginning', () => {
    for (const name of UPSTREAM_NAMES) {
      let since: number | undefined;
      for (const second of MINUTE_AND_MORE) {
        since = inTrouble(name, second) ? (since ?? second) : undefined;
        expect(second - (since ?? second), `${name} at ${second} s`).toBeLessThan(60);
      }
    }
  });

  it('never leaves everybody well for 20 seconds', () => {
    let quietSince = 0;
    for (const second of MINUTE_AND_MORE) {
      if (UPSTREAM_NAMES.some((name) => inTrouble(name, second))) quietSince = second;
      expect(second - quietSince, `at ${second} s`).toBeLessThan(20);
    }
  });

  it('keeps one upstream well all the time', () => {
    const always = UPSTREAM_NAMES.filter((name) =>
      MINUTE_AND_MORE.every((second) => !inTrouble(name, second)),
    );
    expect(always).toEqual(['prices']);
  });

  it('fails in every way it knows', () => {
    const ways = new Set(
      UPSTREAM_NAMES.flatMap((name) =>
        MINUTE_AND_MORE.filter((second) => behaviourAt(name, second).badRatio >= 0.5).map(
          (second) => behaviourAt(name, second).bad,
        ),
      ),
    );
    expect([...ways].sort()).toEqual(['503', 'hang', 'reset']);
  });

  it('makes a slow upstream slower step by step, up to what the phase says', () => {
    const delays = [18, 24, 30, 36, 41.9].map((second) => behaviourAt('inventory', second).delayMs);
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(delays[0]).toBe(40);
    expect(delays.at(-1)).toBeGreaterThan(690);
    expect(behaviourAt('inventory', 42).delayMs).toBe(40);
  });

  it('loops: every second has the same behaviour one loop later', () => {
    for (const name of UPSTREAM_NAMES) {
      for (const second of [0, 3, 5, 12, 30, 45, 60, 79]) {
        expect(behaviourAt(name, second + 80)).toEqual(behaviourAt(name, second));
        expect(phaseAt(name, second + 800)).toBe(phaseAt(name, second));
      }
    }
  });
});
