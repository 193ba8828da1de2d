import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { chainHash, GENESIS } from '../base/audit-chain.ts'
import type { AuditEntry } from '../contract/audit.ts'
import type { AuditStore, NewAuditEntry } from './audit-store.ts'
import type { Stores } from './open-stores.ts'

const T0 = Date.parse('2026-11-22T09:30:00.123Z')
export const at = (minutes: number): string => new Date(T0 + minutes * 60_000).toISOString()

export function anEntry(fields: Partial<NewAuditEntry> = {}): NewAuditEntry {
  return {
    at: at(0),
    action: 'store_memory',
    agentId: 'scout',
    namespace: 'acme',
    outcome: 'ok',
    sessionId: 's-1',
    requestId: 'r-1',
    address: '127.0.0.1',
    object: { kind: 'memory', ids: ['m-1'] },
    ...fields,
  }
}

const pruneNote: NewAuditEntry = { at: at(9_999), action: 'audit.prune', agentId: 'system', namespace: 'default', outcome: 'ok' }

/** Whether each entry carries on from the one before. */
export function expectChain(entries: readonly AuditEntry[], from = GENESIS): void {
  let { seq, hash } = from
  for (const { hash: own, prev_hash: previous, ...content } of entries) {
    expect([content.seq, previous, own]).toEqual([seq + 1, hash, chainHash(hash, content)])
    ;[seq, hash] = [content.seq, own]
  }
}

