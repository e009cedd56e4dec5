import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const WEB: string = fileURLToPath(new URL('../dist/web/', import.meta.url));
/** What a browser downloads at most before it has everything, gzipped. */
const BUDGET = { dependencies: 180_000, all: 260_000, atFirst: 175_000, styles: 16_000 } as const;
/** Chunks that hold what others wrote. */
const DEPENDENCIES = /^(vendor|charts|palette-vendor|rolldown-runtime)-/;

interface File {
  readonly name: string;
  readonly text: string;
  readonly zipped: number;
}

const files: readonly string[] = readdirSync(WEB, { recursive: true, encoding: 'utf8' }).filter((name) =>
  statSync(join(WEB, name)).isFile(),
);
const html: string = readFileSync(join(WEB, 'index.html'), 'utf8');

function ending(end: string): File[] {
  return files
    .filter((name) => name.endsWith(end))
    .map((name) => {
      const bytes = readFileSync(join(WEB, name));
      return {
        name: name.replace(/^assets\//, ''),
        text: bytes.toString(),
        zipped: gzipSync(bytes, { level: 9 }).length,
      };
    });
}
const sum = (some: readonly File[]): number => some.reduce((all, { zipped }) => all + zipped, 0);

describe('what the dashboard sends to a browser', () => {
  const scripts = ending('.js');
  const styles = ending('.css');
  const named = (name: string) => html.includes(name);

  it('stays within its budgets', () => {
    const sizes = {
      dependencies: sum(scripts.filter(({ name }) => DEPENDENCIES.test(name))),
      all: sum(scripts),
      atFirst: sum(scripts.filter(({ name }) => named(name))),
      styles: sum(styles),
    };
    const line = (what: string, size: number, more = '') =>
      `${what.padEnd(40)}${(size / 1_000).toFixed(1).padStart(8)} kB gzipped ${more}`;
    console.log(
      [
        ...[...scripts, ...styles].map(({ name, zipped }) =>
          line(name, zipped, named(name) ? 'at first' : 'later'),
        ),
        ...Object.entries(sizes).map(([what, size]) =>
          line(what, size, `of ${BUDGET[what as keyof typeof BUDGET] / 1_000}`),
        ),
      ].join('\n'),
    );
    for (const [what, size] of Object.entries(sizes)) {
      expect(size, what).toBeLessThanOrEqual(BUDGET[what as keyof typeof BUDGET]);
    }
  });

  it('brings charts and the palette only when they are asked for', () => {
    for (const later of ['charts-', 'uplot-', 'palette-vendor-', 'command-palette-']) {
      const chunk = scripts.find(({ name }) => name.startsWith(later));
      expect(chunk, later).toBeDefined();
      expect(named(chunk?.name ?? ''), later).toBe(false);
      // Neither does what comes at first import it.
      const first = scripts.filter(({ name }) => named(name));
      const imports = new RegExp(`(from|import)\\s*["']\\./${chunk?.name}`);
      expect(first.filter(({ text }) => imports.test(text)).map(({ name }) => name)).toEqual([]);
    }
  });

  it('holds no source maps, and nothing that the policy of the page refuses', () => {
    expect(files.filter((name) => name.endsWith('.map'))).toEqual([]);
    for (const { name, text } of [...scripts, ...styles]) {
      expect(text, name).not.toContain('sourceMappingURL');
      expect(text, name).not.toMatch(/url\(["']?data:/);
    }
    expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|style=/);
  });

  it('keeps what is ours and what is not in chunks of their own', () => {
    const react = scripts.filter(({ text }) => text.includes('react.transitional.element'));
    expect(react.map(({ name }) => DEPENDENCIES.test(name))).toEqual(react.map(() => true));
    expect(react.length).toBeGreaterThan(0);
  });
});
