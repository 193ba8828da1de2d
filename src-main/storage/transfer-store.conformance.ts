import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../base/ids.ts'
import type { Stores } from './open-stores.ts'
import { aMemory, alice, at, by, embed, foundIds, OWNER, put, T0, vector } from './fixtures.conformance.ts'
import { aRecordOfEachKind, fillWithEverything, recordsOf } from './transfer-fixtures.conformance.ts'
import { EVERYTHING } from './transfer-store.ts'
import type { StoredMemory, TransferRecord, WriteOptions } from './transfer-store.ts'

const MERGE: WriteOptions = { onConflict: 'skip', now: at(60), actor: 'owner' }

/** What a dialect of TransferStore keeps to. `open` gives empty stores. */
export function transferStoreConformance(name: string, open: () => Promise<Stores>): void {
  describe(`${name} as a TransferStore`, () => {
    let stores: Stores
    let other: Stores
    beforeEach(async () => {
      stores = await open()
      other = await open()
    })
    afterEach(async () => {
      await stores.memories.close()
      await other.memories.close()
    })

    it('gives whole records in the order of their ids, with what hangs on memories behind them', async () => {
      await fillWithEverything(stores)
      const records = await recordsOf(stores.transfer)
      const memories = records.filter((record) => record.kind === 'memory').map(({ memory }) => memory.id)
      expect(memories).toEqual(memories.toSorted())
      expect(new Set(records.map(({ kind }) => kind))).toEqual(
        new Set(['agent', 'memory', 'history', 'vector', 'task', 'workflow', 'execution']),
      )
      let owner = ''
      for (const record of records) {
        if (record.kind === 'memory') owner = record.memory.id
        if (record.kind === 'history' || record.kind === 'vector') expect(record.memoryId).toBe(owner)
      }
    })

    it('a copy into an empty store reads the same, in whatever order it came', async () => {
      await fillWithEverything(stores)
      const records = await recordsOf(stores.transfer)
      const groups = groupsOf(records).reverse()
      for (const group of groups) await other.transfer.write(group, MERGE)
      expect(await recordsOf(other.transfer)).toEqual(records)
      expect(await other.transfer.count(EVERYTHING)).toEqual(await stores.transfer.count(EVERYTHING))
    })

    it('writing again changes nothing', async () => {
      await fillWithEverything(stores)
      const records = await recordsOf(stores.transfer)
      expect(new Set((await other.transfer.write(records, MERGE)).map(({ result }) => result))).toEqual(new Set(['new']))
      expect(new Set((await other.transfer.write(records, MERGE)).map(({ result }) => result))).toEqual(new Set(['unchanged']))
      expect(await recordsOf(other.transfer)).toEqual(records)
    })

    it('makes words and vectors findable at once, and leaves nothing to embed where vectors came along', async () => {
      const found = await put(stores.memories, { content: 'the quick brown fox' })
      await embed(stores.memories, found, [vector(3)])
      const bare = await put(stores.memories, { content: 'a lazy dog' })
      const gone = await put(stores.memories, { content: 'the brown bear' })
      await embed(stores.memories, gone, [vector(3)])
      await stores.memories.trash(gone.id, by(alice))
      await other.transfer.write(await recordsOf(stores.transfer), MERGE)
      expect(await foundIds(other.memories, alice, { text: 'brown' })).toEqual([found.id])
      expect(await foundIds(other.memories, alice, { vector: { values: vector(3), modelId: 'model-1' } })).toEqual([found.id])
      expect(await other.memories.withoutVectors('model-1', 10, T0)).toMatchObject([{ id: bare.id }])
      await other.memories.untrash(gone.id, by(alice))
      const near = await foundIds(other.memories, alice, { vector: { values: vector(3), modelId: 'model-1' } })
      expect(near.toSorted()).toEqual([found.id, gone.id].toSorted())
    })

    it('an imported memory goes on living: it is changed, found as a duplicate, trashed and restored', async () => {
      const memory = await put(stores.memories, { content: 'moved', tags: ['old'] })
      await stores.memories.update(memory.id, { tags: ['new'] }, by(alice))
      await other.transfer.write(await recordsOf(stores.transfer), MERGE)
      expect(await other.memories.update(memory.id, { importance: 1 }, by(alice))).toMatchObject({ version: 3, tags: ['new'] })
      expect(await other.memories.insert(aMemory({ content: 'moved' }), by(alice))).toMatchObject({ isDuplicate: true })
      await other.memories.trash(memory.id, by(alice))
      await other.memories.untrash(memory.id, by(alice))
      const { entries } = await other.memories.history(memory.id, OWNER, { limit: 10, now: T0 })
      expect(entries.map(({ version, action }) => `${version} ${action}`)).toEqual([
        '5 restored',
        '4 deleted',
        '3 updated',
        '2 updated',
        '1 created',
      ])
    })

    describe('when an id holds something else', () => {
      async function bothHave(): Promise<{ id: string; records: TransferRecord[] }> {
        const memory = await put(stores.memories, { content: 'as it was' })
        await other.transfer.write(await recordsOf(stores.transfer), MERGE)
        await stores.memories.update(memory.id, { content: 'as it comes' }, by(alice))
        await embed(stores.memories, memory, [vector(1)])
        await stores.memories.putVectors({ modelId: 'model-1', dimensions: 16 }, [
          { memoryId: memory.id, contentVersion: 2, vectors: [vector(1)] },
        ])
        await other.memories.update(memory.id, { content: 'as it is here' }, by(alice))
        await other.memories.update(memory.id, { importance: 0.9 }, by(alice))
        return { id: memory.id, records: await recordsOf(stores.transfer) }
      }

      it('skip leaves it, and what hangs on the other one', async () => {
        const { records } = await bothHave()
        const before = await recordsOf(other.transfer)
        const outcomes = await other.transfer.write(records, MERGE)
        expect(new Set(outcomes)).toEqual(new Set([{ result: 'skipped', reason: 'conflict' }]))
        expect(await recordsOf(other.transfer)).toEqual(before)
      })

      it('replace keeps what it was in its history, and the same again changes nothing', async () => {
        const { id, records } = await bothHave()
        const replace: WriteOptions = { ...MERGE, onConflict: 'replace' }
        expect((await other.transfer.write(records, replace))[0]).toEqual({ result: 'replaced' })
        const memory = await other.memories.get(id, OWNER, { now: T0 })
        expect(memory).toMatchObject({ content: 'as it comes', version: 4 })
        const { entries } = await other.memories.history(id, OWNER, { limit: 10, now: T0 })
        expect(entries[0]).toMatchObject({
          version: 4,
          action: 'imported',
          changed_by: 'owner',
          before: { content: 'as it is here', importance: 0.9 },
        })
        expect(await foundIds(other.memories, alice, { vector: { values: vector(1), modelId: 'model-1' } })).toEqual([id])
        const after = await recordsOf(other.transfer)
        const again = await other.transfer.write(records, replace)
        expect(new Set(again.map(({ result }) => result))).toEqual(new Set(['unchanged']))
        expect(await recordsOf(other.transfer)).toEqual(after)
      })

      it.each(['task', 'workflow', 'execution', 'agent'] as const)('a %s is left or replaced as asked', async (kind) => {
        const [theirs, ours] = [aRecordOfEachKind('theirs')[kind], aRecordOfEachKind('ours')[kind]]
        await other.transfer.write([ours], MERGE)
        expect(await other.transfer.write([theirs], MERGE)).toEqual([{ result: 'skipped', reason: 'conflict' }])
        expect(await recordsOf(other.transfer)).toEqual([ours])
        expect(await other.transfer.write([theirs], { ...MERGE, onConflict: 'replace' })).toEqual([{ result: 'replaced' }])
        expect(await recordsOf(other.transfer)).toEqual([theirs])
      })
    })

    it('an agent that was only seen gives way to one that registered, not the other way round', async () => {
      const { agent } = aRecordOfEachKind('named').agent
      const seen = { ...agent, is_registered: false, display_name: agent.agent_id, last_seen_at: at(5) }
      await other.agents.see(agent.agent_id, agent.namespace, at(5))
      expect(await other.transfer.write([{ kind: 'agent', agent }], MERGE)).toEqual([{ result: 'replaced' }])
      expect(await other.agents.get(agent.agent_id)).toMatchObject({ is_registered: true, display_name: 'named', last_seen_at: at(5) })
      expect(await other.transfer.write([{ kind: 'agent', agent: seen }], MERGE)).toEqual([{ result: 'unchanged' }])
    })

    it('does not make two live memories of one owner the same, nor two workflows of one name', async () => {
      const mine = await put(other.memories, { content: 'said twice' })
      const [copy] = await moved({ content: 'said twice' })
      expect(await other.transfer.write(copy, MERGE)).toEqual(copy.map(() => ({ result: 'skipped', reason: 'same_content' })))
      expect(await foundIds(other.memories, alice, { text: 'twice' })).toEqual([mine.id])
      const [trashed] = await moved({ content: 'said twice' }, { deleted_at: at(1), version: 2 })
      expect((await other.transfer.write(trashed, MERGE))[0]).toEqual({ result: 'new' })
      const { workflow } = aRecordOfEachKind('one').workflow
      await other.transfer.write([{ kind: 'workflow', workflow }], MERGE)
      const namesake: TransferRecord = { kind: 'workflow', workflow: { ...workflow, id: newId() } }
      expect(await other.transfer.write([namesake], MERGE)).toEqual([{ result: 'skipped', reason: 'name_taken' }])
    })

    it('one that has expired makes room for its twin', async () => {
      await put(other.memories, { content: 'for a while', expires_at: at(1) })
      const [records] = await moved({ content: 'for a while' })
      expect((await other.transfer.write(records, MERGE))[0]).toEqual({ result: 'new' })
    })

    it('refuses vectors of another length, and parts of a memory that is not there', async () => {
      const memory = await put(other.memories)
      await embed(other.memories, memory, [vector(1)])
      const second = await put(other.memories)
      const odd: TransferRecord = { kind: 'vector', memoryId: second.id, model: 'model-1', dimensions: 2, vectors: [new Uint8Array(6)] }
      const stray: TransferRecord = { ...odd, memoryId: newId(), model: 'model-2' }
      const entry = { version: 1, action: 'created' as const, changed_at: T0, changed_by: 'alice' }
      expect(await other.transfer.write([odd, stray, { kind: 'history', memoryId: newId(), entry }], MERGE)).toEqual([
        { result: 'skipped', reason: 'other_dimensions' },
        { result: 'skipped', reason: 'no_memory' },
        { result: 'skipped', reason: 'no_memory' },
      ])
    })

    it('a dry run says the same and writes nothing', async () => {
      await fillWithEverything(stores)
      const records = await recordsOf(stores.transfer)
      const outcomes = await other.transfer.write(records, { ...MERGE, dryRun: true })
      expect(outcomes).toEqual(records.map(() => ({ result: 'new' })))
      expect(await recordsOf(other.transfer)).toEqual([])
    })

    it('gives a memory that comes without its history a first entry', async () => {
      const [[record]] = await moved({ content: 'from elsewhere' })
      await other.transfer.write([record!], { ...MERGE, isWithoutHistory: true })
      const id = (record as { memory: StoredMemory }).memory.id
      const { entries } = await other.memories.history(id, OWNER, { limit: 10, now: T0 })
      expect(entries).toEqual([{ version: 1, action: 'imported', changed_at: at(60), changed_by: 'owner' }])
    })

    it('reads only what is selected', async () => {
      await fillWithEverything(stores)
      const kinds = async (selection: object): Promise<Record<string, number>> => {
        const records = await recordsOf(stores.transfer, { ...EVERYTHING, ...selection })
        const counts: Record<string, number> = {}
        for (const { kind } of records) counts[kind] = (counts[kind] ?? 0) + 1
        return counts
      }
      expect(await kinds({ history: false })).not.toHaveProperty('history')
      expect(await kinds({ vectors: false })).not.toHaveProperty('vector')
      expect(await kinds({ namespace: 'nowhere' })).toEqual({})
      const ofBob = await recordsOf(stores.transfer, { ...EVERYTHING, agentId: 'bob' })
      expect(ofBob.filter(({ kind }) => kind === 'memory').length).toBeGreaterThan(0)
      for (const record of ofBob) if (record.kind === 'memory') expect(record.memory.agent_id).toBe('bob')
      const inUse = await recordsOf(stores.transfer, { ...EVERYTHING, trash: false })
      for (const record of inUse) if (record.kind === 'memory') expect(record.memory.deleted_at).toBeUndefined()
      expect((await stores.transfer.count({ ...EVERYTHING, trash: false })).memory).toBe(
        inUse.filter(({ kind }) => kind === 'memory').length,
      )
    })

    it('pages hold little, however many memories and however long a history', async () => {
      const long = await put(stores.memories, { content: 'often changed' })
      for (let i = 0; i < 600; i++) await stores.memories.update(long.id, { importance: (i % 100) / 100 }, by(alice))
      for (let i = 0; i < 300; i++) await put(stores.memories)
      const sizes: number[] = []
      let cursor: string | undefined
      do {
        const page = await stores.transfer.read('memory', EVERYTHING, cursor)
        sizes.push(page.records.length)
        cursor = page.nextCursor
      } while (cursor !== undefined)
      const records = await recordsOf(stores.transfer)
      expect(records.filter(({ kind }) => kind === 'history')).toHaveLength(901)
      if (stores.memories.capabilities.isDurable) expect(Math.max(...sizes)).toBeLessThanOrEqual(512)
      await other.transfer.write(records, MERGE)
      expect(await recordsOf(other.transfer)).toEqual(records)
    })

    it('keeps the mark of a move until it is taken away', async () => {
      expect(await stores.transfer.getMark()).toBeUndefined()
      await stores.transfer.setMark('half way')
      await stores.transfer.setMark('further')
      expect(await stores.transfer.getMark()).toBe('further')
      await stores.transfer.setMark(undefined)
      expect(await stores.transfer.getMark()).toBeUndefined()
    })

    it('refuses a cursor of another read', async () => {
      if (!stores.memories.capabilities.isDurable) return
      await expect(stores.transfer.read('memory', EVERYTHING, 'nonsense')).rejects.toMatchObject({ code: 'invalid_request' })
    })

    /** Records of a memory that lives in no store of the test. */
    async function moved(fields: Parameters<typeof aMemory>[0], more: Partial<StoredMemory> = {}): Promise<[TransferRecord[]]> {
      const elsewhere = await open()
      await put(elsewhere.memories, fields)
      const records = await recordsOf(elsewhere.transfer)
      await elsewhere.memories.close()
      return [records.map((record) => (record.kind === 'memory' ? { ...record, memory: { ...record.memory, ...more } } : record))]
    }
  })
}

/** Memories with what hangs on them; every other record by itself. */
function groupsOf(records: readonly TransferRecord[]): TransferRecord[][] {
  const groups: TransferRecord[][] = []
  for (const record of records) {
    if (record.kind === 'history' || record.kind === 'vector') groups.at(-1)?.push(record)
    else groups.push([record])
  }
  return groups
}
