// The package whose mutants it makes: `CB_PACKAGE=policies npm run mutation`.
const target = process.env.CB_PACKAGE ?? 'core';
// Every mutant runs all tests that reach it until one fails: a fortieth of the random walks finds nearly the same ones.
process.env.CB_RUNS ??= '15';

const colour = process.stdout.isTTY && !process.env.NO_COLOR;

export default {
  testRunner: 'vitest',
  // Named, because the default looks for neighbours, and pnpm's layout has none.
  plugins: ['@stryker-mutator/vitest-runner'],
  vitest: { configFile: 'vitest.mutation.config.ts', related: false },
  coverageAnalysis: 'perTest',
  mutate: [`packages/${target}/src/**/*.ts`, `!packages/${target}/src/**/{index,types}.ts`],
  // What no test of them reads need not be copied; docs/ stays, a test compares a page with the machine.
  ignorePatterns: [
    '/apps',
    '/templates',
    '/packages/*',
    '!/packages/core',
    '!/packages/testing',
    `!/packages/${target}`,
    '/coverage',
    // Runs a compiled copy in processes of its own, where no mutant is.
    '/packages/core/test/proof.test.ts',
    '/reports',
    '/.nodes',
    '.turbo',
  ],
  // Static mutants stay in: tables, limits and patterns are what a test forgets first.
  ignoreStatic: false,
  // Infinite loops are found by counting; the time limit only has to outlast a busy machine.
  timeoutMS: 20_000,
  concurrency: 2,
  thresholds: { high: 100, low: 95, break: 95 },
  reporters: ['progress-append-only', 'clear-text', 'json'],
  clearTextReporter: { allowColor: colour, logTests: false, reportTests: false, skipFull: false },
  allowConsoleColors: colour,
  jsonReporter: { fileName: 'reports/mutation.json' },
  incrementalFile: 'reports/mutation-incremental.json',
  cleanTempDir: 'always',
};
