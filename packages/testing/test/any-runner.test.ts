import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import * as anyRunner from '../src/any-runner.ts';
import * as all from '../src/index.ts';

const SOURCES = new URL('../src/', import.meta.url);

function importersOf(module: string): string[] {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.ts'),
  );
  return files.filter((name) => readFileSync(new URL(name, SOURCES), 'utf8').includes(`from '${module}'`));
}

it('any-runner has everything that needs no test runner, and imports none', () => {
  expect(importersOf('vitest')).toEqual(['describe-adapter.ts']);
  expect(importersOf('./describe-adapter.ts')).toEqual(['index.ts']);
  expect(Object.keys(all).filter((name) => !(name in anyRunner))).toEqual(['describeAdapter']);
});
