import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silentLog } from '../base/log.ts'
import { loadStandInConfig, markPlace } from './last-place.ts'
import { MemoryServer } from './memory-server.ts'
import { testConfig } from './testing/start-test-server.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-place-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** What a bridge's host sets: only where the discovery file is, so that the test meets no other server of this user. */
const standIn = (settings: Readonly<Record<string, string>> = {}) =>
  loadStandInConfig({
    settings: { TMWS_RUNTIME_FILE: testConfig(folder).runtimeFile, ...settings },
    machine: { xdgDataHome: join(folder, 'default'), appData: join(folder, 'default') },
  })
const serverOf = (settings: Readonly<Record<string, string>> = {}) => testConfig(folder, settings)

test('a stand-in serves from where the last server kept its memories, after that has stopped', async () => {
  const file = join(folder, 'elsewhere', 'mine.db')
  const server = await MemoryServer.start(serverOf({ TMWS_DATABASE_URL: `sqlite:${file}` }), silentLog)
  await server.stop()
  expect(standIn()).toMatchObject({ dataDir: serverOf().dataDir, database: { provider: 'sqlite', file } })
})

test('its own settings count, where it has some', async () => {
  await (await MemoryServer.start(serverOf(), silentLog)).stop()
  const own = join(folder, 'own')
  expect(standIn({ TMWS_DATA_DIR: own }).dataDir).toBe(own)
})

test('a trial that was thrown away, or kept nothing, is no place', async () => {
  await (await MemoryServer.start(serverOf(), silentLog)).stop()
  rmSync(serverOf().dataDir, { recursive: true })
  expect(standIn().dataDir).not.toBe(serverOf().dataDir)
  markPlace(serverOf({ TMWS_DATABASE_URL: 'volatile:' }))
  expect(standIn().database.provider).toBe('sqlite')
})

test('a database that is a server of its own is refused rather than replaced by an empty file', () => {
  const { runtimeFile } = serverOf()
  markPlaceOf(runtimeFile, { provider: 'postgresql', data_dir: folder })
  expect(() => standIn()).toThrow(/another database server.*TMWS_DATABASE_URL/)
})

test('it does about credentials what that server does, unless it is told otherwise', async () => {
  await (await MemoryServer.start(serverOf({ TMWS_SECRET_SCAN: 'mask' }), silentLog)).stop()
  expect(standIn().secretScan).toBe('mask')
  expect(standIn({ TMWS_DATA_DIR: serverOf().dataDir }).secretScan).toBe('mask')
  expect(standIn({ TMWS_DATA_DIR: join(folder, 'own') }).secretScan).toBe('warn')
  expect(standIn({ TMWS_SECRET_SCAN: 'off' }).secretScan).toBe('off')
})

test('a note that says nothing readable is no note', () => {
  const { runtimeFile } = serverOf()
  for (const note of ['', 'null', '[]', '{"provider":1}', '{"provider":"sqlite","data_dir":"x","file":3}']) {
    markPlaceOf(runtimeFile, note)
    expect(standIn().database.provider).toBe('sqlite')
  }
})

function markPlaceOf(runtimeFile: string, note: unknown): void {
  mkdirSync(dirname(runtimeFile), { recursive: true })
  writeFileSync(`${runtimeFile}.place`, typeof note === 'string' ? note : JSON.stringify(note))
}
