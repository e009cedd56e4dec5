import { describe, expect, it } from 'vitest';
import { ACTOR_NAMES, type ActorName, behaviourAt, phaseAt, postgresRunsAt } from '../src/script.ts';

const MINUTE_AND_MORE = Array.from({ length: 160 }, (_, second) => second);

/** Bad enough that a breaker would mind. */
function inTrouble(name: ActorName, second: number): boolean {
  const { badRatio, delayMs } = behaviourAt(name, second);
  return badRatio >= 0.5 || delayMs >= 300;
}

describe('script', () => {
  it('begins with trouble within the first seconds', () => {
    expect(ACTOR_NAMES.some((name) => inTrouble(name, 0))).toBe(false);
    expect(ACTOR_NAMES.some((name) => inTrouble(name, 5))).toBe(true);
  });

  it('lets every trouble end within a minute of its beginning', () => {
    for (const name of ACTOR_NAMES) {
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
      if (ACTOR_NAMES.some((name) => inTrouble(name, second))) quietSince = second;
      expect(second - quietSince, `at ${second} s`).toBeLessThan(20);
    }
  });

  it('keeps one of them well all the time', () => {
    const always = ACTOR_NAMES.filter((name) => MINUTE_AND_MORE.every((second) => !inTrouble(name, second)));
    expect(always).toEqual(['prices']);
  });

  it('fails in every way it knows', () => {
    const ways = new Set(
      ACTOR_NAMES.flatMap((name) =>
        MINUTE_AND_MORE.filter((second) => behaviourAt(name, second).badRatio >= 0.5).map(
          (second) => behaviourAt(name, second).bad,
        ),
      ),
    );
    expect([...ways].sort()).toEqual(['503', 'hang', 'reset', 'unreachable']);
  });

  it('gives the database two troubles of a loop: nobody listens, then answers take ages', () => {
    const troubled = MINUTE_AND_MORE.slice(0, 80).filter((second) => inTrouble('orders-db', second));
    const kinds = troubled.map((second) => {
      const { badRatio, delayMs } = behaviourAt('orders-db', second);
      return badRatio === 1 && delayMs < 10
        ? 'refuses'
        : badRatio === 0 && delayMs > 500
          ? 'is slow'
          : 'else';
    });
    expect(kinds.filter((kind, i) => kind !== kinds[i - 1])).toEqual(['refuses', 'is slow']);
    // Between them and at the loop's ends it is well for long enough to close a circuit.
    expect(troubled.length).toBeLessThan(30);
    expect(inTrouble('orders-db', 0) || inTrouble('orders-db', 79)).toBe(false);
  });

  it('lets the real PostgreSQL die once a loop and brings it back', () => {
    const changes = MINUTE_AND_MORE.filter((second) => postgresRunsAt(second) !== postgresRunsAt(second + 1));
    const [died, back] = changes;
    expect(changes).toEqual([died, back, Number(died) + 80, Number(back) + 80]);
    expect(postgresRunsAt(0)).toBe(true);
    // Long enough to open a circuit and to see probes fail, short enough to see it close within the loop.
    expect(Number(back) - Number(died)).toBeGreaterThanOrEqual(10);
    expect(back).toBeLessThan(60);
  });

  it('makes a slow upstream slower step by step, up to what the phase says', () => {
    const delays = [18, 24, 30, 36, 41.9].map((second) => behaviourAt('inventory', second).delayMs);
    expect(delays).toEqual([...delays].sort((a, b) => a - b));
    expect(delays[0]).toBe(40);
    expect(delays.at(-1)).toBeGreaterThan(690);
    expect(behaviourAt('inventory', 42).delayMs).toBe(40);
  });

  it('loops: every second has the same behaviour one loop later', () => {
    for (const name of ACTOR_NAMES) {
      for (const second of [0, 3, 5, 12, 30, 45, 60, 79]) {
        expect(behaviourAt(name, second + 80)).toEqual(behaviourAt(name, second));
        expect(phaseAt(name, second + 800)).toBe(phaseAt(name, second));
      }
    }
  });
});
