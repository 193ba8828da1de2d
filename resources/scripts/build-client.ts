import { rm, readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { execFile } from 'node:child_process'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { build } from 'vite'

const ROOT = join(import.meta.dirname, '..', '..')
const OUT_DIR = join(ROOT, 'out', 'client')
const SOURCE = join(ROOT, 'src-bridge', 'client')

/**
 * Builds the client library `tmws/client` and returns the folder: `index.js` for browsers, `node.js` for Node, one file each that needs
 * nothing beside it, and `index.d.ts` for both.
 */
export async function buildClient(outDir = OUT_DIR): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string } // npm demands it
  await rm(outDir, { recursive: true, force: true })
  await bundle('browser-entry.ts', outDir, 'index.js', version)
  await bundle('node-entry.ts', outDir, 'node.js', version)
  await declareTypes(outDir)
  return outDir
}

function bundle(entry: string, outDir: string, fileName: string, version: string): Promise<unknown> {
  const isNode = fileName === 'node.js'
  return build({
    root: ROOT,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: 'warn',
    define: {
      __TMWS_VERSION__: JSON.stringify(version),
      // Keeps ws from looking for native add-ons that are not in the file.
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
    },
    ssr: { target: isNode ? 'node' : 'webworker', noExternal: true },
    build: {
      ssr: join(SOURCE, entry),
      outDir,
      emptyOutDir: false,
      target: 'es2023',
      // People read and debug what they import.
      minify: false,
      rolldownOptions: { output: { format: 'esm', entryFileNames: fileName, codeSplitting: false } },
    },
  })
}

async function declareTypes(outDir: string): Promise<void> {
  const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc')
  const args = [tsc, '--project', join(ROOT, 'tsconfig.client.json'), '--outDir', join(outDir, 'types')]
  await promisify(execFile)(process.execPath, args, { cwd: ROOT })
  await writeFile(join(outDir, 'index.d.ts'), "export * from './types/src-bridge/client/node-entry.ts'\n")
}

if (import.meta.main) console.log(await buildClient())
