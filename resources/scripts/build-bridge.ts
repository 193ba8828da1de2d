import { chmod, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import type { Plugin } from 'vite'

const ROOT = join(import.meta.dirname, '..', '..')
const OUT_DIR = join(ROOT, 'out', 'bridge')
const FILE_NAME = 'tmws-bridge.cjs'

// Runs before anything else in the file, in words that the oldest Node understands.
const OLD_NODE_CHECK = [
  'var tmwsNode = process.versions.node.split(".");',
  'if (+tmwsNode[0] < 22 || (+tmwsNode[0] === 22 && +tmwsNode[1] < 14)) {',
  '  require("fs").writeSync(2, "tmws-bridge needs Node 22.14 or newer; this is Node " + process.versions.node + ".\\n");',
  '  process.exit(1);',
  '}',
].join('\n')

/** Modules of Node that ws asks for and a connection to ws:// never uses. Loading them took 15 of the 60 ms that a start adds to Node's own. */
const LOADED_WHEN_USED = ['https', 'tls', 'zlib']

/** Puts off the loading of a module until something of it is read. */
function loadWhenUsed(names: readonly string[]): Plugin {
  const prefix = '\0when-used:'
  return {
    name: 'load-when-used',
    enforce: 'pre',
    resolveId: (id, importer) => (names.includes(id) && importer?.includes('/node_modules/ws/') ? `${prefix}${id}` : undefined),
    load: (id) =>
      id.startsWith(prefix)
        ? `module.exports = new Proxy({}, { get: (_, key) => process.getBuiltinModule(${JSON.stringify(id.slice(prefix.length))})[key] })`
        : undefined,
  }
}

/** Bundles the bridge into `out/bridge/tmws-bridge.cjs`, one executable file that needs nothing beside it, and returns its path. */
export async function buildBridge(outDir = OUT_DIR): Promise<string> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string } // npm demands it
  await build({
    root: ROOT,
    configFile: false,
    envDir: false,
    publicDir: false,
    logLevel: 'warn',
    plugins: [loadWhenUsed(LOADED_WHEN_USED)],
    define: {
      __TMWS_VERSION__: JSON.stringify(version),
      // Keeps ws from looking for native add-ons that are not in the file.
      'process.env.WS_NO_BUFFER_UTIL': '"1"',
      'process.env.WS_NO_UTF_8_VALIDATE': '"1"',
    },
    ssr: { target: 'node', noExternal: true },
    build: {
      ssr: join(ROOT, 'src-bridge', 'main.ts'),
      outDir,
      emptyOutDir: true,
      // Old enough for an old Node to read the file as far as the sentence above; nothing has to be lowered for it.
      target: 'node14',
      minify: true,
      rolldownOptions: {
        output: { format: 'cjs', entryFileNames: FILE_NAME, banner: `#!/usr/bin/env node\n${OLD_NODE_CHECK}`, codeSplitting: false },
      },
    },
  })
  const file = join(outDir, FILE_NAME)
  await chmod(file, 0o755)
  return file
}

if (import.meta.main) console.log(await buildBridge())
