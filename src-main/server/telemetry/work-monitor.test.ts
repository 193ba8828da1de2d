import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { withCallContext } from '../../base/call-context.ts'
import { AppError } from '../../base/errors.ts'
import { noTracer } from '../../base/tracer.ts'
import { watchPort } from '../../base/work-watch.ts'
import type { Work } from '../../base/work-watch.ts'
import { gatherLog } from '../testing/gathered-log.ts'
import type { GatheredLine } from '../testing/gathered-log.ts'
import { WorkMonitor } from './work-monitor.ts'

function monitor(slowMs = 20) {
  const lines: GatheredLine[] = []
  const ended: [string, string | undefined][] = []
  const watch = new WorkMonitor({
    tracer: noTracer,
    log: gatherLog(lines),
    slowMs,
    onEnd: ({ operation }, durationMs, code) => {
      expect(durationMs).toBeGreaterThanOrEqual(0)
      ended.push([operation, code])
    },
  })
  return { lines, ended, watch }
}

const store = (operation: string, isUnhurried = false): Work => ({ kind: 'store', operation, isUnhurried })

describe('the monitor of work', () => {
  test('gives back what came, and counts what is under way', async () => {
    const { watch, ended } = monitor()
    const first = watch.watch(store('memories.get'), () => delay(5, 'found'))
    expect(watch.running('store')).toBe(1)
    expect(await first).toBe('found')
    expect(watch.watch(store('plain'), () => 7)).toBe(7)
    await expect(watch.watch(store('memories.get'), () => Promise.reject(new AppError('not_found', 'No.')))).rejects.toThrow('No.')
    expect(() =>
      watch.watch(store('thrower'), () => {
        throw new Error('at once')
      }),
    ).toThrow('at once')
    expect(watch.running('store')).toBe(0)
    expect(ended).toEqual([
      ['memories.get', undefined],
      ['plain', undefined],
      ['memories.get', 'not_found'],
      ['thrower', 'internal'],
    ])
  })

  test('writes a line, with the id of the request, for a call that waited long; not for what nobody waits for', async () => {
    const { watch, lines } = monitor()
    const slow = (work: Work) => withCallContext({ requestId: 'r1', sessionId: 's1' }, () => watch.watch(work, () => delay(60)))
    await Promise.all([slow(store('memories.candidates')), slow(store('memories.expire', true))])
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({
      level: 'warn',
      subsystem: 'storage',
      operation: 'memories.candidates',
      request_id: 'r1',
      session_id: 's1',
      msg: 'a call waited long for the store',
    })
    expect(lines[0]?.['duration_ms']).toBeGreaterThan(50)
  })

  test('is silent about slow calls where the setting says so', async () => {
    const { watch, lines } = monitor(0)
    await watch.watch(store('memories.get'), () => delay(30))
    expect(lines).toEqual([])
  })

  test('writes a line about an outage and a bug, not about an answer that is a refusal, and not one for each of thousands', async () => {
    const { watch, lines } = monitor()
    const fail = (error: Error) =>
      withCallContext({ requestId: 'r2' }, () => watch.watch(store('memories.insert'), () => Promise.reject(error)).catch(() => undefined))
    await fail(new AppError('conflict', 'It is at version 2.'))
    expect(lines).toEqual([])
    for (let count = 0; count < 1_000; count++) await fail(new AppError('unavailable', 'The store has stopped.'))
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatchObject({ level: 'warn', operation: 'memories.insert', request_id: 'r2', msg: 'a call of the store failed' })
    await delay(1_050)
    await fail(new TypeError('a bug'))
    expect(lines[1]).toMatchObject({ failures_before: 999 })
  })
})

describe('a watched port', () => {
  class Port {
    #count = 0
    get count(): number {
      return this.#count
    }
    add(by: number): Promise<number> {
      this.#count += by
      return Promise.resolve(this.#count)
    }
  }

  test('does what the port does, private parts, getters and replaced methods included', async () => {
    const { watch, ended } = monitor()
    const port = watchPort(new Port(), watch, (method) => ({ kind: 'store', operation: method }))
    expect([await port.add(2), await port.add(3), port.count]).toEqual([2, 5, 5])
    expect('add' in port && port instanceof Port && port.add === port.add).toBe(true)
    port.add = () => Promise.resolve(99)
    expect(await port.add(1)).toBe(99)
    expect(ended).toHaveLength(3)
  })
})
