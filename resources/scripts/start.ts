// `npm start`: builds what is missing, then opens the desktop app if there is a display and Electron's runtime, else runs the
// server headless. Flags after `--` go to the server.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildAll } from './build.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
/** Electron's installer downloads about 110 MB. */
const INSTALL_TIMEOUT_MS = 180_000
const PARENT_CHECK_MS = 500

const flags = process.argv.slice(2)
const wantsServer = flags.includes('--server')
await buildAll((line) => console.error(line))
const choice = wantsServer ? { kind: 'server' as const } : chooseFace()
if (choice.kind === 'app') run(choice.electron, ['.', ...flags])
else {
  if (choice.why !== undefined) console.error(`No window: ${choice.why}. The server runs without one; its dashboard opens in any browser.`)
  run(process.execPath, [join(ROOT, 'out', 'main', 'tmws.js'), '--server', ...flags.filter((flag) => flag !== '--server')])
}

type Face = { readonly kind: 'app'; readonly electron: string } | { readonly kind: 'server'; readonly why?: string }

function chooseFace(): Face {
  if (!hasDisplay()) return { kind: 'server', why: 'there is no display' }
  const electron = electronBinary() ?? installElectron()
  return electron === undefined
    ? { kind: 'server', why: "Electron's runtime is not installed and could not be downloaded" }
    : { kind: 'app', electron }
}

function hasDisplay(): boolean {
  return process.platform !== 'linux' || Boolean(process.env['DISPLAY'] ?? process.env['WAYLAND_DISPLAY'])
}

/** Where the `electron` package has put its runtime, if it has. */
function electronBinary(): string | undefined {
  const folder = join(ROOT, 'node_modules', 'electron')
  const pathFile = join(folder, 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const binary = join(folder, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}

/** Electron's own installer, once, with a time limit; it shows its progress. */
function installElectron(): string | undefined {
  const installer = join(ROOT, 'node_modules', 'electron', 'install.js')
  if (!existsSync(installer)) return undefined
  console.error('Downloading the Electron runtime, once …')
  spawnSync(process.execPath, [installer], { stdio: ['ignore', 'inherit', 'inherit'], timeout: INSTALL_TIMEOUT_MS })
  return electronBinary()
}

function run(command: string, args: readonly string[]): void {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit' })
  // The child decides when it is done; signals of the terminal reach it too.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal))
  // npm runs scripts through a shell that dies without a word to us; a server nobody started any more must not stay.
  const parent = process.ppid
  setInterval(() => {
    if (process.ppid !== parent) child.kill('SIGTERM')
  }, PARENT_CHECK_MS).unref()
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 0)))
}
