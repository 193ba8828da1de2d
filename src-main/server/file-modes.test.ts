import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { silentLog } from '../base/log.ts'
import type { Log } from '../base/log.ts'
import { findLoose } from '../base/private-files.ts'
import { describeLoose, looseEntries, tightenFiles } from './file-modes.ts'
import { MemoryServer } from './memory-server.ts'
import { openLog } from './pino-log.ts'
import { testConfig } from './testing/start-test-server.ts'

const POSIX = process.platform !== 'win32'
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-modes-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const modesUnder = (root: string) =>
  Object.fromEntries(
    [root, ...readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name))].map((path) => {
      const stat = lstatSync(path)
      return [path.slice(folder.length), `${stat.isDirectory() ? 'd' : 'f'}${(stat.mode & 0o777).toString(8)}`]
    }),
  )

test.runIf(POSIX).each([0o000, 0o022])('whatever the umask (%o), what a server writes is for its user only', async (umask) => {
  const former = process.umask(umask)
  try {
    const config = testConfig(folder)
    const { log, close } = openLog({ ...config.log, format: 'json', folder: join(config.dataDir, 'logs') })
    const server = await MemoryServer.start(config, log)
    const headers = { authorization: `Bearer ${server.context.ownerToken}` }
    expect((await fetch(`${server.addresses.apiUrl}/api/v1/backups`, { method: 'POST', headers })).status).toBe(201)
    const modes = modesUnder(folder)
    const names = Object.keys(modes).join('\n')
    for (const expected of [
      '/data/tmws.db-wal',
      '/data/tmws.db-shm',
      '/data/owner.lock',
      '/data/owner.json',
      '/data/logs/tmws.log',
      '-manual.db',
      '/home/runtime.json',
      '/home/runtime.json.place',
    ])
      expect(names).toContain(expected)
    delete modes['']
    expect(Object.entries(modes).filter(([, mode]) => mode !== 'f600' && mode !== 'd700')).toEqual([])
    await server.stop()
    await close()
  } finally {
    process.umask(former)
  }
})

test.runIf(POSIX)('what an earlier version left open to others is closed at the start, with a line in the log for each', () => {
  const config = testConfig(folder)
  const [backups, logs] = [join(config.dataDir, 'backups'), join(config.dataDir, 'logs')]
  for (const made of [backups, logs, dirname(config.runtimeFile)]) mkdirSync(made, { recursive: true })
  const ours = [
    join(config.dataDir, 'tmws.db'),
    join(config.dataDir, 'tmws.db-wal'),
    join(config.dataDir, 'settings.json'),
    join(backups, 'tmws-2026-11-22T10-00-00-000Z-manual.db'),
    join(logs, 'tmws.log'),
    config.runtimeFile,
  ]
  const foreign = join(config.dataDir, 'shopping-list.txt')
  for (const file of [...ours, foreign]) {
    writeFileSync(file, 'x')
    chmodSync(file, 0o664)
  }
  symlinkSync(foreign, join(config.dataDir, 'tmws.db-link'))
  for (const made of [config.dataDir, backups, logs]) chmodSync(made, 0o775)
  expect(
    looseEntries(config)
      .map(({ path }) => path)
      .toSorted(),
  ).toEqual([config.dataDir, backups, logs, ...ours].toSorted())

  const lines: Record<string, unknown>[] = []
  const log: Log = { ...silentLog, warn: (facts) => void lines.push(facts) }
  tightenFiles(config, log)
  expect(lines).toHaveLength(9)
  expect(lines).toContainEqual({ path: ours[0], mode: '0664', now: '0600' })
  expect([looseEntries(config), lstatSync(foreign).mode & 0o777]).toEqual([[], 0o664])
})

test.runIf(POSIX)('a folder that others use too stays open to them', () => {
  const config = testConfig(folder)
  mkdirSync(config.dataDir)
  chmodSync(config.dataDir, 0o1777)
  tightenFiles(config, silentLog)
  expect(lstatSync(config.dataDir).mode & 0o7777).toBe(0o1777)
})

test.runIf(POSIX && process.getuid?.() === 0)('what belongs to another user is named and not changed', () => {
  const config = testConfig(folder)
  mkdirSync(config.dataDir, { mode: 0o700 })
  const file = join(config.dataDir, 'tmws.db')
  writeFileSync(file, 'x', { mode: 0o644 })
  chownSync(file, 12_345, 12_345)
  tightenFiles(config, silentLog)
  expect(lstatSync(file).mode & 0o777).toBe(0o644)
  expect(looseEntries(config).map(describeLoose)).toEqual([expect.stringContaining(`${file} belongs to user 12345`)])
})

test('Windows has no such modes, and nothing is said of them', () => {
  writeFileSync(join(folder, 'x'), 'x', { mode: 0o644 })
  expect(findLoose(join(folder, 'x'), { uid: undefined, platform: 'win32' })).toBeUndefined()
  expect(existsSync(join(folder, 'x'))).toBe(true)
})
