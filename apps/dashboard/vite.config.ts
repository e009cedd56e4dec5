import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const server = 'http://127.0.0.1:4600';

export default defineConfig({
  plugins: [react()],
  // '@cb/source' reads the workspace's packages from their TypeScript, so that the page needs no build of them.
  resolve: { conditions: ['@cb/source', 'module', 'browser', 'development|production'] },
  build: {
    outDir: 'dist/web',
    emptyOutDir: true,
    // The server's policy is `default-src 'none'`: nothing may be inlined as data or as a script.
    assetsInlineLimit: 0,
    target: ['chrome123', 'firefox128', 'safari17.5'],
    rolldownOptions: {
      output: {
        // Dependencies apart from our code: they change rarely, and their size has a budget of its own.
        codeSplitting: {
          groups: [
            { name: 'charts', test: /node_modules[\\/].*uplot/ },
            { name: 'vendor', test: /node_modules/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/socket.io': { target: server, ws: true }, '/api': server },
  },
});
