import { afterEach, beforeEach, expect, it } from 'vitest'
import { at, by, alice, put, T0 } from '../../storage/fixtures.conformance.ts'
import { openStores } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import { aRecordOfEachKind, fillWithEverything, recordsOf } from '../../storage/transfer-fixtures.conformance.ts'
import type { TransferRecord } from '../../storage/transfer-store.ts'
import { restoreData, sourceFromStore } from './restore-data.ts'
import type { RestoreTally } from './restore-data.ts'

let copy: Stores
let here: Stores
beforeEach(async () => {
  copy = await openStores({ provider: 'volatile' })
  here = await openStores({ provider: 'volatile' })
})
afterEach(async () => {
  await copy.memories.close()
  await here.memories.close()
})

async function restore(dryRun = false): Promise<RestoreTally> {
  const options = { now: at(60_000), actor: 'owner', madeAt: T0, dryRun }
  return restoreData(here.transfer, await sourceFromStore(copy.transfer), options)
}
const write = (to: Stores, records: readonly TransferRecord[]) =>
  to.transfer.write(records, { onConflict: 'replace', now: T0, actor: 'owner' })
const sum = ({ kinds }: RestoreTally, of: 'new' | 'replaced') => Object.values(kinds).reduce((total, tally) => total + tally[of], 0)

it('brings everything into an empty store; the same again, and a trial, change nothing', async () => {
  await fillWithEverything(copy)
  const trial = await restore(true)
  expect(await recordsOf(here.transfer)).toEqual([])
  const done = await restore()
  expect(done.kinds['memory']).toEqual(trial.kinds['memory'])
  expect(done.kinds['memory']?.new).toBeGreaterThan(0)
  const then = await recordsOf(here.transfer)
  const again = await restore()
  expect([sum(again, 'new'), sum(again, 'replaced')]).toEqual([0, 0])
  expect(await recordsOf(here.transfer)).toEqual(then)
})

it('replaces memories, which keep what they were, and leaves what has no history as it is', async () => {
  const kept = await put(copy.memories, { content: 'as it was' })
  await write(copy, Object.values(aRecordOfEachKind('then')))
  await write(here, await recordsOf(copy.transfer))
  await here.memories.update(kept.id, { content: 'as it is' }, by(alice, at(1000)))
  await put(here.memories, { content: 'made since' })
  await write(here, Object.values(aRecordOfEachKind('now')))
  const before = (await recordsOf(here.transfer)).filter(({ kind }) => !['memory', 'history', 'vector'].includes(kind))
  const tally = await restore()
  expect(tally.kinds['memory']).toMatchObject({ new: 0, replaced: 1 })
  const after = await recordsOf(here.transfer)
  expect(after.filter(({ kind }) => !['memory', 'history', 'vector'].includes(kind))).toEqual(before)
  const contents = after.flatMap((record) => (record.kind === 'memory' ? [record.memory.content] : []))
  expect(contents.toSorted()).toEqual(['as it was', 'made since'])
  const histories = after.flatMap((record) => (record.kind === 'history' ? [record.entry.action] : []))
  expect(histories).toContain('imported')
})
