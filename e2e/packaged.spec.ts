import { extractAll, listPackage } from '@electron/asar'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { connectBridge } from './clients/mcp-clients.ts'
import { call, untilIndexed } from './clients/tool-calls.ts'
import { expect, test } from './fixtures.ts'
import { packApp } from './packaged/pack-app.ts'
import type { Architecture, System } from './packaged/pack-app.ts'
import { BridgeHost, freePort } from './processes/bridge-host.ts'
import { runNode } from './processes/child.ts'
import { MODEL_ID, ROOT } from './processes/places.ts'
import { until } from './processes/until.ts'

const HERE: readonly [System, Architecture] = ['linux', process.arch === 'arm64' ? 'arm64' : 'x64']
/** One of each system; the patterns of the other architectures are the same. */
const TARGETS: readonly (readonly [System, Architecture])[] = [HERE, ['win', 'arm64'], ['mac', 'arm64']]
const MODEL_FILE = `resources/models/${MODEL_ID}/model.onnx`
const MIB = 1024 * 1024
/** Without Electron's own files. */
const MAX_BYTES = 200 * MIB

let folder = ''
const packed = new Map<string, string>()

test.skip(process.platform !== 'linux', 'what is packed here is run here, and that is the app for Linux')

/** With spaces, as people have them. */
test.beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'tmws packaged '))))
test.afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function resourcesOf(system: System, architecture: Architecture): Promise<string> {
  const name = `${system} ${architecture}`
  const resources = packed.get(name) ?? (await packApp(folder, system, architecture))
  packed.set(name, resources)
  return resources
}

/** Files of the app, in the archive and beside it, by their paths in it. */
async function filesOf(system: System, architecture: Architecture): Promise<string[]> {
  const resources = await resourcesOf(system, architecture)
  return listPackage(join(resources, 'app.asar'), { isPack: false }).map((path) => path.replaceAll('\\', '/').slice(1))
}

for (const [system, architecture] of TARGETS)
  test(`the app for ${system} ${architecture} holds what it needs, natives of that target only, and nothing of development`, async () => {
    const files = await filesOf(system, architecture)
    const platform = { linux: 'linux', win: 'win32', mac: 'darwin' }[system]
    for (const needed of [
      'package.json',
      'out/main/app.js',
      'out/main/tmws.js',
      'out/preload/preload.cjs',
      'out/renderer/index.html',
      'out/bridge/tmws-bridge.cjs',
      'out/fallback/fallback.js',
      MODEL_FILE,
      'resources/icons/tray-running.png',
      'out/THIRD-PARTY-LICENSES.txt',
      'LICENSE',
    ])
      expect(files, needed).toContain(needed)
    const natives = files.filter((file) => /\.(node|dll|dylib|so(\.\d+)*)$/.test(file))
    const archs = system === 'mac' ? ['arm64', 'x64'] : [architecture]
    const wanted = ['better-sqlite3', 'better-sqlite3-multiple-ciphers'].flatMap((name) =>
      archs.map((arch) => `node_modules/${name}/prebuilds/${platform}-${arch}.node`),
    )
    expect(natives).toEqual(expect.arrayContaining(wanted))
    const onnx = new RegExp(`^node_modules/onnxruntime-node/bin/napi-v\\d+/${platform}/${architecture}/`)
    expect(natives.filter((file) => onnx.test(file)).length).toBeGreaterThan(1)
    expect(natives.filter((file) => !wanted.includes(file) && !onnx.test(file))).toEqual([])
    expect(
      files.filter((file) =>
        /(^|\/)(src-|e2e|test|tests|coverage|\.git|\.stamps)(\/|$)|\.(test|spec)\.|\.map$|\.tsx?$|\.db$|\.log$|(^|\/)\.env/.test(file),
      ),
    ).toEqual([])
    expect(files.filter((file) => /^node_modules\/(fastify|zod|kysely|electron|react|vite|typescript)\//.test(file))).toEqual([])
    const resources = await resourcesOf(system, architecture)
    const unpacked = join(resources, 'app.asar.unpacked')
    for (const file of [...natives, MODEL_FILE, 'out/bridge/tmws-bridge.cjs', 'package.json'])
      expect(existsSync(join(unpacked, file)), file).toBe(true)
    const bytes = sizeOf(resources)
    console.log(`${system} ${architecture}: ${files.length} entries, ${(bytes / MIB).toFixed(0)} MiB without Electron`)
    expect(bytes).toBeLessThan(MAX_BYTES)
  })

function sizeOf(path: string): number {
  const stat = statSync(path)
  return stat.isDirectory() ? readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0) : stat.size
}

test('the fuses are set in the program itself', async () => {
  const resources = await resourcesOf(...HERE)
  const wire = await getCurrentFuseWire(join(dirname(resources), 'tmws'))
  expect(wire).toMatchObject({
    [FuseV1Options.RunAsNode]: FuseState.ENABLE,
    [FuseV1Options.EnableCookieEncryption]: FuseState.ENABLE,
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable]: FuseState.DISABLE,
    [FuseV1Options.EnableNodeCliInspectArguments]: FuseState.DISABLE,
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation]: FuseState.ENABLE,
    [FuseV1Options.OnlyLoadAppFromAsar]: FuseState.ENABLE,
    [FuseV1Options.GrantFileProtocolExtraPrivileges]: FuseState.DISABLE,
  })
  expect(readFileSync(join(resources, 'app-update.yml'), 'utf8')).toContain('repo: tmws')
  expect(readdirSync(join(dirname(resources), 'locales')).sort()).toEqual(['en-US.pak', 'ja.pak'])
})