/** What a dialect of AuditStore keeps to. `open` gives empty stores. */
export function auditStoreConformance(name: string, open: () => Promise<Stores>): void {
  describe(`${name} as an AuditStore`, () => {
    let stores: Stores
    let audit: AuditStore
    beforeEach(async () => {
      stores = await open()
      audit = stores.audit
    })
    afterEach(() => stores.memories.close())
    const all = () => audit.readChain(0, 10_000)
    const seqs = async (query: Parameters<AuditStore['list']>[0]) => (await audit.list(query, { limit: 100 })).entries.map(({ seq }) => seq)

    it('is empty at first', async () => {
      expect(await audit.state()).toEqual({ anchor: GENESIS, head: GENESIS, lastSeq: 0 })
      expect(await all()).toEqual([])
      expect(await audit.list({}, { limit: 10 })).toEqual({ entries: [] })
      expect(await audit.count({})).toEqual({ ok: 0, denied: 0, failed: 0 })
      expect(await audit.append([])).toEqual(GENESIS)
    })

    it('gives back what was appended, numbered and chained', async () => {
      const facts = { repeated: 7, permanent: true, access_level: 'public', share: 0.1 }
      const full = anEntry({ outcome: 'denied', code: 'forbidden', facts, object: { kind: 'memory', ids: ['m-1', 'm-2', 'm-3'] } })
      const bare: NewAuditEntry = { at: at(1), action: 'sign-in', agentId: 'owner', namespace: 'default', outcome: 'ok' }
      const head = await audit.append([full, bare, anEntry({ object: { kind: 'data', ids: [] } })])
      const entries = await all()
      expect(entries).toMatchObject([
        {
          seq: 1,
          at: at(0),
          action: 'store_memory',
          agent_id: 'scout',
          namespace: 'acme',
          outcome: 'denied',
          session_id: 's-1',
          request_id: 'r-1',
          address: '127.0.0.1',
          object: { kind: 'memory', ids: ['m-1', 'm-2', 'm-3'] },
          code: 'forbidden',
          facts,
        },
        { seq: 2, at: at(1), action: 'sign-in', agent_id: 'owner' },
        { seq: 3, object: { kind: 'data', ids: [] } },
      ])
      expect(entries[1]).not.toHaveProperty('session_id')
      expectChain(entries)
      expect(head).toEqual({ seq: 3, hash: entries[2]!.hash })
      expect(await audit.state()).toEqual({ anchor: GENESIS, head, lastSeq: 3 })
      expect(await audit.findByHash(entries[1]!.hash)).toEqual({ seq: 2, hash: entries[1]!.hash })
      expect(await audit.findByHash('0'.repeat(64))).toBeUndefined()
    })

    it('keeps texts of any kind so that their hashes still fit', async () => {
      const odd = [
        'lone \ud800 surrogate',
        'nul \u0000 and \u001b escape',
        '日本語 "quoted" \\ 🙂',
        'x'.repeat(5_000),
        "'; DROP TABLE memories; --",
      ]
      await audit.append(
        odd.map((text) => anEntry({ object: { kind: 'session', ids: [text, text] }, facts: { [text]: text, n: Infinity } })),
      )
      const entries = await all()
      expectChain(entries)
      expect(entries[2]?.object?.ids).toEqual([odd[2], odd[2]])
      expect(entries[3]?.object?.ids[0]).toHaveLength(200)
      expect(await seqs({ objectId: odd[2]! })).toEqual([3])
    })

    it('holds at most a page of ids in one entry', async () => {
      await audit.append([anEntry({ object: { kind: 'memory', ids: Array.from({ length: 150 }, (_, index) => `m-${index}`) } })])
      expect((await all())[0]?.object?.ids).toHaveLength(100)
    })

    it('makes one chain of many appends at once, each whole', async () => {
      const batches = Array.from({ length: 30 }, (_, batch) =>
        Array.from({ length: 1 + (batch % 9) }, () => anEntry({ requestId: `batch-${batch}` })),
      )
      await Promise.all(batches.map((batch) => audit.append(batch)))
      const entries = await all()
      expect(entries).toHaveLength(batches.flat().length)
      expectChain(entries)
      const runs = entries.filter(({ request_id: id }, index) => id !== entries[index - 1]?.request_id)
      expect(runs).toHaveLength(30)
    })

    it('goes on when the clock is set back', async () => {
      await audit.append([anEntry({ at: at(10) })])
      await audit.append([anEntry({ at: at(-50_000) })])
      await audit.append([anEntry({ at: at(11) })])
      expectChain(await all())
      expect(await seqs({})).toEqual([3, 2, 1])
      expect(await seqs({ since: at(0) })).toEqual([3, 1])
    })

    it('pages newest first, also while more is appended', async () => {
      await audit.append(Array.from({ length: 25 }, (_, minute) => anEntry({ at: at(minute) })))
      const seen: number[] = []
      let cursor: string | undefined
      do {
        const page = await audit.list({}, { limit: 10, ...(cursor !== undefined && { cursor }) })
        seen.push(...page.entries.map(({ seq }) => seq))
        cursor = page.nextCursor
        await audit.append([anEntry()])
      } while (cursor !== undefined)
      expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => 25 - index))
      await expect(audit.list({}, { limit: 10, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_request' })
    })

    it('finds by every filter, and by all of them together', async () => {
      await audit.append([
        anEntry({ at: at(0) }),
        anEntry({ at: at(1), agentId: 'other', namespace: 'elsewhere', sessionId: 's-2', requestId: 'r-2', address: '10.0.0.9' }),
        anEntry({ at: at(2), action: 'manage_task.create', object: { kind: 'task', ids: ['t-1'] } }),
        anEntry({
          at: at(3),
          action: 'manage_tasks',
          outcome: 'denied',
          code: 'forbidden',
          object: { kind: 'memory', ids: ['m-8', 'm-9'] },
        }),
        { at: at(4), action: 'sign-in', agentId: 'owner', namespace: 'default', outcome: 'failed' },
      ])
      expect(await seqs({ agentId: 'other' })).toEqual([2])
      expect(await seqs({ namespace: 'acme' })).toEqual([4, 3, 1])
      expect(await seqs({ action: 'manage_task' })).toEqual([3])
      expect(await seqs({ action: 'manage_task.create' })).toEqual([3])
      expect(await seqs({ outcome: 'denied' })).toEqual([4])
      expect(await seqs({ objectId: 'm-1' })).toEqual([2, 1])
      expect(await seqs({ objectId: 'm-9' })).toEqual([4])
      expect(await seqs({ objectId: 'M-9' })).toEqual([])
      expect(await seqs({ objectId: 'm-%' })).toEqual([])
      expect(await seqs({ sessionId: 's-2' })).toEqual([2])
      expect(await seqs({ requestId: 'r-2' })).toEqual([2])
      expect(await seqs({ address: '10.0.0.9' })).toEqual([2])
      expect(await seqs({ since: at(1), until: at(3) })).toEqual([3, 2])
      expect(await seqs({ since: '2026-11-22T10:31:00.123+01:00' })).toEqual([5, 4, 3, 2])
      expect(await seqs({ agentId: 'scout', objectId: 'm-1', outcome: 'ok', until: at(9) })).toEqual([1])
      expect(await audit.count({})).toEqual({ ok: 3, denied: 1, failed: 1 })
      expect(await audit.count({ agentId: 'scout' })).toEqual({ ok: 2, denied: 1, failed: 0 })
    })

    describe('retention', () => {
      const prune = (before: string, options: Partial<Parameters<AuditStore['prune']>[0]> = {}) =>
        audit.prune({ before, now: at(10_000), limit: 1_000, note: pruneNote, ...options })

      it('removes the beginning, says so in the log, and leaves a chain that goes on from its anchor', async () => {
        await audit.append(Array.from({ length: 10 }, (_, minute) => anEntry({ at: at(minute) })))
        const fourth = (await all())[3]!
        expect(await prune(at(4))).toBe(4)
        const entries = await all()
        const anchor = { seq: 4, hash: fourth.hash }
        expect(await audit.state()).toMatchObject({ anchor, head: { seq: 11 }, lastSeq: 11 })
        expectChain(entries, anchor)
        expect(entries.at(-1)).toMatchObject({ action: 'audit.prune', facts: { entries: 4, up_to: 4, anchor: fourth.hash } })
        expect(await prune(at(4))).toBe(0)
        expect(await all()).toHaveLength(7)
      })

      it('removes no more than its limit at once', async () => {
        await audit.append(Array.from({ length: 10 }, () => anEntry()))
        expect(await prune(at(1), { limit: 3 })).toBe(3)
        expect(await prune(at(1), { limit: 3 })).toBe(3)
        expect((await audit.state()).anchor.seq).toBe(6)
      })

      it('keeps old entries that stand after young ones, when a clock was set back', async () => {
        await audit.append([anEntry({ at: at(0) }), anEntry({ at: at(500) }), anEntry({ at: at(-50_000) })])
        expect(await prune(at(100))).toBe(1)
        expect((await audit.state()).anchor.seq).toBe(1)
      })

      it('is not held up by an entry of a time that has not come', async () => {
        await audit.append([anEntry({ at: at(0) }), anEntry({ at: at(9_999_999) }), anEntry({ at: at(1) }), anEntry({ at: at(9_000) })])
        expect(await prune(at(100))).toBe(3)
        expect((await audit.state()).anchor.seq).toBe(3)
      })

      it('can take everything, and the chain goes on', async () => {
        await audit.append([anEntry(), anEntry()])
        const { head } = await audit.state()
        expect(await prune(at(100))).toBe(2)
        await audit.append([anEntry()])
        expectChain(await all(), head)
      })
    })
  })
}
