import { describe, expect, it } from 'vitest';
import { createOpeningSpeaker, type Opening, openingWords } from '../src/web/lib/openings.ts';

const opening = (name: string, why = '61 of last 100 calls failed'): Opening => ({
  name,
  service: 'checkout',
  why,
});

describe('openings, said aloud', () => {
  /** Everything that was said, and a clock that moves when told. */
  function listen() {
    const said: string[] = [];
    let now = 0;
    let timers: { at: number; run: () => void }[] = [];
    const speaker = createOpeningSpeaker((text) => said.push(text), {
      now: () => now,
      set: (run, ms) => timers.push({ at: now + ms, run }),
    });
    const advance = (ms: number) => {
      now += ms;
      const due = timers.filter(({ at }) => at <= now);
      timers = timers.filter(({ at }) => at > now);
      for (const { run } of due) run();
    };
    return {
      said,
      advance,
      open: (...names: string[]) => {
        for (const name of names) speaker.add(opening(name));
      },
    };
  }

  it('name the breaker, its service and why', () => {
    const { said, open, advance } = listen();
    open('payments');
    expect(said).toEqual([]);
    advance(2_000);
    expect(said).toEqual(['payments of checkout opened: 61 of last 100 calls failed.']);
  });

  it('are one sentence where several come together', () => {
    const { said, open, advance } = listen();
    open('a', 'b');
    advance(1_000);
    open('c');
    advance(1_000);
    expect(said).toEqual(['3 breakers opened: a, b, c.']);
  });

  it('wait for the sentence before to be over', () => {
    const { said, open, advance } = listen();
    open('a');
    advance(1_500);
    open('b');
    advance(5_000);
    expect(said).toHaveLength(1);
    open('c');
    advance(3_000);
    expect(said.slice(1)).toEqual(['2 breakers opened: b, c.']);
  });

  it('are a number where they are many, and take no more room for it', () => {
    const { said, open, advance } = listen();
    open(...Array.from({ length: 5_000 }, (_, i) => `breaker-${i}`));
    advance(2_000);
    expect(said).toEqual(['5000 breakers opened.']);
  });

  it('say nothing of nothing, and no reason where there is none', () => {
    expect(openingWords([])).toBe('');
    expect(openingWords([opening('a', '')])).toBe('a of checkout opened.');
  });
});
