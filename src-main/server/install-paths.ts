import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LOCAL_MODEL } from '../embedding/model-manifest.ts'

// Source (src-main/server/) and build (out/main/) both lie two folders below the root of the package.
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** What is shipped with the program, wherever it is installed. */
export const INSTALLED = {
  root: ROOT,
  dashboardFolder: join(ROOT, 'out', 'renderer'),
  modelFolder: outsideArchive(join(ROOT, 'resources', 'models', LOCAL_MODEL.id)),
  fallbackFile: outsideArchive(join(ROOT, 'out', 'fallback', 'fallback.js')),
  bridgeFile: outsideArchive(join(ROOT, 'out', 'bridge', 'tmws-bridge.cjs')),
} as const

/** Version of the package. */
export const VERSION = readVersion()

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string } // our own file
  return manifest.version
}

/** In the installed app: what native code and other programs open lies beside the archive, whose inside only Electron reads. */
function outsideArchive(path: string): string {
  return path.replace(/([\\/])app\.asar([\\/])/, '$1app.asar.unpacked$2')
}
