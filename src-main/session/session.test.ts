import { describe, expect, test } from 'vitest'
import { FixedClock } from '../base/clock.ts'
import { AppError } from '../base/errors.ts'
import { LocalEventBus } from '../base/event-bus.ts'
import type { Announcement } from '../base/event-bus.ts'
import { silentLog } from '../base/log.ts'
import { Turns } from '../base/turns.ts'
import { LIMITS } from '../contract/protocol.ts'
import type { ToolContext } from '../tools/tool.ts'
import type { ToolRunner } from '../tools/tool-runner.ts'
import { CallMeter } from './call-meter.ts'
import { LatencyWindow } from './latency-window.ts'
import { unlimited } from '../base/rate-limiter.ts'
import { Session } from './session.ts'
import type { SessionParts } from './session.ts'

function setUp(call: (context: ToolContext) => Promise<Record<string, unknown>>, parts: Partial<SessionParts> = {}) {
  const bus = new LocalEventBus(silentLog)
  const heard: Announcement[] = []
  bus.subscribe((announcement) => heard.push(announcement))
  const clock = new FixedClock(Date.parse('2026-11-22T10:00:00.000Z'))
  const runner = { call: (_name: string, _args: unknown, context: ToolContext) => call(context), list: () => [] } as unknown as ToolRunner // what a session uses of it
  const scope = { kind: 'agent', agentId: 'alice', namespace: 'team-a', isAdmin: false } as const
  const session = new Session(
    's1',
    { scope, transport: 'websocket', capabilities: {} },
    { runner, limiter: unlimited, bus, clock, awake: clock, log: silentLog, ...parts },
  )
  return { session, heard, clock }
}

describe('a session', () => {
  test('counts its calls, failures and bytes, and says so on the bus without arguments', async () => {
    let fail = false
    const { session, heard, clock } = setUp(() => (fail ? Promise.reject(new AppError('not_found', 'x')) : Promise.resolve({ ok: 1 })))
    expect(await session.call('store_memory', { content: 'a secret' })).toEqual({ ok: 1 })
    fail = true
    clock.advance(2_000)
    await expect(session.call('x'.repeat(500), { content: 'a secret' })).rejects.toThrow()
    session.countBytes(10, 20)
    session.countBytes(1, 2)
    session.nameClient('c'.repeat(500))
    expect(session.info()).toMatchObject({
      requests: 2,
      errors: 1,
      bytes_in: 11,
      bytes_out: 22,
      last_seen_at: '2026-11-22T10:00:02.000Z',
      started_at: '2026-11-22T10:00:00.000Z',
      client: 'c'.repeat(200),
    })
    expect(
      heard.map(({ event, agentId }) => [event.type, 'ok' in event && event.ok, 'tool' in event && event.tool.length, agentId]),
    ).toEqual([
      ['call-answered', true, 12, 'alice'],
      ['call-answered', false, 80, 'alice'],
    ])
    expect(JSON.stringify(heard)).not.toContain('secret')
  })

  test('refuses a call too many, and forgets none that has ended', async () => {
    const waiting: (() => void)[] = []
    const { session } = setUp(() => new Promise((resolve) => waiting.push(() => resolve({}))))
    const calls = Array.from({ length: LIMITS.pendingCallsPerSession }, () => session.call('x', {}))
    await expect(session.call('x', {})).rejects.toMatchObject({ code: 'unavailable' })
    for (const end of waiting.splice(0)) end()
    await Promise.all(calls)
    expect(session.pendingCount).toBe(0)
    const next = session.call('x', {})
    waiting[0]?.()
    await next
  })

  test('works on so many reads of its agent at once; writes do not wait behind them', async () => {
    const ends: (() => void)[] = []
    const { session } = setUp(() => new Promise((resolve) => ends.push(() => resolve({}))), { readTurns: new Turns(2) })
    const reads = Array.from({ length: 5 }, () => session.call('semantic_search', { query: 'x' }))
    const write = session.call('store_memory', { content: 'x' })
    await expect.poll(() => ends.length).toBe(3)
    while (session.pendingCount > 0) {
      for (const end of ends.splice(0)) end()
      await Promise.resolve()
    }
    await Promise.all([...reads, write])
    expect(session.info()).toMatchObject({ requests: 6, errors: 0 })
  })

  test('cancels its calls when it ends, and one call when that is cancelled', async () => {
    const reasons: unknown[] = []
    const { session } = setUp(
      ({ signal }) =>
        new Promise((_, reject) =>
          signal.addEventListener('abort', () => {
            reasons.push(signal.reason)
            reject(new Error('cancelled'))
          }),
        ),
    )
    const one = new AbortController()
    const calls = [session.call('x', {}, { signal: one.signal }), session.call('x', {})]
    const outcomes = Promise.allSettled(calls)
    one.abort('by the client')
    expect(session.pendingCount).toBe(2)
    session.end()
    expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(reasons).toEqual(['by the client', expect.objectContaining({ code: 'unavailable' })])
  })
})

describe('the latency window', () => {
  test('tells the median and the 95th percentile of the last values', () => {
    const window = new LatencyWindow(100)
    expect([window.isEmpty, window.percentiles()]).toEqual([true, { p50: 0, p95: 0 }])
    for (let i = 1; i <= 1_000; i += 1) window.add(i)
    expect(window.percentiles()).toEqual({ p50: 951, p95: 996 })
    window.clear()
    expect(window.isEmpty).toBe(true)
    window.add(1.23456)
    expect(window.percentiles()).toEqual({ p50: 1.235, p95: 1.235 })
  })
})

describe('the call meter', () => {
  const call = (agentId: string, tool: string, ok = true) => ({
    event: {
      type: 'call-answered',
      at: '',
      session_id: 's',
      agent_id: agentId,
      namespace: 'n',
      transport: 'rest',
      tool,
      ok,
      duration_ms: 2,
    } as const,
    agentId,
  })

  test('says once a second what the second was like, while anybody listens', async () => {
    const bus = new LocalEventBus(silentLog)
    const meter = new CallMeter({ bus, clock: new FixedClock(0), sessionCount: () => 4, memoryTools: new Set(['store_memory']) })
    const heard: unknown[] = []
    bus.subscribe(({ event }) => event.type === 'rates' && heard.push(event))
    bus.publish(call('alice', 'store_memory'))
    bus.publish(call('constructor', 'health_check', false))
    bus.publish(call('alice', 'store_memory'))
    await expect.poll(() => heard.length, { timeout: 3_000 }).toBe(2)
    const second = { type: 'rates', at: '1970-01-01T00:00:00.000Z', sessions: 4, latency_ms: { p50: 2, p95: 2 } }
    expect(heard[0]).toEqual({ ...second, calls_by_agent: { alice: 2, constructor: 1 }, calls: 3, errors: 1 })
    expect(heard[1]).toEqual({ ...second, calls_by_agent: {}, calls: 0, errors: 0 })
    expect(meter.memoryOperations).toBe(2)
    meter.close()
    expect(bus.listenerCount).toBe(1)
  })
})
