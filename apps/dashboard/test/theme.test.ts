import { describe, expect, it } from 'vitest';
import { apart, colourOf, contrast, EYES, LOOKS, NAMES, TOKENS } from './colours.ts';

/** Colours of text, and of everything that is small enough to have to be read. */
const WORDS = ['text', 'text-2', 'muted', 'accent', 'half-open-word', 'open-word'];
/** What lies under text anywhere. */
const GROUNDS = ['page', 'surface', 'raised', 'hover', 'band'];
/** Text on a ground of its own: a badge, the chosen range, a banner, the selected line of the palette. */
const OTHER_WORDS: readonly (readonly [string, string])[] = [
  ['open-word', 'open-back'],
  ['half-open-word', 'half-open-back'],
  ['accent', 'accent-back'],
  ['isolated', 'bar'],
  ['text', 'bar'],
  ['page', 'text'],
  ['text', 'accent-back'],
  ['text-2', 'accent-back'],
  ['on-danger', 'open'],
];
/** What says a state, or where the focus is, without being text. */
const SIGNS = ['closed', 'half-open-edge', 'open', 'isolated', 'no-data', 'bar-fill', 'focus'];
/** Fillings, lines and shadows: nothing has to be read from them alone. */
const QUIET = [
  'closed-soft',
  'half-open',
  'isolated-line',
  'rejected',
  'line',
  'line-strong',
  'shadow',
  'half-open-back',
  'open-back',
  'accent-back',
  'bar',
];
const STATES = ['closed', 'half-open', 'open', 'isolated', 'no-data'];

/** How far closed and open have to be apart, and the nearest two of all states. */
const APART = {
  light: { trichromat: 49.4, protanope: 49.4, deuteranope: 48.5, tritanope: 57.9, nearest: 22.5 },
  dark: { trichromat: 46.3, protanope: 41.7, deuteranope: 51.7, tritanope: 68.4, nearest: 15.1 },
} as const;

describe('theme.css', () => {
  it('has no colour of which this test does not know what it is for', () => {
    const known = new Set([...WORDS, ...OTHER_WORDS.map(([word]) => word), ...GROUNDS, ...SIGNS, ...QUIET]);
    expect([...new Set(NAMES)].filter((name) => !known.has(name))).toEqual([]);
    expect([...known].filter((name) => !NAMES.includes(name))).toEqual([]);
    expect(NAMES.filter((name) => name !== 'shadow' && !TOKENS.has(name))).toEqual([]);
  });

  const pairs = [
    ...WORDS.flatMap((word) => GROUNDS.map((ground) => [word, ground] as const)),
    ...OTHER_WORDS,
  ];
  describe.each(LOOKS)('%s', (look) => {
    it.each(pairs)('has --%s readable on --%s: at least 4.5 to 1', (word, ground) => {
      expect(contrast(word, ground, look)).toBeGreaterThanOrEqual(4.5);
    });

    it.each(SIGNS.flatMap((sign) => GROUNDS.map((ground) => [sign, ground] as const)))(
      'has --%s visible on --%s: at least 3 to 1',
      (sign, ground) => {
        expect(contrast(sign, ground, look)).toBeGreaterThanOrEqual(3);
      },
    );

    it.each(Object.entries(EYES))('tells closed from open to a %s', (eye, matrix) => {
      const wanted = APART[look][eye as keyof (typeof APART)['light']];
      expect(apart('closed', 'open', look, matrix)).toBeGreaterThanOrEqual(wanted);
    });

    it('tells any two states apart to everybody', () => {
      const nearest = Object.values(EYES).flatMap((eye) =>
        STATES.flatMap((a, i) => STATES.slice(i + 1).map((b) => apart(a, b, look, eye))),
      );
      expect(Math.min(...nearest)).toBeGreaterThanOrEqual(APART[look].nearest);
    });
  });

  it('measures as it should: black on white, and the same colour twice', () => {
    expect(colourOf('raised', 'light')).toBe('#ffffff');
    expect(contrast('page', 'page', 'dark')).toBe(1);
    expect(apart('open', 'open', 'dark', EYES.deuteranope ?? [])).toBe(0);
    expect(apart('closed', 'open', 'light', EYES.trichromat ?? [])).toBeCloseTo(49.4, 1);
  });
});
