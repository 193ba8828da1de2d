import { afterEach, beforeEach, expect, it } from 'vitest'
import { at, by, alice, put, T0 } from '../../storage/fixtures.conformance.ts'
import { openStores } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import { fillWithEverything, recordsOf } from '../../storage/transfer-fixtures.conformance.ts'
import type { TransferStore } from '../../storage/transfer-store.ts'
import { moveData } from './move-data.ts'
import type { MoveOptions, MoveSummary } from './move-data.ts'

let from: Stores
let to: Stores
beforeEach(async () => {
  from = await openStores({ provider: 'volatile' })
  to = await openStores({ provider: 'volatile' })
  await fillWithEverything(from)
})
afterEach(async () => {
  await from.memories.close()
  await to.memories.close()
})

function move(more: Partial<MoveOptions> = {}): Promise<MoveSummary> {
  return moveData({ from: from.transfer, to: to.transfer, sourceName: 'sqlite:/a', merge: false, now: T0, actor: 'owner', ...more })
}

/** A target that fails after so many writes, as a killed process does. */
function failingAfter(writes: number): TransferStore {
  let left = writes
  return new Proxy(to.transfer, {
    get: (target, name: keyof TransferStore) => {
      if (name === 'write' && left-- <= 0) return () => Promise.reject(new Error('killed'))
      return (target[name] as (...args: unknown[]) => unknown).bind(target)
    },
  })
}

it('copies everything, says that both are the same, and leaves no mark', async () => {
  const summary = await move()
  expect(summary).toMatchObject({ isResumed: false, kinds: { memory: { new: 4 } } })
  expect(summary.bodySha256).toMatch(/^[0-9a-f]{64}$/)
  expect(await recordsOf(to.transfer)).toEqual(await recordsOf(from.transfer))
  expect(await to.transfer.getMark()).toBeUndefined()
})

it.each([0, 1, 2, 3, 4])('interrupted after %i writes, goes on and has everything once', async (writes) => {
  for (let i = 0; i < 300; i++) await put(from.memories, { content: `many ${i}` })
  await expect(move({ to: failingAfter(writes) })).rejects.toThrow('killed')
  await expect(move({ sourceName: 'sqlite:/b' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('sqlite:/a') as string,
  })
  expect(await move()).toMatchObject({ isResumed: true })
  expect(await recordsOf(to.transfer)).toEqual(await recordsOf(from.transfer))
})

it('refuses a target that holds something, and adds to it when told', async () => {
  const own = await put(to.memories, { content: 'own' })
  await expect(move()).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('it holds: 1 memory') as string })
  expect(await recordsOf(to.transfer)).toHaveLength(2)
  expect(await move({ merge: true })).toMatchObject({ kinds: { memory: { new: 4 } } })
  expect((await recordsOf(to.transfer)).filter(({ kind }) => kind === 'memory')).toHaveLength(5)
  expect(await to.memories.get(own.id, alice, { now: T0 })).toMatchObject({ content: 'own' })
})

it('a merge leaves what differs in the target, and says so', async () => {
  await move()
  const [record] = (await recordsOf(to.transfer)).filter((one) => one.kind === 'memory' && one.memory.agent_id === 'alice')
  const id = record?.kind === 'memory' ? record.memory.id : ''
  await to.memories.update(id, { importance: 0 }, by(alice, at(9)))
  expect(await move({ merge: true })).toMatchObject({
    kinds: { memory: { new: 0, unchanged: 3, skipped: { conflict: 1 } } },
    kept: [{ id }],
  })
})

it('finds out when the source is written to meanwhile', async () => {
  const { transfer } = from
  const restless: TransferStore = new Proxy(transfer, {
    get: (target, name: keyof TransferStore) => {
      if (name !== 'read') return (target[name] as (...args: unknown[]) => unknown).bind(target)
      return async (...args: Parameters<TransferStore['read']>) => {
        const page = await target.read(...args)
        if (args[0] === 'execution') await put(from.memories)
        return page
      }
    },
  })
  await expect(move({ from: restless })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('not hold the same') as string,
  })
})
