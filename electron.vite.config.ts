import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { resolve } from 'node:path'
import { BUNDLED } from './resources/scripts/dist-packages.ts'

const root = import.meta.dirname

/** Worker entries lie beside the entries that start them, under their own names (see base/worker-channel.ts). */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      target: 'node22',
      minify: true,
      externalizeDeps: { exclude: [...BUNDLED] },
      rolldownOptions: {
        input: {
          app: resolve(root, 'src-main/app/main.ts'),
          tmws: resolve(root, 'src-main/server/tmws.ts'),
          'sqlite-worker': resolve(root, 'src-main/storage/sqlite/sqlite-worker.ts'),
          'sqlite-check-worker': resolve(root, 'src-main/storage/sqlite/sqlite-check-worker.ts'),
          'map-worker': resolve(root, 'src-main/memory/map/map-worker.ts'),
          'local-embedder-worker': resolve(root, 'src-main/embedding/local-embedder-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rolldownOptions: {
        input: { preload: resolve(root, 'src-main/app/preload.ts') },
        // A sandboxed preload must be CommonJS.
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src-renderer',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      minify: true,
      emptyOutDir: true,
      rolldownOptions: { input: { index: resolve(root, 'src-renderer/index.html') } },
    },
  },
})