test('the packaged server runs headless from a folder with spaces, and its bridge connects', async ({ makePlace, closing }) => {
  const resources = await resourcesOf(...HERE)
  // Electron reads the archive as if it were a folder; for plain Node it is made one.
  const app = join(folder, 'as a folder', 'app')
  mkdirSync(dirname(app), { recursive: true })
  extractAll(join(resources, 'app.asar'), app)
  const place = makePlace()
  const program = join(app, 'out', 'main', 'tmws.js')
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string } // npm demands it
  expect(await runNode([program, '--version'], { env: place.environment(), cwd: place.folder })).toMatchObject({
    code: 0,
    stdout: `${version}\n`,
  })
  const server = await (await place.start({ program })).untilHealthy()
  expect(await (await fetch(`${server.apiUrl}/`)).text()).toContain('<script type="module"')
  const client = closing(
    await connectBridge(server, { agentId: 'packaged' }, join(resources, 'app.asar.unpacked', 'out', 'bridge', 'tmws-bridge.cjs')),
  )
  expect((await client.listTools()).tools.length).toBeGreaterThan(10)
  await call(client, 'store_memory', { content: 'Yusuf is allergic to peanuts.' })
  await untilIndexed(client)
  const found = await call(client, 'semantic_search', { query: 'dangerous food' })
  expect(found.memories[0]?.why.vector).toBeGreaterThan(0)
  expect(await server.stop()).toEqual({ code: 0, signal: null })
})

test('what lies beside the archive serves by itself, as a bridge starts it while the app is closed', async ({ makePlace }) => {
  const resources = await resourcesOf(...HERE)
  // Away from the archive and from our node_modules: nothing else can be found by accident.
  const beside = join(folder, 'beside', 'app.asar.unpacked')
  cpSync(join(resources, 'app.asar.unpacked'), beside, { recursive: true })
  const place = makePlace()
  const host = new BridgeHost(place, await freePort(), { program: join(beside, 'out', 'bridge', 'tmws-bridge.cjs') })
  await host.initialize()
  await host.store('Marta keeps Postgres 15 until March.')
  await until('the search by meaning', async () => (await host.search('which database version do we run?')).length > 0)
  host.process.endInput()
  expect((await host.process.ended).code).toBe(0)
})
