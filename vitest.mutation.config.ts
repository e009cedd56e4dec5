// What `pnpm mutation` runs for every mutant: the package's own tests, the quick ones first, because the first that fails is enough.
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { conditions } from './vitest.config.ts';

const target = process.env.CB_PACKAGE ?? 'core';
const SLOW = /\/(model|metamorphic|group|latency|rows|candidates|[a-z-]+\.property)\.test\.ts$/;

class QuickFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isSlow = ({ moduleId }: TestSpecification): boolean => SLOW.test(moduleId);
    return [...sorted.filter((file) => !isSlow(file)), ...sorted.filter(isSlow)];
  }
}

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: { include: [`packages/${target}/test/**/*.test.ts`], sequence: { sequencer: QuickFirst } },
});
