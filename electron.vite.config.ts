import react from '@vitejs/plugin-react'
import { defineConfig } from 'electron-vite'
import { resolve } from 'node:path'

const root = import.meta.dirname

/**
 * Packages that are bundled: plain JavaScript of many files, whose loading one by one was most of a start. What is left outside holds
 * native code or looks for files beside its own.
 */
export const BUNDLED: readonly string[] = [
  '@fastify/cookie',
  '@fastify/cors',
  '@fastify/helmet',
  '@fastify/static',
  '@fastify/swagger',
  '@fastify/swagger-ui',
  '@marcbachmann/cel-js',
  '@modelcontextprotocol/node',
  '@modelcontextprotocol/server',
  '@opentelemetry/api',
  '@opentelemetry/exporter-trace-otlp-http',
  '@opentelemetry/resources',
  '@opentelemetry/sdk-trace',
  '@secretlint/secretlint-rule-preset-recommend',
  'chrono-node',
  'commander',
  'croner',
  'diff',
  'fastify',
  'fflate',
  'jose',
  'jsonc-parser',
  'kysely',
  'pino-pretty',
  'prom-client',
  'rate-limiter-flexible',
  'rotating-file-stream',
  'toml-eslint-parser',
  'umap-js',
  'ws',
  'zod',
]

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
