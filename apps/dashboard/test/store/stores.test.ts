import { join } from 'node:path';
import { FileStore } from '../../src/server/store/file/file-store.ts';
import { MemoryStore } from '../../src/server/store/memory-store.ts';
import { SqliteStore } from '../../src/server/store/sqlite/sqlite-store.ts';
import { describeStore } from './conformance.ts';
import { folder } from './folder.ts';

describeStore('memory', () => ({ lasting: false, open: async () => new MemoryStore() }));

describeStore('file', () => {
  let dir: string | undefined;
  return {
    lasting: true,
    open: async () => {
      dir ??= folder();
      return new FileStore(dir);
    },
  };
});

describeStore('file, in small parts', () => {
  let dir: string | undefined;
  return {
    lasting: true,
    open: async () => {
      dir ??= folder();
      return new FileStore(dir, { partMs: 1_000, partBytes: 3_000 });
    },
  };
});

describeStore('sqlite', () => {
  let dir: string | undefined;
  return {
    lasting: true,
    open: async () => {
      dir ??= folder();
      return new SqliteStore(join(dir, 'history.sqlite'));
    },
  };
});
