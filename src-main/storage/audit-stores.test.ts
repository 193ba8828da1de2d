import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { silentLog } from '../base/log.ts'
import { anEntry, at, auditStoreConformance, expectChain } from './audit-store.conformance.ts'
import { openStores } from './open-stores.ts'

const root = mkdtempSync(join(tmpdir(), 'tmws-audit-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let serial = 0
const fileIn = (folder: string) => join(folder, 'tmws.db')
const sqliteIn = (folder: string) =>
  openStores({ provider: 'sqlite', file: fileIn(folder), backupFolder: join(folder, 'backups'), synchronous: 'normal', log: silentLog })

auditStoreConformance('SqliteAuditStore', () => sqliteIn(join(root, String(serial++))))
auditStoreConformance('VolatileAuditStore', () => openStores({ provider: 'volatile' }))

describe('SQLite', () => {
  it('keeps the log over a restart, and goes on where it ended', async () => {
    const folder = join(root, 'kept')
    const first = await sqliteIn(folder)
    await first.audit.append([anEntry(), anEntry()])
    await first.memories.close()
    const second = await sqliteIn(folder)
    await second.audit.append([anEntry()])
    const entries = await second.audit.readChain(0, 10)
    expect(entries).toHaveLength(3)
    expectChain(entries)
    await second.memories.close()
  })

  it('makes one chain of what several processes append', async () => {
    const folder = join(root, 'many')
    const stores = await sqliteIn(folder)
    const program = fileURLToPath(new URL('./audit-writer.fixture.ts', import.meta.url))
    const children = Array.from({ length: 4 }, (_, writer) =>
      spawn(process.execPath, [program, fileIn(folder), join(folder, 'backups'), `writer-${writer}`, '50'], { stdio: 'inherit' }),
    )
    const ends = children.map((child) => once(child, 'exit'))
    for (let index = 0; index < 50; index += 1) await stores.audit.append([anEntry()])
    expect(await Promise.all(ends)).toEqual(children.map(() => [0, null]))
    const entries = await stores.audit.readChain(0, 1_000)
    expect(entries).toHaveLength(50 + 4 * 50)
    expectChain(entries)
    await stores.memories.close()
  }, 60_000)

  it('lets no program that opens the file change the log', async () => {
    const folder = join(root, 'refused')
    const stores = await sqliteIn(folder)
    await stores.audit.append([anEntry({ at: at(0) }), anEntry({ at: at(5) }), anEntry({ at: at(9) })])
    await stores.audit.prune({ before: at(1), now: at(10), limit: 10, note: anEntry({ action: 'audit.prune', at: at(10) }) })
    const before = await stores.audit.readChain(0, 10)
    const database = new DatabaseSync(fileIn(folder))
    const refused = [
      "UPDATE audit_entries SET agent_id = 'nobody' WHERE seq = 2",
      'DELETE FROM audit_entries WHERE seq = 3',
      'DELETE FROM audit_entries',
      "INSERT OR REPLACE INTO audit_entries SELECT seq, at, action, 'nobody', namespace, outcome, session_id, request_id, address, object_kind, object_id, more_ids, code, facts, prev_hash, hash FROM audit_entries WHERE seq = 2",
      "INSERT INTO audit_entries SELECT 1, at, action, 'nobody', namespace, outcome, session_id, request_id, address, object_kind, object_id, more_ids, code, facts, prev_hash, hash FROM audit_entries WHERE seq = 2",
      'UPDATE audit_state SET anchor_seq = 0',
      'UPDATE audit_state SET head_seq = 2',
      'UPDATE audit_state SET anchor_seq = 99',
      'DELETE FROM audit_state',
      "INSERT OR REPLACE INTO audit_state VALUES (1, 0, '', 0, '')",
    ]
    for (const statement of refused) expect(() => database.exec(statement), statement).toThrow(/audit log/)
    database.close()
    expect(await stores.audit.readChain(0, 10)).toEqual(before)
    await stores.memories.close()
  })
})
