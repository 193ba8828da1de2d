import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Stores } from './open-stores.ts'
import type { SessionClaim, SessionRecord, SessionStore } from './session-store.ts'

const T0 = Date.parse('2026-11-22T09:30:00.123Z')
const ALICE = { agentId: 'alice', namespace: 'acme' }

/** A record as `SessionManager` keeps it while the session lives. */
export function aRecord(sessionId: string, fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    sessionId,
    resumeHash: `hash of ${sessionId}`,
    holder: 'here',
    connectedAs: ALICE,
    agentId: 'writer',
    namespace: 'press',
    capabilities: { search: true, nested: { list: [1, null, '🌊'] } },
    startedAtMs: T0 - 5_000,
    savedAtMs: T0,
    subscriptions: ['memory://recent', 'memory://tags'],
    ...fields,
  }
}

const claim = (fields: Partial<SessionClaim> = {}): SessionClaim => ({
  connectedAs: ALICE,
  nextHash: 'the next',
  holder: 'here',
  nowMs: T0 + 1_000,
  endsAtMs: T0 + 90_000,
  ...fields,
})

/** What a dialect of SessionStore keeps to. `open` gives empty stores. */
export function sessionStoreConformance(name: string, open: () => Promise<Stores>): void {
  describe(`${name} as a SessionStore`, () => {
    let stores: Stores
    let store: SessionStore
    beforeEach(async () => {
      stores = await open()
      store = stores.sessions
    })
    afterEach(async () => {
      await store.close()
      await stores.memories.close()
    })

    it('hands a session over for its secret, whole, and with the next secret after that', async () => {
      await store.save(aRecord('a'), T0 + 60_000)
      const taken = await store.take('hash of a', claim({ holder: 'there' }))
      expect(taken).toEqual(aRecord('a', { resumeHash: 'the next', spentHash: 'hash of a', holder: 'there' }))
      const again = await store.take('the next', claim({ holder: 'there', nextHash: 'third' }))
      expect(again).toEqual(aRecord('a', { resumeHash: 'third', spentHash: 'the next', holder: 'there' }))
    })

    it('keeps a record of nobody’s without a holder', async () => {
      const { holder: _, ...left } = aRecord('a', { subscriptions: [], capabilities: {} })
      await store.save(left, T0 + 60_000)
      expect(await store.take('hash of a', claim())).toEqual({ ...left, resumeHash: 'the next', spentHash: 'hash of a', holder: 'here' })
    })

    it('gives a secret to one of many who try it at once', async () => {
      await store.save(aRecord('a'), T0 + 60_000)
      const tries = await Promise.all(Array.from({ length: 20 }, (_, n) => store.take('hash of a', claim({ nextHash: `next ${n}` }))))
      expect(tries.filter((record) => record !== undefined)).toHaveLength(1)
    })

    it('takes a spent secret from a process that died before the client was heard, and from no other', async () => {
      await store.save(aRecord('a'), T0 + 60_000)
      await store.take('hash of a', claim({ nextHash: 'never arrived', holder: 'dead' }))
      expect(await store.take('hash of a', claim({ holder: 'dead' }))).toBeUndefined()
      expect(await store.take('hash of a', claim({ holder: 'new' }))).toMatchObject({ sessionId: 'a', holder: 'new' })
      expect(await store.take('never arrived', claim({ holder: 'newer' }))).toBeUndefined()
      await store.save(aRecord('a', { resumeHash: 'the next', holder: 'new' }), T0 + 60_000)
      expect(await store.take('hash of a', claim({ holder: 'newer' })), 'once the client was heard').toBeUndefined()
    })

    it('is for the agent that connected, in its namespace, and a try of another costs nothing', async () => {
      await store.save(aRecord('a'), T0 + 60_000)
      for (const connectedAs of [
        { agentId: 'mallory', namespace: 'acme' },
        { agentId: 'alice', namespace: 'press' },
        { agentId: 'writer', namespace: 'press' },
      ])
        expect(await store.take('hash of a', claim({ connectedAs }))).toBeUndefined()
      expect(await store.take('the secret of nobody', claim())).toBeUndefined()
      expect(await store.take('hash of a', claim())).toMatchObject({ sessionId: 'a' })
    })

    it('replaces a record under its id', async () => {
      await store.save(aRecord('a'), T0 + 60_000)
      await store.save(aRecord('a', { agentId: 'editor', subscriptions: ['memory://stats'] }), T0 + 60_000)
      expect(await store.take('hash of a', claim())).toMatchObject({ agentId: 'editor', subscriptions: ['memory://stats'] })
    })

    it('leaves a record that was taken over alone when its former connection is saved late', async () => {
      await store.save(aRecord('a'), T0 + 60_000)
      await store.take('hash of a', claim())
      await store.save(aRecord('a', { agentId: 'late' }), T0 + 60_000)
      expect(await store.take('hash of a', claim({ nextHash: 'other' }))).toBeUndefined()
      expect(await store.take('the next', claim({ nextHash: 'third' }))).toMatchObject({ agentId: 'writer' })
    })

    it('forgets a record at its end, and gives one that was taken the end of the claim', async () => {
      await store.save(aRecord('a'), T0 + 60_000)
      await store.save(aRecord('b'), T0 + 60_000)
      expect(await store.take('hash of a', claim({ nowMs: T0 + 60_000 }))).toBeUndefined()
      await store.take('hash of b', claim({ nowMs: T0 + 59_999, endsAtMs: T0 + 200_000 }))
      expect(await store.take('the next', claim({ nowMs: T0 + 199_999, nextHash: 'last' }))).toBeDefined()
    })

    it('extends what a process serves, and nothing else', async () => {
      await store.save(aRecord('a'), T0 + 60_000)
      await store.save(aRecord('b', { holder: 'there' }), T0 + 60_000)
      const { holder: _, ...left } = aRecord('c')
      await store.save(left, T0 + 60_000)
      await store.extend('here', T0 + 30_000, T0 + 120_000)
      const late = (next: string) => claim({ nowMs: T0 + 90_000, nextHash: next })
      expect(await store.take('hash of a', late('1'))).toMatchObject({ savedAtMs: T0 + 30_000 })
      expect([await store.take('hash of b', late('2')), await store.take('hash of c', late('3'))]).toEqual([undefined, undefined])
    })

    it('removes on request, which voids the secret', async () => {
      await store.save(aRecord('a'), T0 + 60_000)
      await store.remove('a')
      await store.remove('a')
      expect(await store.take('hash of a', claim())).toBeUndefined()
    })

    it('prunes what has ended, then what ends first beyond the bound', async () => {
      for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) await store.save(aRecord(id), T0 + index * 10_000)
      const latestEndMs = T0 + 600_000
      expect(await store.prune({ nowMs: T0, latestEndMs, keep: 10 })).toBe(1)
      expect(await store.prune({ nowMs: T0, latestEndMs, keep: 10 })).toBe(0)
      expect(await store.prune({ nowMs: T0, latestEndMs, keep: 1 })).toBe(2)
      const rest = await Promise.all(['a', 'b', 'c', 'd'].map((id) => store.take(`hash of ${id}`, claim({ nextHash: `next ${id}` }))))
      expect(rest.map((record) => record?.sessionId)).toEqual([undefined, undefined, undefined, 'd'])
    })

    it('lets no record outlive its time because the wall clock was set back', async () => {
      await store.save(aRecord('a'), T0 + 7_200_000)
      await store.prune({ nowMs: T0, latestEndMs: T0 + 60_000, keep: 10 })
      expect(await store.take('hash of a', claim({ nowMs: T0 + 60_000 }))).toBeUndefined()
    })
  })
}

