import { setTimeout as delay } from 'node:timers/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { AuditDeed } from '../../base/audit-trail.ts'
import { FixedClock } from '../../base/clock.ts'
import { AppError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import type { AuditEntry } from '../../contract/audit.ts'
import type { AuditStore, NewAuditEntry } from '../../storage/audit-store.ts'
import { openStores } from '../../storage/open-stores.ts'
import { AUDIT_LOG_LIMITS, AuditLog } from './audit-log.ts'
import type { AuditLogLimits } from './audit-log.ts'

const START = Date.parse('2026-11-22T10:00:00.000Z')

function aDeed(fields: Partial<AuditDeed> = {}): AuditDeed {
  return { action: 'store_memory', agentId: 'scout', namespace: 'acme', outcome: 'ok', ...fields }
}
const denial = (fields: Partial<AuditDeed> = {}) =>
  aDeed({ outcome: 'denied', action: 'delete_memory', code: 'forbidden', address: '10.0.0.1', ...fields })

let close: () => Promise<void> = () => Promise.resolve()
afterEach(() => close())

/** A log over a store whose appends can be watched, held back and made to fail. */
async function setUp(limits: Partial<AuditLogLimits> = {}) {
  const { audit: store } = await openStores({ provider: 'volatile' })
  const batches: NewAuditEntry[][] = []
  const faults: { gate?: Promise<void>; fail?: (entries: readonly NewAuditEntry[]) => Error | undefined } = {}
  const watched: AuditStore = Object.assign(Object.create(store) as AuditStore, {
    append: async (entries: readonly NewAuditEntry[]) => {
      batches.push([...entries])
      await faults.gate
      const error = faults.fail?.(entries)
      if (error) throw error
      return store.append(entries)
    },
  })
  const clock = new FixedClock(START)
  const log = new AuditLog({ store: watched, clock, log: silentLog }, { ...AUDIT_LOG_LIMITS, retryMs: 10, longestRetryMs: 20, ...limits })
  close = () => log.close()
  const entries = (): Promise<AuditEntry[]> => store.readChain(0, 10_000)
  const until = async (count: number): Promise<AuditEntry[]> => {
    for (let waited = 0; waited < 5_000 && (await entries()).length < count; waited += 5) await delay(5)
    return entries()
  }
  return { log, clock, batches, faults, entries, until }
}
const outage = () => new AppError('unavailable', 'The disk is full.')

describe('what is recorded', () => {
  test('is kept when it answers, with the time', async () => {
    const { log, entries } = await setUp()
    await log.record(aDeed({ sessionId: 's', object: { kind: 'memory', ids: ['m'] } }))
    expect(await entries()).toMatchObject([
      { at: '2026-11-22T10:00:00.000Z', action: 'store_memory', session_id: 's', object: { ids: ['m'] } },
    ])
  })

  test('at once by many is written together, in the order it came', async () => {
    const { log, batches, entries } = await setUp()
    await Promise.all(Array.from({ length: 100 }, (_, index) => log.record(aDeed({ requestId: `${index}` }))))
    expect(batches.length).toBeLessThanOrEqual(3)
    expect((await entries()).map(({ request_id: id }) => id)).toEqual(Array.from({ length: 100 }, (_, index) => `${index}`))
  })
})

describe('what is noted', () => {
  test('is kept soon, and with the next thing that is recorded', async () => {
    const { log, entries, until } = await setUp()
    log.note(aDeed({ requestId: 'a' }))
    expect(await entries()).toEqual([])
    await log.record(aDeed({ requestId: 'b' }))
    expect((await entries()).map(({ request_id: id }) => id)).toEqual(['a', 'b'])
    log.note(aDeed({ requestId: 'c' }))
    const start = performance.now()
    expect(await until(3)).toHaveLength(3)
    expect(performance.now() - start).toBeLessThan(2_000)
  })

  test('is kept at the end, and nothing after it', async () => {
    const { log, entries } = await setUp()
    log.note(aDeed())
    log.note(denial())
    log.note(denial())
    await log.close()
    expect(await entries()).toMatchObject([
      { action: 'store_memory' },
      { outcome: 'denied' },
      { outcome: 'denied', facts: { repeated: 1 } },
    ])
    log.note(aDeed())
    await expect(log.record(aDeed())).rejects.toMatchObject({ code: 'unavailable' })
    expect(await entries()).toHaveLength(3)
  })
})

describe('denials that repeat', () => {
  test('are kept once, and then as a count with what they were about', async () => {
    const { log, clock, until } = await setUp({ windowMs: 100 })
    for (let index = 0; index < 1_000; index += 1) {
      log.note(denial({ object: { kind: 'memory', ids: [`m-${index % 150}`] }, requestId: `${index}` }))
    }
    log.note(denial({ agentId: 'another' }))
    log.note(denial({ code: 'not_found' }))
    log.note(denial({ address: '10.0.0.2' }))
    clock.advance(100)
    const entries = await until(5)
    expect(entries.map(({ agent_id: agent, code, address, facts }) => [agent, code, address, facts?.['repeated']])).toEqual([
      ['scout', 'forbidden', '10.0.0.1', undefined],
      ['another', 'forbidden', '10.0.0.1', undefined],
      ['scout', 'not_found', '10.0.0.1', undefined],
      ['scout', 'forbidden', '10.0.0.2', undefined],
      ['scout', 'forbidden', '10.0.0.1', 999],
    ])
    expect(entries[0]).toMatchObject({ request_id: '0', object: { ids: ['m-0'] } })
    expect(entries[4]?.object?.ids).toHaveLength(100)
    expect(entries[4]).toMatchObject({ facts: { since: '2026-11-22T10:00:00.000Z' } })
    expect(entries[4]).not.toHaveProperty('request_id')
  })

  test('are kept anew when their time is over, also after the clock was set back', async () => {
    const { log, clock, until } = await setUp({ windowMs: 100 })
    log.note(denial())
    clock.advance(-50_000)
    await delay(60)
    log.note(denial())
    expect(await until(2)).toHaveLength(2)
  })

  test('that vary to get around that are few all the same', async () => {
    const { log, entries } = await setUp({ kindsPerAddress: 10, kinds: 30 })
    for (let index = 0; index < 20_000; index += 1) log.note(denial({ agentId: `agent-${index}`, address: `10.0.0.${index % 100}` }))
    await log.close()
    const kept = await entries()
    expect(kept.length).toBeLessThanOrEqual(2 * 31)
    const counted = kept.map(({ facts }) => (facts?.['repeated'] as number | undefined) ?? 1)
    expect(counted.reduce((sum, count) => sum + count)).toBe(20_000)
  })
})

describe('a store that does not work', () => {
  test('is waited for: changes are refused meanwhile, and what was done before is kept after it', async () => {
    const { log, faults, until } = await setUp()
    faults.fail = outage
    await expect(log.record(aDeed({ requestId: 'a' }))).rejects.toThrow(/audit log could not be written/)
    expect(log.problem).toContain('The disk is full.')
    expect(() => log.admit()).toThrow(/disk is full.*nothing is changed/)
    log.note(aDeed({ requestId: 'b' }))
    delete faults.fail
    expect((await until(2)).map(({ request_id: id }) => id)).toEqual(['a', 'b'])
    await delay(20)
    expect(log.problem).toBeUndefined()
    log.admit()
  })

  test('holds nobody up: who waits hears of it at the first failure', async () => {
    const { log, faults } = await setUp()
    let open = (): void => undefined
    faults.gate = new Promise((resolve) => (open = resolve))
    faults.fail = outage
    const waiting = Promise.allSettled([1, 2, 3].map(() => log.record(aDeed())))
    open()
    expect((await waiting).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
  })

  test('with a full line admits no change, and counts the notes that are lost', async () => {
    const { log, faults, until } = await setUp({ queue: 10 })
    let open = (): void => undefined
    faults.gate = new Promise((resolve) => (open = resolve))
    const first = log.record(aDeed())
    for (let index = 0; index < 30; index += 1) log.note(aDeed({ requestId: `${index}` }))
    expect(() => log.admit()).toThrow(/too much to write/)
    open()
    await first
    const entries = await until(11)
    expect(entries.filter(({ action }) => action === 'store_memory')).toHaveLength(10)
    expect(entries.find(({ action }) => action === 'audit.gap')).toMatchObject({ outcome: 'failed', facts: { lost: 21 } })
    log.admit()
  })

  test('that takes all but one entry loses only that one', async () => {
    const { log, faults, until } = await setUp()
    faults.fail = (entries) => (entries.some(({ requestId }) => requestId === 'bad') ? new Error('constraint') : undefined)
    const ids = ['a', 'bad', 'b']
    const results = await Promise.allSettled(ids.map((requestId) => log.record(aDeed({ requestId }))))
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
    await log.record(aDeed({ requestId: 'c' }))
    const entries = await until(4)
    expect(entries.flatMap(({ request_id: id }) => id ?? [])).toEqual(['a', 'b', 'c'])
    expect(entries.find(({ action }) => action === 'audit.gap')).toMatchObject({ facts: { lost: 1 } })
    expect(log.problem).toBeUndefined()
  })
})
