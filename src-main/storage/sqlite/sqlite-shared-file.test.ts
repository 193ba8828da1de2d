import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { alice, at, by, candidates, embed, foundIds, OWNER, put, T0, vector } from '../fixtures.conformance.ts'
import { MIGRATIONS } from './migrations/index.ts'
import { openConnection } from './sqlite-driver.ts'
import { openSqliteMemoryStore } from './sqlite-memory-store.ts'
import type { SqliteMemoryStore, SqliteStoreOptions } from './sqlite-memory-store.ts'

/** Two openers of one file: the server, and a bridge that serves from the store while the server is away. */

let folder: string
let here: SqliteMemoryStore
let there: SqliteMemoryStore
const file = () => join(folder, 'memory.db')
const open = (options: Partial<SqliteStoreOptions> = {}) =>
  openSqliteMemoryStore({ file: file(), backupFolder: join(folder, 'backups'), synchronous: 'normal', log: silentLog, ...options })
const near = (direction: number) => ({ vector: { values: vector(direction), modelId: 'model-1' } })

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-shared-'))
  ;[here, there] = await Promise.all([open(), open()])
  // The index of vectors is in use before the other one writes.
  await embed(here, await put(here, { content: 'the first' }), [vector(0)])
  await foundIds(there, alice, near(0))
})
afterEach(async () => {
  await Promise.all([here.close(), there.close()])
  rmSync(folder, { recursive: true, force: true })
})

describe('what another process has done', () => {
  it('stored: is found by words and by meaning', async () => {
    const memory = await put(here, { content: 'a sentence about harbours' })
    await embed(here, memory, [vector(3)])
    expect(await foundIds(there, alice, { text: 'harbours' })).toEqual([memory.id])
    expect((await candidates(there, alice, near(3))).candidates.find(({ id }) => id === memory.id)?.vector).toBeCloseTo(1, 1.9)
  })

  it('deleted and put back: is gone, then found again', async () => {
    const memory = await put(here)
    await embed(here, memory, [vector(3)])
    expect(await foundIds(there, alice, near(3))).toContain(memory.id)
    await here.trash(memory.id, by(alice))
    expect(await foundIds(there, alice, near(3))).not.toContain(memory.id)
    // Put back by the one that had it in its index, read by the one that took it out, and the other way round.
    await there.untrash(memory.id, by(alice))
    for (const store of [here, there]) expect(await foundIds(store, alice, near(3))).toContain(memory.id)
  })

  it('rewritten: is no longer found by what it said before', async () => {
    const memory = await put(here)
    await embed(here, memory, [vector(3)])
    await foundIds(there, alice, near(3))
    await here.update(memory.id, { content: 'something else now' }, by(alice))
    expect(await foundIds(there, alice, near(3))).not.toContain(memory.id)
    await here.putVectors({ modelId: 'model-1', dimensions: 16 }, [{ memoryId: memory.id, contentVersion: 2, vectors: [vector(7)] }])
    const scoreOf = async (direction: number) =>
      (await candidates(there, alice, near(direction))).candidates.find(({ id }) => id === memory.id)?.vector
    expect(await scoreOf(7)).toBeCloseTo(1, 1.9)
    expect(await scoreOf(3)).toBeCloseTo(0, 1.9)
  })

  it('erased: what comes next under the same row numbers of the history is still seen', async () => {
    const first = await put(here)
    await embed(here, first, [vector(3)])
    await foundIds(there, alice, near(3))
    await here.purge(first.id, by(OWNER))
    const second = await put(here)
    await embed(here, second, [vector(5)])
    expect(await foundIds(there, alice, near(5))).toContain(second.id)
    expect(await foundIds(there, alice, near(3))).not.toContain(first.id)
  })

  it('done a lot: more than is followed one by one is all found', async () => {
    const database = openConnection(file())
    const model = database.prepare("SELECT id FROM embedding_models WHERE name = 'model-1'").pluck().get()
    const memory = await put(here)
    await embed(here, memory, [vector(9)])
    const kept = database.prepare('SELECT vector FROM memory_vectors ORDER BY id DESC LIMIT 1').pluck().get()
    database.transaction(() => {
      for (let i = 0; i < 6_000; i++) {
        const { lastInsertRowid: seq } = database
          .prepare(
            `INSERT INTO memories (id, agent_id, namespace, access_level, importance, pinned, created_at, updated_at, access_count, version,
             content_version, content_hash, context, content) VALUES (?, 'alice', 'team-a', 'private', 0.5, 0, 0, 0, 0, 1, 1, ?, '{}', 'x')`,
          )
          .run(`id-${i}`, `hash-${i}`)
        database.prepare('INSERT INTO memory_vectors (memory_seq, model_id, vector) VALUES (?, ?, ?)').run(seq, model, kept)
      }
    })()
    database.close()
    const found = await candidates(there, alice, { ...near(9), candidateLimit: 10_000 })
    expect(found.candidates.filter(({ vector: score }) => (score ?? 0) > 0.9)).toHaveLength(6_001)
  })
})

