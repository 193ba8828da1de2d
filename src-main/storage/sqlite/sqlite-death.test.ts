import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { WorkerChannel } from '../../base/worker-channel.ts'
import { SqliteMemoryStore } from './sqlite-memory-store.ts'

function storeOnAThread(): { readonly store: SqliteMemoryStore; readonly channel: WorkerChannel } {
  const file = new URL('../../base/testing/echo-worker.ts', import.meta.url)
  const channel = new WorkerChannel(file, {}, { maxPending: 10, name: 'The store' })
  return { channel, store: new SqliteMemoryStore(channel, silentLog) }
}

test('a store whose thread ends says that it has died', async () => {
  const { store, channel } = storeOnAThread()
  await channel.terminate()
  expect((await store.died).message).toBe('the thread of the store has ended')
  await expect(store.ping()).rejects.toThrow('The store has stopped.')
})

test('a store that is closed has not died', async () => {
  const { store, channel } = storeOnAThread()
  // The thread of this test knows no store, and says so.
  await store.close().catch(() => undefined)
  await channel.ended
  expect(await Promise.race([store.died, delay(50, 'alive')])).toBe('alive')
})
