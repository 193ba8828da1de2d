import { join } from 'node:path'
import { build } from 'vite'

const ROOT = join(import.meta.dirname, '..', '..')
const OUT_DIR = join(ROOT, 'out', 'fallback')
/** What holds native code, or finds its own files beside itself. */
const KEPT_OUTSIDE = ['better-sqlite3', 'onnxruntime-node', '@huggingface/tokenizers']

/**
 * Bundles what the bridge starts while no server runs into `out/fallback/`, with the store's and the model's threads beside it. It has
 * its own bundle, packages and all: a host waits for its first answer, and loading the packages one file at a time doubles that.
 */
export async function buildFallback(): Promise<string> {
  await build({
    root: ROOT,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: 'warn',
    ssr: { target: 'node', noExternal: true, external: KEPT_OUTSIDE },
    build: {
      ssr: true,
      outDir: OUT_DIR,
      emptyOutDir: true,
      target: 'node22',
      minify: true,
      rolldownOptions: {
        input: {
          fallback: join(ROOT, 'src-main', 'server', 'stdio-fallback.ts'),
          'sqlite-worker': join(ROOT, 'src-main', 'storage', 'sqlite', 'sqlite-worker.ts'),
          'local-embedder-worker': join(ROOT, 'src-main', 'embedding', 'local-embedder-worker.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  })
  return join(OUT_DIR, 'fallback.js')
}

if (import.meta.main) console.log(await buildFallback())
