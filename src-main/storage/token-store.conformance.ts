import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { newId } from '../base/ids.ts'
import type { Stores } from './open-stores.ts'
import type { NewToken } from './token-store.ts'

const T0 = Date.parse('2026-11-22T09:30:00.123Z')
const HOUR = 3_600_000

let hashes = 0
export function aToken(fields: Partial<NewToken> = {}): NewToken {
  return {
    id: newId(),
    name: 'Claude Desktop',
    agentId: 'scout',
    namespaces: ['acme', 'lab'],
    scopes: ['read', 'write'],
    secretHash: String(hashes++).padStart(64, '0'),
    hint: 'tmws_abcd',
    createdAtMs: T0,
    createdBy: 'owner',
    ...fields,
  }
}

/** What a dialect of TokenStore keeps to. `open` gives empty stores. */
export function tokenStoreConformance(name: string, open: () => Promise<Pick<Stores, 'memories' | 'tokens'>>): void {
  describe(`${name} as a TokenStore`, () => {
    let stores: Pick<Stores, 'memories' | 'tokens'>
    beforeEach(async () => {
      stores = await open()
    })
    afterEach(() => stores.memories.close())

    it('gives back what was added, without its hash', async () => {
      const token = aToken({ expiresAtMs: T0 + HOUR })
      const { secretHash, ...record } = token
      expect(await stores.tokens.add(token)).toEqual(record)
      expect(await stores.tokens.get(token.id)).toEqual(record)
      expect(await stores.tokens.findBySecret(secretHash, T0)).toEqual(record)
      expect(await stores.tokens.get(newId())).toBeUndefined()
      expect(await stores.tokens.findBySecret('f'.repeat(64), T0)).toBeUndefined()
    })

    it('lists newest first, by pages, of one agent, and without those that ended', async () => {
      const tokens = Array.from({ length: 5 }, (_, index) => aToken({ agentId: index === 2 ? 'other' : 'scout' }))
      for (const token of tokens) await stores.tokens.add(token)
      const [oldest, second] = tokens
      await stores.tokens.revoke(oldest!.id, 'owner', T0 + 1)
      const expired = aToken({ expiresAtMs: T0 + HOUR })
      await stores.tokens.add(expired)
      const newestFirst = [...tokens.map(({ id }) => id), expired.id].reverse()

      const all = { onlyActive: false, nowMs: T0 + HOUR }
      const first = await stores.tokens.list({ ...all, limit: 4 })
      const next = await stores.tokens.list({ ...all, limit: 4, cursor: first.nextCursor! })
      expect([...first.tokens, ...next.tokens].map(({ id }) => id)).toEqual(newestFirst)
      expect(next.nextCursor).toBeUndefined()
      const ofOther = await stores.tokens.list({ ...all, limit: 10, agentId: 'other' })
      expect(ofOther.tokens.map(({ agentId }) => agentId)).toEqual(['other'])
      const active = await stores.tokens.list({ onlyActive: true, nowMs: T0 + HOUR, limit: 10 })
      expect(active.tokens.map(({ id }) => id)).toEqual(newestFirst.slice(1, 5))
      expect(active.tokens.map(({ id }) => id)).toContain(second!.id)
      await expect(stores.tokens.list({ ...all, limit: 1, cursor: 'nonsense' })).rejects.toMatchObject({ code: 'invalid_request' })
    })

    it('replaces a secret, and knows the one before until its end', async () => {
      const token = aToken()
      await stores.tokens.add(token)
      const change = { secretHash: 'b'.repeat(64), hint: 'tmws_efgh', nowMs: T0 + 1, formerUntilMs: T0 + HOUR }
      expect(await stores.tokens.replaceSecret(token.id, change)).toMatchObject({ hint: 'tmws_efgh', rotatedAtMs: T0 + 1 })
      expect(await stores.tokens.findBySecret('b'.repeat(64), T0 + 2)).toMatchObject({ id: token.id })
      expect(await stores.tokens.findBySecret(token.secretHash, T0 + HOUR - 1)).toMatchObject({ id: token.id })
      expect(await stores.tokens.findBySecret(token.secretHash, T0 + HOUR)).toBeUndefined()
      expect(await stores.tokens.replaceSecret(newId(), change)).toBeUndefined()
    })

    it('revokes once and for good', async () => {
      const token = aToken()
      await stores.tokens.add(token)
      expect(await stores.tokens.revoke(token.id, 'owner', T0 + 5)).toMatchObject({ revokedAtMs: T0 + 5, revokedBy: 'owner' })
      expect(await stores.tokens.revoke(token.id, 'alice', T0 + 9)).toMatchObject({ revokedAtMs: T0 + 5, revokedBy: 'owner' })
      expect(await stores.tokens.findBySecret(token.secretHash, T0)).toMatchObject({ revokedAtMs: T0 + 5 })
      const change = { secretHash: 'c'.repeat(64), hint: 'x', nowMs: T0, formerUntilMs: T0 }
      expect(await stores.tokens.replaceSecret(token.id, change)).toBeUndefined()
      expect(await stores.tokens.revoke(newId(), 'owner', T0)).toBeUndefined()
    })

    it('notes the last use, never an older one', async () => {
      const token = aToken()
      await stores.tokens.add(token)
      await stores.tokens.touch([{ id: token.id, atMs: T0 + 10 }])
      await stores.tokens.touch([
        { id: token.id, atMs: T0 + 5 },
        { id: newId(), atMs: T0 },
      ])
      expect(await stores.tokens.get(token.id)).toMatchObject({ lastUsedAtMs: T0 + 10 })
    })

    it('says which may be used no more', async () => {
      const [live, expired, revoked] = [aToken(), aToken({ expiresAtMs: T0 + 1 }), aToken()]
      for (const token of [live, expired, revoked]) await stores.tokens.add(token)
      await stores.tokens.revoke(revoked.id, 'owner', T0)
      const unknown = newId()
      expect(await stores.tokens.ended([live.id, expired.id, revoked.id, unknown], T0)).toEqual([revoked.id, unknown])
      expect(await stores.tokens.ended([live.id, expired.id], T0 + 1)).toEqual([expired.id])
      expect(await stores.tokens.ended([], T0)).toEqual([])
    })
  })
}
