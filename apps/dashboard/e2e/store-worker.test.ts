import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { WorkerStore } from '../dist/server/store/worker/worker-store.js';
import { describeStore } from '../test/store/conformance.ts';

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'cb-worker-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

for (const store of ['file', 'sqlite'] as const) {
  describeStore(
    `${store}, in a thread of its own`,
    () => {
      let dir: string | undefined;
      return {
        lasting: true,
        open: async () => {
          dir ??= folder();
          return new WorkerStore({ store, folder: dir, maxBytes: 2 ** 30 });
        },
      };
    },
    2,
  );
}

it('a store in a thread fails with the sentence that it would fail with here, and is tried again', async () => {
  const dir = folder();
  const file = join(dir, 'history.sqlite');
  writeFileSync(
    file,
    'This is not a database, and long enough that nobody takes it for an empty one.'.repeat(30),
  );
  const store = new WorkerStore({ store: 'sqlite', folder: dir, maxBytes: 2 ** 30 });
  await expect(store.summary()).rejects.toThrow(/history\.sqlite cannot be used: .*not a database/);
  rmSync(file);
  expect(await store.summary()).toMatchObject({ lastEvent: 0 });
  await store.close();
  // Closed is closed for this thread; whoever asks once more gets another.
  expect(await store.summary()).toMatchObject({ lastEvent: 0 });
  await store.close();
});
