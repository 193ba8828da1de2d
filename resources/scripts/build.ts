// Builds everything that runs: main, preload, renderer, bridge, its fallback and client library into out/, the model into resources/models/. Parts whose inputs
// have not changed since they were built are left alone.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildModel } from './build-model.ts'
import { BOM_FILE, writeNotices } from './supply-chain/write-notices.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Part {
  readonly name: string
  /** Files and folders whose content decides whether it must be built again. */
  readonly inputs: readonly string[]
  /** A file that is there once it has been built. */
  readonly output: string
  build(): void | Promise<void>
}

const SHARED_INPUTS = ['package-lock.json', 'package.json', 'tsconfig.json', 'electron.vite.config.ts', 'src-main']

const PARTS: readonly Part[] = [
  {
    name: 'app',
    inputs: [...SHARED_INPUTS, 'src-renderer'],
    output: 'out/renderer/index.html',
    build: () => runBin('electron-vite', 'electron-vite', ['build', '--logLevel', 'warn']),
  },
  {
    name: 'bridge',
    inputs: [...SHARED_INPUTS, 'src-bridge', 'resources/scripts/build-bridge.ts'],
    output: 'out/bridge/tmws-bridge.cjs',
    build: () => runScript('build-bridge.ts'),
  },
  {
    name: 'fallback',
    inputs: [...SHARED_INPUTS, 'resources/scripts/build-fallback.ts'],
    output: 'out/fallback/fallback.js',
    build: () => runScript('build-fallback.ts'),
  },
  {
    name: 'client-library',
    inputs: [...SHARED_INPUTS, 'src-bridge', 'resources/scripts/build-client.ts', 'tsconfig.client.json'],
    output: 'out/client/index.d.ts',
    build: () => runScript('build-client.ts'),
  },
]

/** Comes after the model, which is in it. What is bundled follows from what the sources import. */
const NOTICES: Part = {
  name: 'notices',
  inputs: ['package-lock.json', 'package.json', 'src-main', 'src-bridge', 'src-renderer', 'resources/scripts/supply-chain'],
  output: BOM_FILE,
  build: writeNotices,
}

/** Builds what is missing or out of date. Returns the names of what was built. */
export async function buildAll(say: (line: string) => void): Promise<string[]> {
  const built: string[] = []
  for (const part of PARTS) if (await buildIfOutdated(part, say)) built.push(part.name)
  if ((await buildModel({ log: say })) === 'built') built.push('model')
  if (await buildIfOutdated(NOTICES, say)) built.push(NOTICES.name)
  return built
}

async function buildIfOutdated(part: Part, say: (line: string) => void): Promise<boolean> {
  const stampFile = join(ROOT, 'out', '.stamps', part.name)
  const stamp = hashOf(part.inputs)
  if (existsSync(join(ROOT, part.output)) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return false
  const start = Date.now()
  say(`Building the ${part.name} …`)
  await part.build()
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, stamp)
  say(`Building the ${part.name} … done in ${((Date.now() - start) / 1000).toFixed(1)} s`)
  return true
}

/** Runs a package's command on this same Node, without a shell. */
export function runBin(packageName: string, bin: string, args: readonly string[]): void {
  const manifestFile = join(ROOT, 'node_modules', packageName, 'package.json')
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as { bin: string | Record<string, string> } // a package manifest
  const file = typeof manifest.bin === 'string' ? manifest.bin : (manifest.bin[bin] ?? '')
  execFileSync(process.execPath, [join(dirname(manifestFile), file), ...args], { cwd: ROOT, stdio: ['ignore', 'inherit', 'inherit'] })
}

/** In a process of its own: a build of Vite makes `production` of its process's NODE_ENV, which whatever comes after it would inherit. */
function runScript(name: string): void {
  execFileSync(process.execPath, [join(import.meta.dirname, name)], { cwd: ROOT, stdio: ['ignore', 'ignore', 'inherit'] })
}

function hashOf(inputs: readonly string[]): string {
  const hash = createHash('sha256').update(process.versions.node)
  for (const file of inputs.flatMap((input) => filesIn(input)).sort()) hash.update(file).update(readFileSync(join(ROOT, file)))
  return hash.digest('hex')
}

function filesIn(path: string): string[] {
  const entries = path.includes('.') ? undefined : readdirSync(join(ROOT, path), { recursive: true, withFileTypes: true })
  if (!entries) return existsSync(join(ROOT, path)) ? [path] : []
  // Tests do not end in the build.
  return entries
    .filter((entry) => entry.isFile() && !entry.name.includes('.test.'))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const built = await buildAll((line) => console.log(line))
  console.log(built.length === 0 ? 'Everything is built already.' : `Built: ${built.join(', ')}.`)
}
