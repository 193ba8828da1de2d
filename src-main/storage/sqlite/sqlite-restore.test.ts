import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { list, OWNER, put } from '../fixtures.conformance.ts'
import { checkCopy, checkCopyAside } from './sqlite-check.ts'
import { openConnection } from './sqlite-driver.ts'
import { openSqliteMemoryStore } from './sqlite-memory-store.ts'
import type { SqliteMemoryStore } from './sqlite-memory-store.ts'
import { restoreDatabase } from './sqlite-restore.ts'

let folder: string
let file: string
let copy: string
let aside: string
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-restore-'))
  file = join(folder, 'tmws.db')
  copy = join(folder, 'copy.db')
  aside = join(folder, 'backups', 'aside.db')
  const store = await open()
  await put(store, { content: 'before the copy' })
  await store.backup(copy)
  checkCopy(copy)
  await put(store, { content: 'after the copy' })
  await store.close()
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(at = file): Promise<SqliteMemoryStore> {
  return openSqliteMemoryStore({ file: at, backupFolder: join(folder, 'backups'), synchronous: 'normal', log: silentLog })
}

async function contentsOf(at: string): Promise<string[]> {
  const store = await open(at)
  const { memories } = await list(store, OWNER)
  await store.close()
  return memories.map(({ content }) => content).toSorted()
}

it('puts the copy in place, keeps what was there, and leaves no log of it behind', async () => {
  expect(restoreDatabase({ copy, file, aside })).toBe(true)
  expect(readdirSync(folder).filter((name) => name.startsWith('tmws.db'))).toEqual(['tmws.db'])
  expect(await contentsOf(file)).toEqual(['before the copy'])
  expect(await contentsOf(aside)).toEqual(['after the copy', 'before the copy'])
  expect(await contentsOf(copy)).toEqual(['before the copy'])
})

it('takes along what stands only in the log of the database', () => {
  const writer = openConnection(file)
  writer.pragma('wal_autocheckpoint = 0')
  writer.exec("UPDATE memories SET content = 'in the log'")
  copyFileSync(`${file}-wal`, join(folder, 'kept-wal'))
  writer.close()
  copyFileSync(join(folder, 'kept-wal'), `${file}-wal`)
  restoreDatabase({ copy, file, aside })
  expect(existsSync(`${file}-wal`)).toBe(false)
  const kept = openConnection(aside, { readonly: true })
  expect(kept.prepare('SELECT DISTINCT content FROM memories').pluck().all()).toEqual(['in the log'])
  kept.close()
})

it('refuses while any process has the database open', async () => {
  const store = await open()
  const before = readFileSync(file)
  expect(() => restoreDatabase({ copy, file, aside })).toThrow(/is in use/)
  expect(readFileSync(file).equals(before)).toBe(true)
  await store.close()
  expect(await contentsOf(file)).toHaveLength(2)
})

it.each<readonly [string, () => void, RegExp]>([
  ['is damaged', () => writeFileSync(copy, readFileSync(copy).fill(0x5a, 4096, 40_000)), /cannot be used/],
  ['is cut off', () => writeFileSync(copy, readFileSync(copy).subarray(0, 20_000)), /cannot be used/],
  ['is no database', () => writeFileSync(copy, 'SQLite format 3\0 it says'), /cannot be used/],
  ['is not there', () => rmSync(copy), /There is no file/],
  [
    'is of another program',
    () => {
      rmSync(copy)
      const foreign = openConnection(copy)
      foreign.exec('CREATE TABLE things (x)')
      foreign.close()
    },
    /database of another program/,
  ],
  [
    'is of a newer version',
    () => {
      const newer = openConnection(copy)
      newer.pragma('user_version = 999')
      newer.close()
    },
    /newer version/,
  ],
])('refuses a copy that %s, and changes nothing', async (_, spoil, sentence) => {
  spoil()
  expect(() => restoreDatabase({ copy, file, aside })).toThrow(sentence)
  expect([existsSync(aside), existsSync(`${file}.restoring`)]).toEqual([false, false])
  expect(await contentsOf(file)).toHaveLength(2)
})

it('restores over a database that is damaged, and keeps that as it is', async () => {
  writeFileSync(file, 'this is no database '.repeat(500))
  writeFileSync(`${file}-wal`, 'nor is this a log')
  expect(restoreDatabase({ copy, file, aside })).toBe(true)
  expect(await contentsOf(file)).toEqual(['before the copy'])
  expect(readFileSync(aside, 'utf8')).toContain('this is no database')
  expect(readFileSync(`${aside}-wal`, 'utf8')).toBe('nor is this a log')
})

it('restores where there is no database yet', async () => {
  rmSync(file)
  expect(restoreDatabase({ copy, file, aside })).toBe(false)
  expect(await contentsOf(file)).toEqual(['before the copy'])
})

it('checks on a thread of its own say the same', async () => {
  await checkCopyAside(copy)
  writeFileSync(copy, 'nonsense '.repeat(1000))
  await expect(checkCopyAside(copy)).rejects.toMatchObject({ code: 'unavailable' })
})
