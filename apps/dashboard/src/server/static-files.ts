import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { type Reply, text } from './reply.ts';

const zip = promisify(gzip);
const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/markdown; charset=utf-8',
};
/** Addresses of the app's own pages besides those of breakers; all of them are one document. */
const PAGES: ReadonlySet<string> = new Set(['/', '/index.html', '/policies', '/alerts', '/audit']);
/** The name carries a digest of the content: it can be kept for ever. */
const HASHED = /^\/assets\/.*-[\w-]{8,}\.\w+$/;
const NOT_BUILT = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Dashboard not built</title>
<h1>The dashboard's pages are not built</h1>
<p>The server runs and takes what services report. To see it, run <code>pnpm build</code> and load this page again.</p>
</html>
`;

const NOWHERE = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Nothing here</title>
<h1>There is no page at this address</h1>
<p><a href="/">All breakers</a></p>
</html>
`;

/** Where the built pages are: `dist/web` of this package, whether it runs from its source or from `dist`. */
export function findWebDir(): string {
  return join(dirname(fileURLToPath(import.meta.resolve('@cb/dashboard/package.json'))), 'dist', 'web');
}

/**
 * The built web app. The folder is listed once and only what is on the list is served, so no path can lead anywhere
 * else; links and source maps are not on it. Files are read when first asked for and then kept.
 */
export class StaticFiles {
  readonly #dir: string;
  #listed: Promise<Map<string, string>> | undefined;
  readonly #replies: Map<string, Promise<Reply>> = new Map();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** @param path Decoded path of the request, starting with a slash. */
  async answer(path: string): Promise<Reply> {
    this.#listed ??= list(this.#dir);
    const files = await this.#listed;
    if (!files.has('/index.html')) {
      // It may be built while this server runs.
      this.#listed = undefined;
      return isPage(path) ? html(503, NOT_BUILT) : nothingAt(path);
    }
    const file = isPage(path) ? '/index.html' : path;
    const full = files.get(file);
    if (full === undefined) return nothingAt(path);
    let reply = this.#replies.get(file);
    if (reply === undefined) {
      reply = load(full, HASHED.test(file));
      this.#replies.set(file, reply);
      reply.catch(() => {
        // Rebuilt meanwhile: look again next time.
        this.#replies.delete(file);
        this.#listed = undefined;
      });
    }
    return reply;
  }
}

/** Somebody followed a wrong link; or a program asks for a file that there is not. */
function nothingAt(path: string): Reply {
  return extname(path) === '' ? html(404, NOWHERE) : text(404, 'Not found.');
}

function html(status: number, body: string): Reply {
  return { status, body, type: TYPES['.html'] as string };
}

function isPage(path: string): boolean {
  return PAGES.has(path) || path.startsWith('/b/');
}

async function load(file: string, hashed: boolean): Promise<Reply> {
  const body = await readFile(file);
  return {
    status: 200,
    body,
    type: TYPES[extname(file)] ?? 'application/octet-stream',
    cache: hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
    zipped: await zip(body),
  };
}

async function list(dir: string, prefix = ''): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const entries = await readdir(dir, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = `${prefix}/${entry.name}`;
    if (entry.isDirectory())
      for (const [key, value] of await list(join(dir, entry.name), path)) files.set(key, value);
    else if (entry.isFile() && extname(entry.name) !== '.map') files.set(path, join(dir, entry.name));
  }
  return files;
}
