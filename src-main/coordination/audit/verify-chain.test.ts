import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chainHash } from '../../base/audit-chain.ts'
import { silentLog } from '../../base/log.ts'
import { anEntry, at } from '../../storage/audit-store.conformance.ts'
import { openStores } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import { PRUNE_ACTION, verifyChain } from './verify-chain.ts'

let folder: string
let stores: Stores
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-verify-'))
  const file = join(folder, 'tmws.db')
  stores = await openStores({ provider: 'sqlite', file, backupFolder: folder, synchronous: 'normal', log: silentLog })
  await stores.audit.append(Array.from({ length: 12 }, (_, minute) => anEntry({ at: at(minute), requestId: `r-${minute + 1}` })))
})
afterEach(async () => {
  await stores.memories.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What somebody does who has the file and knows what stands in the way. */
function tamper(statements: string): void {
  const database = new DatabaseSync(join(folder, 'tmws.db'))
  const triggers = database.prepare("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit_%'").all()
  for (const { name } of triggers) database.exec(`DROP TRIGGER ${String(name)}`)
  database.exec(statements)
  database.close()
}
const COLUMNS =
  'action, agent_id, namespace, outcome, session_id, request_id, address, object_kind, object_id, more_ids, code, facts, prev_hash, hash'
const verify = (expectHead?: string) => verifyChain(stores.audit, expectHead === undefined ? {} : { expectHead })
const entry = async (seq: number) => (await stores.audit.readChain(seq - 1, 1))[0]!
const prune = (before: string) =>
  stores.audit.prune({ before, now: at(100), limit: 1_000, note: anEntry({ action: PRUNE_ACTION, at: at(100) }) })

describe('a log that nobody touched', () => {
  it('is in order', async () => {
    expect(await verify()).toEqual({
      ok: true,
      checked: 12,
      anchor: { seq: 0, hash: '0'.repeat(64) },
      head: { seq: 12, hash: (await entry(12)).hash },
    })
  })

  it('is in order when it is empty, and over many pages', async () => {
    expect(await verifyChain((await openStores({ provider: 'volatile' })).audit)).toMatchObject({ ok: true, checked: 0 })
    await stores.audit.append(Array.from({ length: 2_500 }, () => anEntry()))
    expect(await verify()).toMatchObject({ ok: true, checked: 2_512 })
  })

  it('is in order after retention, again and again, and while others append', async () => {
    for (const minutes of [3, 5, 8]) {
      await prune(at(minutes))
      expect(await verify()).toMatchObject({ ok: true, anchor: { seq: minutes } })
    }
    const [verdict] = await Promise.all([verify(), stores.audit.append([anEntry(), anEntry()]), prune(at(9))])
    expect(verdict).toMatchObject({ ok: true })
  })

  it('holds every head that it ever had', async () => {
    const { hash } = await entry(7)
    expect(await verify(hash)).toMatchObject({ ok: true })
    await prune(at(7))
    expect(await verify(hash)).toMatchObject({ ok: true })
    expect(await verify('f'.repeat(64))).toMatchObject({ ok: false, broken: { seq: 14, problem: 'truncated' } })
  })
})

describe('finds the first entry that is not as it was', () => {
  it.each([
    ['a changed agent', "UPDATE audit_entries SET agent_id = 'nobody' WHERE seq = 5", 5, 'changed'],
    ['a changed time', 'UPDATE audit_entries SET at = at + 1 WHERE seq = 5', 5, 'changed'],
    ['an object taken off', 'UPDATE audit_entries SET object_kind = NULL, object_id = NULL WHERE seq = 5', 5, 'changed'],
    ['facts that are no JSON', "UPDATE audit_entries SET facts = '{' WHERE seq = 5", 5, 'changed'],
    ['a time that is none', 'UPDATE audit_entries SET at = 9e17 WHERE seq = 5', 5, 'changed'],
    ['two of them: the first', "UPDATE audit_entries SET action = 'x' WHERE seq IN (9, 4)", 4, 'changed'],
    ['the last, changed', "UPDATE audit_entries SET outcome = 'ok', action = 'x' WHERE seq = 12", 12, 'changed'],
    ['one removed', 'DELETE FROM audit_entries WHERE seq = 5', 5, 'removed'],
    ['a run of them removed', 'DELETE FROM audit_entries WHERE seq BETWEEN 5 AND 8', 5, 'removed'],
    ['the first removed', 'DELETE FROM audit_entries WHERE seq <= 2', 1, 'removed'],
    ['the last ones cut off', 'DELETE FROM audit_entries WHERE seq > 9', 10, 'truncated'],
    ['all of them gone', 'DELETE FROM audit_entries', 1, 'truncated'],
    [
      'one put in between, the others moved up',
      `UPDATE audit_entries SET seq = seq + 100 WHERE seq > 5; UPDATE audit_entries SET seq = seq - 99 WHERE seq > 100;
       INSERT INTO audit_entries SELECT 6, at, ${COLUMNS} FROM audit_entries WHERE seq = 3; UPDATE audit_state SET head_seq = 13`,
      6,
      'reordered',
    ],
    [
      'a made-up one in between',
      `UPDATE audit_entries SET seq = seq + 100 WHERE seq > 5; UPDATE audit_entries SET seq = seq - 99 WHERE seq > 100;
       INSERT INTO audit_entries (seq, at, action, agent_id, namespace, outcome, prev_hash, hash) VALUES (6, 0, 'x', 'x', 'x', 'ok', 'abc', 'def')`,
      6,
      'inserted',
    ],
    ['one appended by hand', `INSERT INTO audit_entries SELECT 13, at, ${COLUMNS} FROM audit_entries WHERE seq = 12`, 13, 'inserted'],
    [
      'two that changed places',
      'UPDATE audit_entries SET seq = 100 WHERE seq = 5; UPDATE audit_entries SET seq = 5 WHERE seq = 6; UPDATE audit_entries SET seq = 6 WHERE seq = 100',
      5,
      'reordered',
    ],
  ])('%s', async (_, statements, seq, problem) => {
    tamper(statements)
    expect(await verify()).toMatchObject({ ok: false, broken: { seq, problem } })
  })

  it('an entry that was written anew with a hash that fits', async () => {
    const { hash: _, prev_hash: previous, ...content } = { ...(await entry(5)), agent_id: 'nobody' }
    tamper(`UPDATE audit_entries SET agent_id = 'nobody', hash = '${chainHash(previous, content)}' WHERE seq = 5`)
    expect(await verify()).toMatchObject({ ok: false, broken: { seq: 5, problem: 'changed' } })
  })

  it('entries removed in the name of retention, which knows nothing of it', async () => {
    tamper(`UPDATE audit_state SET anchor_seq = 3, anchor_hash = '${(await entry(3)).hash}'; DELETE FROM audit_entries WHERE seq <= 3`)
    expect(await verify()).toMatchObject({ ok: false, broken: { seq: 1, problem: 'removed' } })
  })

  it('an end that was cut off as if it had never been, against a head that was kept elsewhere', async () => {
    const { hash } = await entry(12)
    tamper(`DELETE FROM audit_entries WHERE seq > 9; UPDATE audit_state SET head_seq = 9, head_hash = '${(await entry(9)).hash}'`)
    expect(await verify()).toMatchObject({ ok: true })
    expect(await verify(hash)).toMatchObject({ ok: false, broken: { seq: 10, problem: 'truncated' } })
  })
})
