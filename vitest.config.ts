import { defineConfig } from 'vitest/config';

export const conditions: string[] = ['@cb/source', 'module', 'node', 'development|production'];
export default defineConfig({
  test: {
    // One for each core: vitest would keep one free, and most tests here wait for sockets and browsers now and then.
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**/*.ts'],
      reporter: ['text', 'lcovonly', 'json-summary'],
      thresholds: { lines: 90, functions: 90, branches: 85, statements: 90 },
    },
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          name: 'unit',
          include: ['{packages,apps,templates}/*/test/**/*.test.ts'],
          globalSetup: 'tools/generate-prisma-clients.mjs',
        },
      },
      { test: { name: 'e2e', include: ['apps/*/e2e/**/*.test.ts'], testTimeout: 30_000 } },
    ],
  },
});
