import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../base/log.ts'
import type { MemoryStore } from '../storage/memory-store.ts'
import { Retention } from './retention.ts'
import { agentScope, draft, listOf, openMemoryParts, owner } from '../server/testing/memory-parts.ts'
import type { MemoryParts } from '../server/testing/memory-parts.ts'

const alice = agentScope('alice')
const DAY = 86_400_000

let parts: MemoryParts
beforeEach(async () => {
  parts = await openMemoryParts()
})
afterEach(() => parts.close())

function retention(store: MemoryStore = parts.store): Retention {
  return new Retention({ store, clock: parts.clock, log: silentLog }, { intervalMs: 60_000, trashDays: 30 })
}

describe('a round', () => {
  test('moves what has expired to the trash, says so in its history, and erases it when it has lain there long enough', async () => {
    const { memory } = await parts.writer.store(draft('short', { ttl_seconds: 60 }), alice)
    await parts.writer.store(draft('kept'), alice)
    parts.clock.advance(60_000)
    await retention().sweep()
    expect((await parts.reader.list(listOf({ trash: true }), alice)).memories).toMatchObject([{ id: memory.id }])
    expect((await parts.reader.history(memory.id, alice, { limit: 1 })).history).toMatchObject([
      { action: 'expired', changed_by: 'system' },
    ])
    parts.clock.advance(30 * DAY)
    await retention().sweep()
    expect((await parts.reader.list(listOf({ trash: true }), owner)).total).toBe(1)
    parts.clock.advance(1)
    await retention().sweep()
    expect((await parts.reader.list(listOf({ trash: true }), owner)).total).toBe(0)
    expect((await parts.reader.list(listOf(), alice)).memories).toMatchObject([{ content: 'kept' }])
  })

  test('that fails does no harm, and the next one does its work', async () => {
    const { memory } = await parts.writer.store(draft('short', { ttl_seconds: 1 }), alice)
    parts.clock.advance(2_000)
    let fail = true
    const flaky: MemoryStore = {
      ...parts.store,
      expire: (now: string) => (fail ? Promise.reject(new Error('disk full')) : parts.store.expire(now)),
      emptyTrash: (before: string) => parts.store.emptyTrash(before),
    }
    const sweeper = retention(flaky)
    await sweeper.sweep()
    fail = false
    await sweeper.sweep()
    expect((await parts.reader.list(listOf({ trash: true }), alice)).memories).toMatchObject([{ id: memory.id }])
  })

  test('is one at a time, begins with the start, and ends before close does', async () => {
    let running = 0
    let most = 0
    let done = 0
    const slow: MemoryStore = {
      ...parts.store,
      expire: async () => {
        most = Math.max(most, (running += 1))
        await new Promise((resolve) => setTimeout(resolve, 50))
        running -= 1
        done += 1
        return 0
      },
      emptyTrash: () => Promise.resolve(0),
    }
    const sweeper = retention(slow)
    sweeper.start()
    void sweeper.sweep()
    void sweeper.sweep()
    await sweeper.close()
    expect([most, done]).toEqual([1, 1])
  })
})
