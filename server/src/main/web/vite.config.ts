import { defineConfig } from 'vite';
import { writeBasemap } from './build/basemap.ts';
import { packed } from './build/packed.ts';

writeBasemap('generated');

// Everything is a file of its own with its hash in its name: nothing is inlined, since the
// Content-Security-Policy allows neither data: nor inline scripts.
export default defineConfig({
  base: '/',
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2048,
    emptyOutDir: true,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
  worker: { format: 'es' },
  plugins: [packed()],
});
