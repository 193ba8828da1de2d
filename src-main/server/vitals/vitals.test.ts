import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openStores } from '../../storage/open-stores.ts'
import type { Stores } from '../../storage/open-stores.ts'
import { TestServer } from '../testing/start-test-server.ts'
import { LoopBeat } from './loop-beat.ts'
import { StoreProbe } from './store-probe.ts'
import { Vitals } from './vitals.ts'

const never = () => new Promise<never>(() => undefined)
const inTime = { behindMs: 0 }

/** Stores whose memories answer no ping from `hang` on, as those of a thread in an endless loop. */
async function hangingStores(): Promise<{ stores: Stores; hang: () => void; pings: () => number; wakeUp: () => void }> {
  const stores = await openStores({ provider: 'volatile' })
  const ping = stores.memories.ping.bind(stores.memories)
  const waiting: (() => void)[] = []
  let pings = 0
  let hangs = false
  stores.memories.ping = () => {
    pings += 1
    return hangs ? new Promise((resolve) => waiting.push(resolve)) : ping()
  }
  const wakeUp = (): void => {
    hangs = false
    for (const resolve of waiting.splice(0)) resolve()
  }
  return { stores, hang: () => (hangs = true), pings: () => pings, wakeUp }
}

describe('a server whose store hangs', () => {
  test('says so within seconds to any number of askers, asks the store once, and is well again when the store is', async () => {
    const { stores, hang, pings, wakeUp } = await hangingStores()
    await using server = await TestServer.start({}, { stores })
    expect((await server.rest('GET', '//health/ready')).status).toBe(200)
    hang()
    const before = pings()
    const start = performance.now()
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => server.rest<{ status: string; message?: string }>('GET', '//health/ready')),
    )
    expect(performance.now() - start).toBeLessThan(10_000)
    for (const { status, body } of answers)
      expect([status, body]).toEqual([503, { status: 'unhealthy', message: 'The store does not work.' }])
    expect(pings() - before).toBe(1)
    // It may come back, so a restart is not called for yet.
    const live = await server.rest('GET', '//health/live')
    expect([live.status, live.body]).toEqual([200, { status: 'healthy' }])
    const { body } = await server.rest<{ checks: { storage: { message: string } } }>('GET', '//health')
    expect(body.checks.storage.message).toBe('The store does not work: it did not answer within 2 s')
    // What it hangs on does not hold up the numbers either.
    expect((await server.rest<string>('GET', '//metrics')).body).toContain('tmws_health_status{part="storage"} 0')
    wakeUp()
    await expect.poll(async () => (await server.rest('GET', '//health/ready')).status).toBe(200)
  })
})

describe('a server whose store has died', () => {
  test('is not alive, and not ready, until it is started anew', async () => {
    const stores = await openStores({ provider: 'volatile' })
    let die: (reason: Error) => void = () => undefined
    const died = new Promise<Error>((resolve) => (die = resolve))
    await using server = await TestServer.start({}, { stores: { ...stores, died } })
    expect((await server.rest('GET', '//health/live')).status).toBe(200)
    die(new Error('out of memory'))
    await delay(1)
    const live = await server.rest<{ message: string }>('GET', '//health/live')
    expect([live.status, live.body.message]).toEqual([503, 'The store has stopped for good; only a restart brings it back.'])
    expect((await server.rest('GET', '//health/ready')).status).toBe(503)
  })
})

describe('readiness', () => {
  test('is given up first when a server stops, while what comes is still answered', async () => {
    const server = await TestServer.start({ TMWS_STOP_DELAY: '1' })
    const stopping = server.stop()
    const ready = await server.rest<{ message: string }>('GET', '//health/ready')
    expect([ready.status, ready.body.message]).toEqual([503, 'The server is stopping.'])
    expect((await server.rest('GET', '//health/live')).status).toBe(200)
    expect((await server.rest('GET', '/memory', { agent: 'late' })).status).toBe(200)
    await stopping
    await expect(server.rest('GET', '//health/ready')).rejects.toThrow()
  })

  test('is not there before everything listens', async () => {
    const vitals = new Vitals(new StoreProbe({ ping: () => Promise.resolve() }), inTime)
    expect(await vitals.ready()).toEqual({ isOk: false, message: 'The server is starting.' })
    vitals.started()
    expect(await vitals.ready()).toEqual({ isOk: true })
    vitals.stopping()
    vitals.started()
    expect(await vitals.ready()).toEqual({ isOk: false, message: 'The server is stopping.' })
  })

  test('does not repeat what a driver says', async () => {
    const vitals = new Vitals(new StoreProbe({ ping: () => Promise.reject(new Error('password of tmws refused')) }), inTime)
    vitals.started()
    expect(await vitals.ready()).toEqual({ isOk: false, message: 'The store does not work.' })
    expect(vitals.live()).toEqual({ isOk: true })
  })
})

describe('liveness', () => {
  test('ends when the store has not answered for two minutes', () => {
    let now = 0
    const vitals = new Vitals(new StoreProbe({ ping: never, now: () => now }), inTime)
    expect(vitals.live()).toEqual({ isOk: true })
    now = 119_000
    expect(vitals.live()).toEqual({ isOk: true })
    now = 121_000
    expect(vitals.live()).toEqual({ isOk: false, message: 'The store has not answered for 121 s.' })
  })

  test('ends when the main thread has been late for a minute at each beat; one that slept is forgiven', () => {
    let now = 0
    const beat = new LoopBeat(() => now)
    const vitals = new Vitals(new StoreProbe({ ping: () => Promise.resolve() }), beat)
    now = 500_000
    beat.beat()
    now += 1_000
    beat.beat()
    expect(vitals.live()).toEqual({ isOk: true })
    for (let count = 0; count < 9; count++) {
      now += 8_000
      beat.beat()
    }
    expect(vitals.live()).toEqual({ isOk: false, message: 'The main thread has not kept up for 64 s.' })
    now += 1_000
    beat.beat()
    expect(vitals.live()).toEqual({ isOk: true })
    beat.close()
  })
})
