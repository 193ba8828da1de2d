import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { silentLog } from '../base/log.ts'
import { openStores } from './open-stores.ts'
import { aRecord, sessionStoreConformance } from './session-store.conformance.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-sessions-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let serial = 0
const sqliteIn = (folder: string) =>
  openStores({
    provider: 'sqlite',
    file: join(folder, 'tmws.db'),
    backupFolder: join(folder, 'backups'),
    synchronous: 'normal',
    log: silentLog,
  })

sessionStoreConformance('SqliteSessionStore', () => sqliteIn(join(root, String(serial++))))
sessionStoreConformance('VolatileSessionStore', () => openStores({ provider: 'volatile' }))

it('SQLite has a session on the disk when it has answered, and over a restart', async () => {
  const folder = join(root, 'kept')
  const first = await sqliteIn(folder)
  const record = aRecord('kept-session')
  await first.sessions.save(record, record.savedAtMs + 60_000)
  // What kill -9 would leave: the log of what is written goes to the file before the answer.
  expect(readFileSync(join(folder, 'tmws.db-wal')).includes('kept-session')).toBe(true)
  await first.memories.close()
  const second = await sqliteIn(folder)
  const claim = {
    connectedAs: record.connectedAs,
    nextHash: 'next',
    holder: 'later',
    nowMs: record.savedAtMs,
    endsAtMs: record.savedAtMs + 1,
  }
  expect(await second.sessions.take(record.resumeHash, claim)).toEqual({
    ...record,
    resumeHash: 'next',
    spentHash: record.resumeHash,
    holder: 'later',
  })
  await second.memories.close()
})

it('the dialects say whether they outlast the process', async () => {
  const sqlite = await sqliteIn(join(root, 'labels'))
  const volatile = await openStores({ provider: 'volatile' })
  expect([sqlite.sessions.capabilities, volatile.sessions.capabilities]).toEqual([
    { label: 'SQLite', isDurable: true, isShared: false },
    { label: 'volatile', isDurable: false, isShared: false },
  ])
  await sqlite.memories.close()
})
