import { readFileSync } from 'node:fs';
import { type Color, converter, differenceCiede2000, parse, wcagContrast } from 'culori';

const CSS: string = readFileSync(new URL('../src/web/app/theme.css', import.meta.url), 'utf8');
/** Those that the dashboard shares with `@cb/timeline`. */
const SHARED: string = readFileSync(new URL(import.meta.resolve('@cb/timeline/colours.css')), 'utf8');
export const LOOKS = ['light', 'dark'] as const;
type Look = (typeof LOOKS)[number];

/** Every colour of the style sheet, in both looks. */
export const TOKENS: ReadonlyMap<string, Record<Look, string>> = new Map(
  [
    ...CSS.replaceAll(/var\(--(cb-[\w-]+)\)/g, (_, name: string) => sharedValue(name)).matchAll(
      /--([\w-]+): light-dark\((#\w+), (#\w+)\)/g,
    ),
  ].map(([, name = '', light = '', dark = '']) => [name, { light, dark }]),
);
/** Names of everything that is set there, a colour or not. */
export const NAMES: readonly string[] = [...CSS.matchAll(/--([\w-]+):/g)].map(([, name = '']) => name);

function sharedValue(name: string): string {
  const value = new RegExp(`--${name}: ([^;]+);`).exec(SHARED)?.[1];
  if (value === undefined) throw new Error(`colours.css has no colour --${name}`);
  return value;
}

export function colourOf(name: string, look: Look): string {
  const token = TOKENS.get(name);
  if (!token) throw new Error(`theme.css has no colour --${name}`);
  return token[look];
}

/** Contrast of two tokens as WCAG 2 has it, 1 to 21. */
export function contrast(a: string, b: string, look: Look): number {
  return wcagContrast(colourOf(a, look), colourOf(b, look));
}

type Matrix = readonly (readonly [number, number, number])[];

/**
 * How people without one kind of cone see a colour: Machado, Oliveira and Fernandes 2009, complete dichromacy, on linear
 * light.
 */
export const EYES: Readonly<Record<string, Matrix>> = {
  trichromat: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanope: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranope: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanope: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const toLinear = converter('lrgb');
const difference = differenceCiede2000();

function seen(hex: string, eye: Matrix): Color {
  const { r = 0, g = 0, b = 0 } = toLinear(parse(hex)) ?? {};
  const [red = 0, green = 0, blue = 0] = eye.map(([x, y, z]) =>
    Math.min(1, Math.max(0, x * r + y * g + z * b)),
  );
  return { mode: 'lrgb', r: red, g: green, b: blue };
}

/** How far apart two tokens are for these eyes: CIEDE2000, where about 2 can just be told apart side by side. */
export function apart(a: string, b: string, look: Look, eye: Matrix): number {
  return difference(seen(colourOf(a, look), eye), seen(colourOf(b, look), eye));
}
