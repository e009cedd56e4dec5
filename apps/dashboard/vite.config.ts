import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';

const DEPENDENCY = /node_modules/;
/** Comes when it is first asked for: charts with a breaker's page, the palette with Ctrl K. */
const LATER = /node_modules[\\/].*(uplot|cmdk|@radix-ui)/;
const server = 'http://127.0.0.1:4600';

/** Fonts are no modules, so that their notice is not among those of the bundle. */
const fontLicense: Plugin = {
  name: 'font-license',
  generateBundle() {
    const file = fileURLToPath(import.meta.resolve('@fontsource-variable/inter/LICENSE'));
    this.emitFile({ type: 'asset', fileName: 'font-license.txt', source: readFileSync(file) });
  },
};

/** Asks for the font together with the scripts: it is in time for the first paint, and nothing is drawn in another. */
const preloadFont: Plugin = {
  name: 'preload-font',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle = {} }) =>
      Object.keys(bundle)
        .filter((file) => file.endsWith('.woff2'))
        .map((file) => ({
          tag: 'link',
          attrs: { rel: 'preload', as: 'font', type: 'font/woff2', crossorigin: '', href: `/${file}` },
          injectTo: 'head',
        })),
  },
};

export default defineConfig({
  plugins: [react(), fontLicense, preloadFont],
  resolve: {
    // '@cb/source' reads the workspace's packages from their TypeScript, so that the page needs no build of them.
    conditions: ['@cb/source', 'module', 'browser', 'development|production'],
    // The page has one React: its own, also where a package of the workspace has none installed.
    dedupe: ['react', 'react-dom'],
    alias: {
      '@radix-ui/react-dialog': fileURLToPath(new URL('src/web/app/palette/no-dialog.ts', import.meta.url)),
    },
  },
  build: {
    outDir: 'dist/web',
    emptyOutDir: true,
    // The server's policy is `default-src 'none'`: nothing may be inlined as data or as a script.
    assetsInlineLimit: 0,
    // What is bundled asks for its notice to go along.
    license: { fileName: 'licenses.md' },
    target: ['chrome123', 'firefox128', 'safari17.5'],
    rolldownOptions: {
      output: {
        // Dependencies apart from our code: they change rarely, and their size has a budget of its own. First what every page
        // needs: a group takes along whatever its modules import.
        codeSplitting: {
          groups: [
            { name: 'vendor', test: (id) => DEPENDENCY.test(id) && !LATER.test(id) },
            { name: 'charts', test: /node_modules[\\/].*uplot/ },
            { name: 'palette-vendor', test: LATER },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/socket.io': { target: server, ws: true }, '/api': server },
  },
});
