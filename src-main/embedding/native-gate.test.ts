import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { NativeGate } from './native-gate.ts'

describe('a native gate', () => {
  it('lets work pass, one after the other, and gives back its result', async () => {
    const gate = new NativeGate()
    expect(await gate.pass(() => Promise.resolve(1))).toBe(1)
    await expect(gate.pass(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken')
    expect(await gate.pass(() => Promise.resolve(2))).toBe(2)
  })

  it('lets nobody in once it is shut', async () => {
    const gate = new NativeGate()
    await gate.shut()
    await gate.shut()
    await expect(gate.pass(() => Promise.resolve(1))).rejects.toThrow('about to be ended')
  })

  it('waits with shutting until who is inside is out, seen from either side', async () => {
    const inside = new NativeGate()
    const outside = new NativeGate(inside.shared)
    const order: string[] = []
    const passing = inside.pass(() => sleep(30)).then(() => order.push('out'))
    await outside.shut().then(() => order.push('shut'))
    await passing
    expect(order).toEqual(['out', 'shut'])
    await expect(inside.pass(() => Promise.resolve(1))).rejects.toThrow('about to be ended')
  })

  it('gives up waiting synchronously after its limit', () => {
    const gate = new NativeGate()
    void gate.pass(() => new Promise(() => undefined))
    const startMs = performance.now()
    gate.shutSync(40)
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(39)
    expect(performance.now() - startMs).toBeLessThan(1_000)
  })
})