/** A process that uses a store of sessions beside others. */
export interface SessionProcess {
  readonly store: SessionStore
  /** Ends it as far as the others can see. */
  die(): Promise<void>
}

/** What a dialect keeps to that several processes use at once. `open` gives one of them, which serves as `holder`; all share one place. */
export function sharedSessionConformance(name: string, open: (holder: string) => Promise<SessionProcess>): void {
  describe(`${name} as a SessionStore of several processes`, () => {
    it('takes a spent secret only when the process that took it has died', async () => {
      const [first, second] = [await open('first'), await open('second')]
      try {
        await first.store.save(aRecord('a', { holder: 'first' }), T0 + 60_000)
        expect(await second.store.take('hash of a', claim({ holder: 'second', nextHash: 'perhaps unheard' }))).toMatchObject({
          sessionId: 'a',
        })
        expect(await first.store.take('hash of a', claim({ holder: 'first' })), 'while the second lives').toBeUndefined()
        await second.die()
        await expect
          .poll(async () => (await first.store.take('hash of a', claim({ holder: 'first' })))?.sessionId, { timeout: 10_000 })
          .toBe('a')
        expect(await first.store.take('perhaps unheard', claim({ holder: 'first' }))).toBeUndefined()
      } finally {
        await Promise.all([first.die(), second.die()])
      }
    })

    it('gives a spent secret of a dead process to one of many who try at once', async () => {
      const living = await Promise.all(['third', 'fourth', 'fifth'].map((holder) => open(holder)))
      try {
        await living[0]!.store.save(aRecord('b', { holder: 'gone', spentHash: 'spent of b' }), T0 + 60_000)
        const tries = await Promise.all(
          living.flatMap(({ store }, index) =>
            [1, 2, 3].map((n) =>
              store.take('spent of b', claim({ holder: ['third', 'fourth', 'fifth'][index]!, nextHash: `next ${index} ${n}` })),
            ),
          ),
        )
        expect(tries.filter((record) => record !== undefined)).toHaveLength(1)
      } finally {
        await Promise.all(living.map((one) => one.die()))
      }
    })
  })
}
