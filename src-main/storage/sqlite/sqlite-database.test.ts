import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { alice, foundIds, list, OWNER, put } from '../fixtures.conformance.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { openConnection } from './sqlite-driver.ts'
import { openSqliteMemoryStore } from './sqlite-memory-store.ts'
import type { SqliteMemoryStore, SqliteStoreOptions } from './sqlite-memory-store.ts'

let folder: string
let file: string
let backups: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-database-'))
  file = join(folder, 'memory.db')
  backups = join(folder, 'backups')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(options: Partial<SqliteStoreOptions> = {}): Promise<SqliteMemoryStore> {
  return openSqliteMemoryStore({ file, backupFolder: backups, synchronous: 'normal', log: silentLog, ...options })
}

/** Numbers may have gaps. */
const LATEST = MIGRATIONS.at(-1)?.version ?? 0
const NEXT = [...MIGRATIONS, { version: LATEST + 1, sql: 'CREATE TABLE added (x INTEGER) STRICT' }]

it('makes no backup of a new database', async () => {
  await (await open()).close()
  expect(existsSync(backups)).toBe(false)
  expect(readdirSync(folder)).toEqual(['memory.db'])
})

it('copies a database before it changes its schema', async () => {
  const store = await open()
  const { content } = await put(store)
  await store.close()
  const migrated = await open({ migrations: NEXT })
  expect((await list(migrated, OWNER)).memories).toMatchObject([{ content }])
  await migrated.close()
  const name = new RegExp(`^tmws-\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d-\\d{3}Z-before-schema-${LATEST + 1}\\.db$`)
  expect(readdirSync(backups)).toEqual([expect.stringMatching(name)])
  const copy = await open({ file: join(backups, readdirSync(backups)[0]!) })
  expect((await list(copy, OWNER)).memories).toMatchObject([{ content }])
  await copy.close()
})

it('undoes a migration that fails half-way', async () => {
  const store = await open()
  await put(store)
  await store.close()
  const broken = [...MIGRATIONS, { version: LATEST + 1, sql: 'CREATE TABLE added (x INTEGER); INSERT INTO nowhere VALUES (1)' }]
  await expect(open({ migrations: broken })).rejects.toThrow('nowhere')
  const again = await open()
  expect((await list(again, OWNER)).total).toBe(1)
  await again.close()
})

it('refuses a database of a newer program', async () => {
  await (await open({ migrations: NEXT })).close()
  await expect(open()).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(new RegExp(`newer version.*schema ${LATEST + 1}, known here: ${LATEST}`)) as string,
  })
})

it('refuses a database of another program', async () => {
  const other = openConnection(file)
  other.exec('CREATE TABLE recipes (name TEXT)')
  other.close()
  const before = readFileSync(file)
  await expect(open()).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('another program') as string })
  expect(readFileSync(file).equals(before)).toBe(true)
})

it.each([
  ['garbage', (bytes: Buffer) => Buffer.from('this is no database at all, '.repeat(300)).subarray(0, bytes.length)],
  ['a torn header', (bytes: Buffer) => Buffer.concat([Buffer.alloc(100), bytes.subarray(100)])],
  ['overwritten pages', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 8192), Buffer.alloc(40_000, 0xa5), bytes.subarray(48_192)])],
  ['half a file', (bytes: Buffer) => bytes.subarray(0, Math.floor(bytes.length / 2))],
  ['an empty file beside backups', () => Buffer.alloc(0)],
])('refuses %s, leaves it untouched and names the newest backup', async (_, damage) => {
  const store = await open()
  for (let i = 0; i < 50; i++) await put(store, { content: `${i} ${'words '.repeat(100)}` })
  await store.close()
  mkdirSync(backups)
  for (const day of ['01', '03', '02']) writeFileSync(join(backups, `tmws-2026-01-${day}T00-00-00-000Z-before-schema-2.db`), '')
  writeFileSync(file, damage(readFileSync(file)))
  const before = readFileSync(file)
  const modified = statSync(file).mtimeMs
  const failure: unknown = await open().catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'unavailable' })
  const { message } = failure as Error
  for (const part of [file, 'damaged', 'Nothing was changed', join(backups, 'tmws-2026-01-03')]) expect(message).toContain(part)
  expect(readFileSync(file).equals(before)).toBe(true)
  expect(statSync(file).mtimeMs).toBe(modified)
})

it('says so when the folder may not be written or is no folder', async () => {
  writeFileSync(join(folder, 'plain'), '')
  await expect(open({ file: join(folder, 'plain', 'memory.db') })).rejects.toMatchObject({ code: 'unavailable' })
})

it('indexes its words anew when the rules of search-text.ts have changed', async () => {
  const store = await open()
  const { id } = await put(store, { content: 'reindexed words', tags: ['label'] })
  await put(store, { content: 'other' })
  await store.close()
  const connection = openConnection(file)
  connection.exec(
    "INSERT INTO memory_words (memory_words) VALUES ('delete-all'); UPDATE index_state SET value = 0 WHERE name = 'search-text'",
  )
  connection.close()
  const again = await open()
  expect(await foundIds(again, alice, { text: 'label' })).toEqual([id])
  expect(await foundIds(again, alice, { text: 'reindexed' })).toEqual([id])
  expect(await again.checkIntegrity()).toEqual([])
  await again.close()
})

it('finds an index that lost a memory', async () => {
  const store = await open()
  await put(store)
  await store.close()
  const connection = openConnection(file)
  connection.exec('DELETE FROM memory_words')
  connection.close()
  const again = await open()
  expect(await again.checkIntegrity()).toEqual(['1 memories are missing from the word index'])
  await again.close()
})