it('gives a memory its vectors once, whoever embeds it', async () => {
  const memory = await put(here)
  await Promise.all(
    [here, there].flatMap((store) => [embed(store, memory, [vector(3), vector(4)]), embed(store, memory, [vector(3), vector(4)])]),
  )
  const database = openConnection(file(), { readonly: true })
  expect(
    database
      .prepare('SELECT count(*) FROM memory_vectors WHERE memory_seq = (SELECT seq FROM memories WHERE id = ?)')
      .pluck()
      .get(memory.id),
  ).toBe(2)
  database.close()
  expect(await there.countWithoutVectors('model-1', T0)).toBe(0)
})

it('lets both sweep at once: each expired memory goes to the trash once', async () => {
  const memories = await Promise.all(Array.from({ length: 30 }, () => put(here, { expires_at: at(1) })))
  const counts = await Promise.all([here.expire(at(2)), there.expire(at(2)), here.expire(at(2)), there.expire(at(2))])
  expect(counts.reduce((sum, count) => sum + count)).toBe(30)
  const { entries } = await here.history(memories[0]!.id, OWNER, { limit: 10, now: at(2) })
  expect(entries.map(({ action }) => action)).toEqual(['expired', 'created'])
})

it('waits for a write of another process instead of failing, also where it has read before it writes', async () => {
  const memory = await put(here)
  const blocker = openConnection(file())
  blocker.exec('BEGIN IMMEDIATE')
  blocker.prepare("INSERT INTO index_state (name, value) VALUES ('test', 1)").run()
  const writes = Promise.all([put(here), here.update(memory.id, { summary: 'x' }, by(alice)), here.touch([memory.id], T0)])
  await new Promise((resolve) => setTimeout(resolve, 300))
  blocker.exec('COMMIT')
  blocker.close()
  expect((await writes)[1].summary).toBe('x')
})

it('closes at once although another process reads', async () => {
  const reader = openConnection(file())
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM memories').get()
  const startedAt = performance.now()
  await there.close()
  expect(performance.now() - startedAt).toBeLessThan(1_500)
  reader.close()
})

it('is migrated by one of two openers at once, and neither fails', async () => {
  // Long enough that the others have seen the old schema when it ends.
  const rows = 'WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < 1000000) INSERT INTO added SELECT x FROM n'
  const next = [...MIGRATIONS, { version: MIGRATIONS.length + 1, sql: `CREATE TABLE added (x INTEGER) STRICT; ${rows};` }]
  await Promise.all([here.close(), there.close()])
  const openers = await Promise.all(Array.from({ length: 6 }, () => open({ migrations: next })))
  await Promise.all(openers.map((store) => store.ping()))
  expect(await openers[0]!.checkIntegrity()).toEqual([])
  await Promise.all(openers.map((store) => store.close()))
})

it('takes eight programs that open a new file at once and write a hundred memories each: all are kept', async () => {
  const shared = join(folder, 'new', 'memory.db')
  const program = fileURLToPath(new URL('./shared-writer.fixture.ts', import.meta.url))
  const runs = await Promise.all(
    Array.from({ length: 8 }, async (_, writer) => {
      const child = spawn(process.execPath, [program, shared, join(folder, 'new', 'backups'), `writer-${writer}`, '100'])
      let [ids, problems] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (text: string) => (ids += text))
      child.stderr.setEncoding('utf8').on('data', (text: string) => (problems += text))
      const [code] = (await once(child, 'close')) as [number | null]
      return { code, problems, ids: ids.split('\n').filter(Boolean) }
    }),
  )
  expect(runs.map(({ code, problems }) => ({ code, problems }))).toEqual(runs.map(() => ({ code: 0, problems: '' })))
  const store = await open({ file: shared })
  const ids = runs.flatMap((run) => run.ids)
  expect(new Set(ids).size).toBe(800)
  expect((await store.visibleIds(ids, OWNER, T0)).length).toBe(800)
  expect(await store.checkIntegrity()).toEqual([])
  await store.close()
}, 60_000)
