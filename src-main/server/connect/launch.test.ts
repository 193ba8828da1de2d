import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { defaultDataDir, defaultRuntimeFile } from '../../config/paths.ts'
import { testConfig } from '../testing/start-test-server.ts'
import { bridgeVariables } from './bridge-variables.ts'
import { launchOf, launchWarnings, prepareLaunch } from './launch.ts'
import { isProgramRunning } from './running-programs.ts'
import { shownCommand } from './shown-command.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'tmws-launch-')))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const bridgeFile = join(folder, 'tmws-bridge.cjs')
writeFileSync(bridgeFile, '// bridge')
const plain = { execPath: '/usr/bin/node', isElectron: false, bridgeFile, version: '1.0.0' }

describe('what is started', () => {
  test('is Node or the app by its whole path, with the agent in variables', () => {
    expect(launchOf(plain, {}, folder, { agentId: 'ada' })).toEqual({
      command: '/usr/bin/node',
      args: [bridgeFile],
      env: { TMWS_AGENT_ID: 'ada' },
    })
    const app = { ...plain, execPath: '/Applications/TMWS.app/Contents/MacOS/TMWS', isElectron: true }
    expect(launchOf(app, {}, folder, { agentId: 'ada' })).toMatchObject({ command: app.execPath, env: { ELECTRON_RUN_AS_NODE: '1' } })
  })

  test('of an AppImage is the file that was opened, with a copy of the bridge that stays', () => {
    const image = { ...plain, execPath: '/tmp/.mount_x/tmws', isElectron: true, appImage: '/home/ada/TMWS.AppImage' }
    prepareLaunch(image, folder)
    const launch = launchOf(image, {}, folder, { agentId: 'ada' })
    const copy = join(folder, 'bridge', 'tmws-bridge.cjs')
    expect(launch).toMatchObject({
      command: image.appImage,
      args: [copy, '--no-sandbox'],
      env: { ELECTRON_RUN_AS_NODE: '1', TMWS_STDIO_FALLBACK: 'false' },
    })
    expect(readFileSync(copy, 'utf8')).toBe('// bridge')
  })

  test('of Homebrew is the link that an update keeps', () => {
    const cellar = join(folder, 'Cellar', 'node', '24.1.0', 'bin')
    mkdirSync(cellar, { recursive: true })
    writeFileSync(join(cellar, 'node'), '')
    const execPath = join(cellar, 'node')
    expect(launchOf({ ...plain, execPath }, {}, folder, { agentId: 'ada' }).command).toBe(execPath)
    mkdirSync(join(folder, 'opt'))
    symlinkSync(join(folder, 'Cellar', 'node', '24.1.0'), join(folder, 'opt', 'node'))
    expect(launchOf({ ...plain, execPath }, {}, folder, { agentId: 'ada' }).command).toBe(join(folder, 'opt', 'node', 'bin', 'node'))
  })

  test.each([
    ['a disk image', { execPath: '/Volumes/TMWS/TMWS.app/Contents/MacOS/TMWS' }, /Move it into the Applications folder/],
    ['a place of passage', { execPath: '/private/var/folders/x/AppTranslocation/y/TMWS.app/Contents/MacOS/TMWS' }, /Applications folder/],
    ['no bridge', { bridgeFile: '/nowhere/bridge.cjs' }, /run npm run build/],
  ])('is refused from %s', (_, change, reason) => {
    expect(() => prepareLaunch({ ...plain, ...change }, folder)).toThrow(reason)
    expect(existsSync('/nowhere')).toBe(false)
  })

  test('in the cache of npm comes with a warning', () => {
    expect(launchWarnings(plain)).toEqual([])
    expect(launchWarnings({ ...plain, bridgeFile: '/home/a/.npm/_npx/1/node_modules/tmws/out/bridge/tmws-bridge.cjs' })).toEqual([
      expect.stringContaining('npm install --global tmws') as string,
    ])
  })
})

describe('what a bridge is told of its server', () => {
  const usual = { runtimeFile: defaultRuntimeFile(), dataDir: defaultDataDir({}) }
  const config = { ...testConfig(folder), ...usual }
  test('is nothing while all is in its usual place', () => {
    expect(
      bridgeVariables({ ...config, database: { provider: 'sqlite', file: join(usual.dataDir, 'tmws.db'), synchronous: 'normal' } }, {}),
    ).toEqual({})
  })

  test('is where things are elsewhere, and never the address of a database server', () => {
    const other = testConfig(folder)
    expect(bridgeVariables(other, {})).toEqual({ TMWS_RUNTIME_FILE: other.runtimeFile, TMWS_DATA_DIR: other.dataDir })
    expect(bridgeVariables(testConfig(folder, { TMWS_DATABASE_URL: `sqlite:${folder}/x.db` }), {})).toMatchObject({
      TMWS_DATABASE_URL: `sqlite:${folder}/x.db`,
    })
    const postgres = bridgeVariables(testConfig(folder, { TMWS_DATABASE_URL: 'postgresql://u:pass@host/db' }), {})
    expect(postgres).toEqual({ TMWS_RUNTIME_FILE: other.runtimeFile, TMWS_STDIO_FALLBACK: 'false' })
  })
})

test('a command is shown so that a shell would read the same words', () => {
  expect(shownCommand(['/a b/node', "it's", '{"a":1}'], 'linux')).toBe(`'/a b/node' 'it'\\''s' '{"a":1}'`)
  expect(shownCommand(['C:\\n.exe', "it's"], 'win32')).toBe(`C:\\n.exe 'it''s'`)
})

test.runIf(process.platform === 'linux')('finds a program that runs', async () => {
  const machine = { platform: 'linux', home: folder, env: {} } as const
  const own = readFileSync('/proc/self/comm', 'utf8').trim()
  expect([await isProgramRunning([own], machine), await isProgramRunning(['no-such-program'], machine)]).toEqual([true, false])
})
