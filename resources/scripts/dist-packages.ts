// Which packages an installed app has, besides what the main process brings in its bundle.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BUNDLED } from '../../electron.vite.config.ts'

const ROOT = join(import.meta.dirname, '..', '..')

/** What `out/fallback` and the bridge take from beside the archive: native code and what comes with it. */
const BESIDE_THE_ARCHIVE: readonly string[] = [
  'better-sqlite3',
  'better-sqlite3-multiple-ciphers',
  'onnxruntime-node',
  '@huggingface/tokenizers',
]

/** Bundled as well, but the files of their pages are served from their own folders. */
const SERVED_FROM_THEIR_FOLDER: readonly string[] = ['@fastify/swagger-ui']

/** What only the installers and compilers of those packages use. */
const ONLY_TO_INSTALL: readonly string[] = ['adm-zip', 'global-agent', 'node-addon-api']

interface Locked {
  readonly dev?: true
  readonly devOptional?: true
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

export interface PackagedModules {
  /** Folders below node_modules that are in the app, as the lock file names them. */
  readonly kept: readonly string[]
  /** Those of production that are not, because their code is in the bundle. */
  readonly dropped: readonly string[]
  /** Of those that are kept: what lies beside the archive. */
  readonly unpacked: readonly string[]
}

/** Reads the lock file; what is not installed here, such as a package for another system, is not in the app. */
export function packagedModules(): PackagedModules {
  const { packages } = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> } // npm's form
  const outside = Object.keys(packages['']?.dependencies ?? {}).filter((name) => !BUNDLED.includes(name))
  const kept = closureOf(outside, packages)
  for (const name of SERVED_FROM_THEIR_FOLDER) kept.add(`node_modules/${name}`)
  const production = Object.entries(packages).flatMap(([path, { dev, devOptional }]) =>
    path === '' || dev === true || devOptional === true ? [] : [path],
  )
  return {
    kept: [...kept].sort(),
    dropped: production.filter((path) => !kept.has(path)).sort(),
    unpacked: [...closureOf(BESIDE_THE_ARCHIVE, packages)].sort(),
  }
}

/** The packages of these names and all they need, each as Node would find it. */
function closureOf(names: readonly string[], packages: Readonly<Record<string, Locked>>): Set<string> {
  const found = new Set<string>()
  const waiting = names.map((name) => ({ name, from: '' }))
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const path = resolved(next.name, next.from, packages)
    if (path === undefined || found.has(path)) continue
    found.add(path)
    const { dependencies, optionalDependencies } = packages[path] ?? {}
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies }))
      if (!ONLY_TO_INSTALL.includes(name)) waiting.push({ name, from: path })
  }
  return found
}

function resolved(name: string, from: string, packages: Readonly<Record<string, Locked>>): string | undefined {
  for (let base = from; ; base = base.slice(0, Math.max(0, base.lastIndexOf('/node_modules/')))) {
    const path = base === '' ? `node_modules/${name}` : `${base}/node_modules/${name}`
    if (packages[path]) return path
    if (base === '') return undefined
  }
}
