import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { aMemory, alice, by, candidates, embed, list, OWNER, put, T0, vector } from '../fixtures.conformance.ts'
import { openSqliteMemoryStore } from './sqlite-memory-store.ts'
import type { SqliteMemoryStore, SqliteStoreOptions } from './sqlite-memory-store.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tmws-durable-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function open(options: Partial<SqliteStoreOptions> = {}): Promise<SqliteMemoryStore> {
  return openSqliteMemoryStore({
    file: join(folder, 'memory.db'),
    backupFolder: join(folder, 'backups'),
    synchronous: 'normal',
    log: silentLog,
    ...options,
  })
}

it('is the same after closing and opening', async () => {
  const first = await open({ synchronous: 'full' })
  const memory = await put(first, { content: 'durable', tags: ['t'], context: { a: 1 } })
  await embed(first, memory, [vector(1)])
  await first.trash((await put(first)).id, by(alice))
  await first.close()
  const second = await open()
  expect(await second.get(memory.id, alice, { now: T0 })).toEqual(memory)
  expect((await list(second, alice, { trash: true })).total).toBe(1)
  const found = await candidates(second, alice, { text: 'durable', vector: { values: vector(1), modelId: 'model-1' } })
  expect(found).toMatchObject({ candidates: [{ id: memory.id }], isPartial: false })
  await second.close()
})

it('keeps every acknowledged memory when its process is killed in the middle of writing', async () => {
  for (let round = 0; round < 2; round++) {
    const acknowledged = await writeUntilKilled(150)
    const store = await open()
    const kept = await store.visibleIds(acknowledged, OWNER, T0)
    expect(kept).toEqual(acknowledged)
    expect(await store.checkIntegrity()).toEqual([])
    await store.close()
  }
}, 60_000)

it('refuses writes on a full disk, loses nothing, and goes on when there is room', async () => {
  const tight = await open({ maxPages: 400 })
  const kept: string[] = []
  const failure: unknown = await (async () => {
    for (let i = 0; i < 500; i++) kept.push((await put(tight, { content: `${i} ${'filling words '.repeat(500)}` })).id)
  })().catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 'unavailable', message: expect.stringContaining('disk is full') as string })
  expect(kept.length).toBeGreaterThan(10)
  expect(await tight.visibleIds(kept, OWNER, T0)).toEqual(kept)
  expect((await list(tight, OWNER, { limit: 1 })).total).toBe(kept.length)
  await tight.close()
  const roomy = await open()
  expect(await roomy.checkIntegrity()).toEqual([])
  await put(roomy)
  expect((await list(roomy, OWNER, { limit: 1 })).total).toBe(kept.length + 1)
  await roomy.close()
})

it('forgets vectors of a change that failed', async () => {
  const tight = await open({ maxPages: 200 })
  const memory = await put(tight)
  await embed(tight, memory, [vector(1)])
  await candidates(tight, alice, { vector: { values: vector(1), modelId: 'model-1' } })
  await expect(
    tight.putVectors({ modelId: 'model-1', dimensions: 16 }, [
      { memoryId: memory.id, contentVersion: 1, vectors: Array.from({ length: 40_000 }, () => vector(2)) },
    ]),
  ).rejects.toMatchObject({ code: 'unavailable' })
  const { candidates: found } = await candidates(tight, alice, { vector: { values: vector(1), modelId: 'model-1' } })
  expect(found).toMatchObject([{ id: memory.id, vector: expect.closeTo(1, 1.9) as number }])
  await tight.close()
})

it('copies itself while it is written to', async () => {
  const store = await open()
  const before = await Promise.all(Array.from({ length: 200 }, () => put(store)))
  const copy = join(folder, 'copies', 'copy.db')
  const backup = store.backup(copy)
  await Promise.all(Array.from({ length: 50 }, () => put(store)))
  await backup
  await store.close()
  const restored = await open({ file: copy })
  expect(
    await restored.visibleIds(
      before.map(({ id }) => id),
      OWNER,
      T0,
    ),
  ).toHaveLength(200)
  expect(await restored.checkIntegrity()).toEqual([])
  await restored.close()
})

it('closes only when a copy is whole', async () => {
  const store = await open()
  await Promise.all(Array.from({ length: 300 }, () => put(store, { content: `${Math.random()} ${'words '.repeat(1000)}` })))
  const copy = join(folder, 'copy.db')
  const backup = store.backup(copy)
  await store.close()
  await backup
  const restored = await open({ file: copy })
  expect((await list(restored, OWNER, { limit: 1 })).total).toBe(300)
  await restored.close()
})

it('finishes what was asked before it closes', async () => {
  const store = await open()
  const memories = Array.from({ length: 50 }, () => aMemory())
  const writes = memories.map((memory) => store.insert(memory, by(alice)))
  await store.close()
  expect(await Promise.all(writes)).toHaveLength(50)
  const again = await open()
  expect((await list(again, alice, { limit: 1 })).total).toBe(50)
  await again.close()
})

/** Kills the writer once it has printed `count` ids; returns all ids it printed whole. */
function writeUntilKilled(count: number): Promise<string[]> {
  const script = fileURLToPath(new URL('./crash-writer.fixture.ts', import.meta.url))
  const child = spawn(process.execPath, ['--no-warnings', script, join(folder, 'memory.db'), join(folder, 'backups')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk
    if (output.split('\n').length > count) child.kill('SIGKILL')
  })
  return new Promise((resolve) => {
    child.on('close', () => resolve(output.split('\n').slice(0, -1)))
  })
}
