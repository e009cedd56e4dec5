import { styleText } from 'node:util';
import { isRejectedError } from '@cb/core';

type Style = Parameters<typeof styleText>[0];
const MARKS = {
  answered: ['✓', 'green'],
  failed: ['✗', 'red'],
  refused: ['·', 'yellow'],
} as const;
type End = keyof typeof MARKS;

/** How many calls ended how. */
export type Ends = Record<End, number>;

type MakeCalls = (label: string, times: number, call: (index: number) => Promise<unknown>) => Promise<Ends>;

/** Where a chapter writes what happens. */
export interface Page {
  readonly title: (text: string) => void;
  /** What happens. */
  readonly say: (text: string) => void;
  /** Why. */
  readonly why: (text: string) => void;
  /** Makes calls one after the other and draws each: ✓ answered, ✗ failed, · turned away. */
  readonly inTurn: MakeCalls;
  /** The same with all of them at once. */
  readonly atOnce: MakeCalls;
}

export function createPage(write: (text: string) => void, colour: boolean): Page {
  const styled = (style: Style, text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text;
  const draw = (label: string, ends: readonly End[]): Ends => {
    const marks = ends.map((end) => styled(MARKS[end][1], MARKS[end][0])).join('');
    write(`   ${label.padEnd(24)} ${marks}\n`);
    const count = (end: End): number => ends.filter((other) => other === end).length;
    return { answered: count('answered'), failed: count('failed'), refused: count('refused') };
  };
  return {
    title: (text) => write(`\n${styled('bold', text)}\n\n`),
    say: (text) => write(`   ${text}\n`),
    why: (text) => write(`   ${styled('dim', text)}\n`),
    async inTurn(label, times, call) {
      const ends: End[] = [];
      for (let i = 0; i < times; i++) ends.push(await endOf(call(i)));
      return draw(label, ends);
    },
    async atOnce(label, times, call) {
      return draw(label, await Promise.all(Array.from({ length: times }, (_, i) => endOf(call(i)))));
    },
  };
}

async function endOf(call: Promise<unknown>): Promise<End> {
  return call.then(
    () => 'answered' as const,
    (error: unknown) => (isRejectedError(error) ? 'refused' : 'failed'),
  );
}
