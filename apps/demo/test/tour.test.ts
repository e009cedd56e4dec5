import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readTourCommand } from '../src/tour/command-line.ts';
import { createPage, type Ends } from '../src/tour/page.ts';
import { CHAPTERS, takeTour } from '../src/tour/tour.ts';

/** What a chapter says, and the marks of its calls. */
async function told(title: string): Promise<{ text: string; marks: string[] }> {
  let text = '';
  const number = CHAPTERS.findIndex((chapter) => chapter.title.startsWith(title)) + 1;
  await takeTour(
    createPage((more) => {
      text += more;
    }, false),
    number,
  );
  expect(text.startsWith(`\n${number}  ${title}`)).toBe(true);
  return { text, marks: text.match(/(?<= )[✓✗·]+$/gm) ?? [] };
}

const twenty = '✓'.repeat(20);

describe('the tour', { timeout: 60_000 }, () => {
  it('begins with normal work, and a few errors that open nothing', async () => {
    const { text, marks } = await told('Normal work');
    expect(marks).toEqual([twenty, '✓✓✓✓✓✓✓✓✓✗✓✓✓✓✓✓✓✓✓✗']);
    expect(text).toContain('The circuit is closed: 20 calls succeeded, 0 failed.');
    expect(text).toContain('Still closed.');
  });

  it('shows a circuit open as errors grow, and says why', async () => {
    const { text, marks } = await told('It opens');
    expect(marks.slice(0, 3)).toEqual([twenty, '✓✓✓✓✗'.repeat(4), '✓✓✗✓✗'.repeat(4)]);
    expect(marks[3]).toMatch(/^[✓✗]+·+$/);
    expect(marks).toHaveLength(4);
    expect(text).toContain('closed -> open: 50 % of 20 calls failed, the limit is 50 %.');
    expect(text).toContain('What they failed with: 10 x HTTP_503.');
  });

  it('shows that refused calls are not sent', async () => {
    const { text, marks } = await told('Refusals');
    expect(marks).toEqual(['✗✗✗']);
    expect(text).toContain('10,000 calls were refused, 3 requests arrived.');
    expect(text).toMatch(/CircuitOpenError \(ERR_CIRCUIT_OPEN\), "prices: circuit is open, retry in \d+ ms"/);
  });

  it('answers from the cache while the service is down', async () => {
    const { text, marks } = await told('The last good answer');
    expect(marks).toEqual(['✓'.repeat(10)]);
    expect(text).toContain('The service is well: a chair costs 101.');
    expect(text).toContain('A chair costs 101: from the cache');
    expect(text).toContain('A table costs: ask the staff.');
    expect(text).toContain('Answered by the service: 1, by the cache: 11, by the spare value: 1.');
    expect(text).toContain('only 3 requests arrived');
  });

  it('lets probes through by places and tokens, and closes', async () => {
    const { text, marks } = await told('Recovery');
    expect(marks.slice(0, 3)).toEqual(['✗✗✗··', '✓✓········', '✓✓········']);
    expect(marks.at(-1)).toBe('✓'.repeat(10));
    const changes = ['closed -> open (consecutive-failures)', 'open -> half-open (open-time-over)'];
    for (const change of [...changes, 'half-open -> closed (probes-passed)']) expect(text).toContain(change);
  });

  it('bounds calls at the same time, and shares answers', async () => {
    const { text, marks } = await told('Many calls');
    expect(marks).toEqual(['✓'.repeat(30), `${'✓'.repeat(25)}·····`, '✓'.repeat(30)]);
    expect(text).toContain('5 at the same time: 5 places');
    expect(text).toContain('1 request arrived');
  });

  it('opens for the one to whom 30 % is unusual', async () => {
    const { text, marks } = await told('A threshold');
    expect(marks).toEqual([`${'✓✓✓✗✓✓✗✓✓✗'.repeat(2)}··········`, '✓✓✓✗✓✓✗✓✓✗'.repeat(3)]);
    expect(text).toContain('bank: open. It opens at 20.6 %.');
    expect(text).toContain('scraper: closed. It opens at 44.0 %.');
  });

  it('ends with everything together', async () => {
    const { text, marks } = await told('Everything');
    expect(marks).toEqual(Array.from({ length: 3 }, () => '✓'.repeat(10)));
    expect(text).toContain('health: live 200, ready 200 (healthy)');
    expect(text).toContain('from the cache; health: live 200, ready 200 (circuit-open)');
    expect(text).toContain('3 requests arrived: one call and its retries.');
    expect(text.trimEnd()).toMatch(/health: live 200, ready 200 \(healthy\)$/);
  });
});

describe('a page', () => {
  it('is plain without colours, and says the same with them', async () => {
    const draw = async (colour: boolean): Promise<string> => {
      let text = '';
      const page = createPage((more) => {
        text += more;
      }, colour);
      page.title('Title');
      page.say('what');
      page.why('why');
      const failing = (i: number): Promise<void> =>
        i === 1 ? Promise.reject(new Error('no')) : Promise.resolve();
      expect(await page.inTurn('calls', 3, failing)).toEqual<Ends>({ answered: 2, failed: 1, refused: 0 });
      return text;
    };
    const plain = await draw(false);
    expect(plain).toBe('\nTitle\n\n   what\n   why\n   calls                    ✓✗✓\n');
    const coloured = await draw(true);
    expect(coloured).not.toBe(plain);
    expect(stripVTControlCharacters(coloured)).toBe(plain);
  });
});

describe('the tour’s command line', () => {
  it('tells everything, or one chapter', () => {
    expect(readTourCommand([], 8)).toEqual({ chapter: undefined, help: false });
    expect(readTourCommand(['--', '--chapter', '8', '-h'], 8)).toEqual({ chapter: 8, help: true });
  });

  it.each(['0', '9', '1.5', 'x', ''])('refuses chapter %j in a sentence', (chapter) => {
    expect(() => readTourCommand(['--chapter', chapter], 8)).toThrow(
      `--chapter must be a whole number from 1 to 8, got "${chapter}"`,
    );
  });
});
