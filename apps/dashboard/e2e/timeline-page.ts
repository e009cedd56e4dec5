import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root: string = fileURLToPath(new URL('./timeline-page/', import.meta.url));
const TYPES: Record<string, string> = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css' };

/** A page of somebody else that holds the component, on an origin of its own and under a strict policy. */
export interface TimelinePage {
  readonly origin: string;
  close(): void;
}

export async function openTimelinePage(): Promise<TimelinePage> {
  const outDir = mkdtempSync(join(fileURLToPath(new URL('../node_modules/', import.meta.url)), '.timeline-'));
  await build({
    configFile: false,
    logLevel: 'silent',
    root,
    // React's own, which does everything twice in StrictMode and tells where server and browser differ.
    mode: 'development',
    define: { 'process.env.NODE_ENV': '"development"' },
    build: { outDir, emptyOutDir: true, assetsInlineLimit: 0 },
  });
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://page');
    const file = pathname === '/' ? '/index.html' : pathname;
    const reads = searchParams.has('url') ? `connect-src ${searchParams.get('url')}` : "connect-src 'none'";
    try {
      const body = readFileSync(join(outDir, file));
      response.writeHead(200, {
        'content-type': TYPES[extname(file)] ?? 'text/plain',
        'content-security-policy': `default-src 'none'; script-src 'self'; style-src 'self'; ${reads}`,
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    close: () => {
      server.close();
      rmSync(outDir, { recursive: true, force: true });
    },
  };
}
