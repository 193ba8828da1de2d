import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '../src-main/base/log.ts'
import { runBridge } from './bridge.ts'
import type { RunningBridge } from './bridge.ts'
import { HybridLane } from './hybrid-lane.ts'
import { absence, embeddedFailure } from './refusal.ts'
import type { Failure } from './refusal.ts'
import { FakeLane } from './testing/fake-lane.ts'
import { QUICK } from './testing/memory-host.ts'
import { until } from './testing/until.ts'

const TIMINGS = {
  ...QUICK,
  fallbackAfterMs: 120,
  fallbackWhenAbsentMs: 30,
  fallbackWhileStartingMs: 400,
  moveWithinMs: 150,
  discoveryPollMs: 20,
}
const ABSENT = absence('ws://127.0.0.1:1', 'connect ECONNREFUSED 127.0.0.1:1')
const REFUSED: Failure = {
  ...absence('ws://127.0.0.1:1', ''),
  sentence: 'A token is needed.',
  httpStatus: 401,
  isFinal: true,
  jsonRpcCode: 401,
  body: { code: 'unauthenticated', message: 'A token is needed.' },
}

let server: FakeLane
let opened: FakeLane[]
let announced: string | undefined
let isStarting: boolean
let input: PassThrough
let lines: string[]
let bridge: RunningBridge

beforeEach(() => {
  server = new FakeLane()
  opened = []
  announced = undefined
  isStarting = false
  input = new PassThrough()
  lines = []
  const output = new PassThrough()
  output.on('data', (chunk: Buffer) => lines.push(...chunk.toString('utf8').split('\n').filter(Boolean)))
  const lane = new HybridLane({
    server,
    openEmbedded: () => {
      const lane = new FakeLane()
      opened.push(lane)
      return lane
    },
    announcement: () => announced,
    isStarting: () => isStarting,
    timings: TIMINGS,
    log: silentLog,
  })
  bridge = runBridge({ input, output, lane, log: silentLog, timings: TIMINGS, parentId: () => 1 })
})
afterEach(async () => {
  bridge.stop('the test is over')
  await bridge.ended
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const say = (message: object) => input.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`)
const call = (id: string, name = 'add') => say({ id, method: 'tools/call', params: { name } })
const heard = () => lines.map((line) => JSON.parse(line) as Record<string, unknown>)
const answers = (id: string) => heard().filter((message) => message.id === id)
const embedded = () => until(() => opened[0], 'the embedded lane')
const idsAt = (lane: FakeLane) => lane.heard.map((message) => message.id)

/** A host served by the embedded lane, with its session open there. */
async function servedEmbedded(): Promise<FakeLane> {
  say({ id: 'init', method: 'initialize', params: { protocolVersion: '2025-11-25' } })
  server.fail(ABSENT)
  const lane = await embedded()
  lane.open()
  await until(() => idsAt(lane).includes('init'), 'initialize')
  lane.say({ id: 'init', result: {} })
  say({ method: 'notifications/initialized' })
  await until(() => lane.heard.length === 2, 'initialized')
  return lane
}

/** Answers the repeated opening. */
async function acceptReplay(lane: FakeLane): Promise<void> {
  const replay = await until(() => lane.heard.find(({ id }) => String(id).startsWith('tmws-bridge:replay:')), 'the repeated opening')
  lane.say({ id: replay['id'], result: {} })
}

describe('without a server', () => {
  test('nothing is opened while nobody asks, and the store serves when somebody does', async () => {
    server.fail(ABSENT)
    await pause(200)
    expect(opened).toEqual([])
    call('a')
    const lane = await embedded()
    lane.open()
    await until(() => idsAt(lane).includes('a'), 'the call')
    lane.say({ id: 'a', result: { from: 'store' } })
    await until(() => answers('a').length === 1, 'the answer')
  })

  test('that is announced, or says nothing, is waited for longer', async () => {
    announced = 'it starts'
    call('a')
    server.fail(ABSENT)
    await pause(60)
    expect(opened).toEqual([])
    await embedded()
  })

  test('that is known to start is waited for, but not for ever', async () => {
    isStarting = true
    call('a')
    server.fail(ABSENT)
    await pause(250)
    expect(opened).toEqual([])
    await embedded()
  })

  test('that has just announced itself gets its time, however long it has taken to start', async () => {
    isStarting = true
    call('a')
    server.fail(ABSENT)
    await pause(250)
    isStarting = false
    announced = 'it is there'
    await pause(60)
    expect([opened, server.wakes > 0]).toEqual([[], true])
    server.open()
    await pause(150)
    expect([opened, idsAt(server)]).toEqual([[], ['a']])
  })

  test('whose store does not open either: the answer names both reasons', async () => {
    call('a')
    server.fail(ABSENT)
    ;(await embedded()).fail(embeddedFailure('sign-in is on', true))
    const answer = await until(() => answers('a')[0], 'the answer')
    expect(JSON.stringify(answer)).toMatch(/TMWS is not running[^"]*cannot be served from the database itself: sign-in is on/)
  })
})

describe('a server that refuses', () => {
  test('is not gone around: its reason is the answer', async () => {
    server.fail(ABSENT)
    call('a')
    server.fail(REFUSED)
    expect(await until(() => answers('a')[0], 'the answer')).toMatchObject({ error: { code: 401, message: 'A token is needed.' } })
    call('b')
    await pause(200)
    expect(opened.filter((lane) => !lane.isStopped)).toEqual([])
  })

  test('ends what the store serves at the time', async () => {
    const lane = await servedEmbedded()
    call('running')
    await until(() => idsAt(lane).includes('running'), 'the call')
    server.fail(REFUSED)
    expect(await until(() => answers('running')[0], 'the answer')).toHaveProperty('error')
    expect(lane.isStopped).toBe(true)
    call('after')
    server.fail(REFUSED)
    expect(await until(() => answers('after')[0], 'the answer')).toMatchObject({ error: { code: 401 } })
    expect(lane.sent.join()).not.toContain('after')
  })
})

describe('a server that appears', () => {
  test('takes over between two requests: what runs is answered first, what comes waits', async () => {
    const lane = await servedEmbedded()
    call('running')
    await until(() => idsAt(lane).includes('running'), 'the call')
    server.open()
    call('next')
    await pause(30)
    expect([idsAt(lane).includes('next'), idsAt(server).includes('next'), lane.isStopped]).toEqual([false, false, false])
    lane.say({ id: 'running', result: {} })
    await acceptReplay(server)
    await until(() => idsAt(server).includes('next'), 'the next call')
    expect(lane.isStopped).toBe(true)
    expect(server.heard.map(({ method }) => method)).toEqual(['initialize', 'notifications/initialized', 'tools/call'])
    server.say({ id: 'next', result: {} })
    await until(() => answers('next').length === 1, 'the answer')
    expect(answers('running')).toHaveLength(1)
  })

  test('does not wait for ever: what may be repeated goes along, the rest is answered with what is known', async () => {
    const lane = await servedEmbedded()
    call('unsafe')
    call('safe', 'store_memory')
    await until(() => idsAt(lane).includes('safe'), 'the calls')
    server.open()
    await acceptReplay(server)
    await until(() => idsAt(server).includes('safe'), 'the safe call')
    expect(idsAt(server)).not.toContain('unsafe')
    expect(answers('unsafe')).toMatchObject([{ error: { message: expect.stringMatching(/not known whether/) as string } }])
    // A late answer of the lane that was left is nobody's.
    lane.say({ id: 'safe', result: { from: 'store' } })
    server.say({ id: 'safe', result: { from: 'server' } })
    await until(() => answers('safe').length > 0, 'the answer')
    expect(answers('safe')).toMatchObject([{ result: { from: 'server' } }])
  })

  test('and goes again before it has taken over: the store serves on', async () => {
    const lane = await servedEmbedded()
    call('running')
    await until(() => idsAt(lane).includes('running'), 'the call')
    server.open()
    call('next')
    await pause(20)
    server.lose()
    await until(() => idsAt(lane).includes('next'), 'the next call')
    lane.say({ id: 'running', result: {} })
    lane.say({ id: 'next', result: {} })
    await until(() => answers('next').length === 1, 'the answer')
    expect([answers('running').length, lane.isStopped, server.sent]).toEqual([1, false, []])
  })

  test('is told what the host had become and subscribed to, and the host that it may have missed something', async () => {
    const lane = await servedEmbedded()
    say({ id: 's', method: 'resources/subscribe', params: { uri: 'memory://recent' } })
    say({ id: 'gone', method: 'resources/subscribe', params: { uri: 'memory://tags' } })
    say({ id: 'not', method: 'resources/subscribe', params: { uri: 'memory://nothing' } })
    say({ id: 'w', method: 'tools/call', params: { name: 'switch_agent', arguments: { agent_id: 'b' } } })
    await until(() => idsAt(lane).includes('w'), 'the calls')
    for (const id of ['s', 'gone', 'w']) lane.say({ id, result: {} })
    lane.say({ id: 'not', error: { code: 404, message: 'no' } })
    say({ id: 'u', method: 'resources/unsubscribe', params: { uri: 'memory://tags' } })
    await until(() => idsAt(lane).includes('u'), 'the end of one')
    lane.say({ id: 'u', result: {} })
    await until(() => answers('u').length === 1, 'the answers')
    server.open()
    await acceptReplay(server)
    const again = await until(() => server.heard.find(({ params }) => JSON.stringify(params ?? {}).includes('switch_agent')), 'the switch')
    call('next')
    await pause(20)
    expect(idsAt(server)).not.toContain('next')
    server.say({ id: again['id'], result: {} })
    await until(() => idsAt(server).includes('next'), 'the next call')
    expect(server.heard.slice(2).map(({ method, params }) => [method, (params as { uri?: string }).uri])).toEqual([
      ['tools/call', undefined],
      ['resources/subscribe', 'memory://recent'],
      ['tools/call', undefined],
    ])
    server.say({ id: server.heard[3]?.['id'], result: {} })
    await until(() => heard().some(({ method }) => method === 'notifications/resources/updated'), 'the update')
    expect(lines.join()).not.toContain('tmws-bridge:replay')
  })

  test('that cannot make the host the agent it had become does nothing under another name', async () => {
    const lane = await servedEmbedded()
    say({ id: 'w', method: 'tools/call', params: { name: 'switch_agent', arguments: { agent_id: 'b' } } })
    await until(() => idsAt(lane).includes('w'), 'the switch')
    lane.say({ id: 'w', result: {} })
    await until(() => answers('w').length === 1, 'the answer')
    server.open()
    await acceptReplay(server)
    const again = await until(() => server.heard.find(({ params }) => JSON.stringify(params ?? {}).includes('switch_agent')), 'the switch')
    server.say({ id: again['id'], result: { isError: true, content: [] } })
    call('as-whom')
    expect(await until(() => answers('as-whom')[0], 'the answer')).toMatchObject({
      error: { message: expect.stringMatching(/switch_agent again/) as string },
    })
    say({ id: 'w2', method: 'tools/call', params: { name: 'switch_agent', arguments: { agent_id: 'c' } } })
    await until(() => idsAt(server).includes('w2'), 'another switch')
    server.say({ id: 'w2', result: {} })
    await until(() => answers('w2').length === 1, 'the answer')
    call('again')
    await until(() => idsAt(server).includes('again'), 'the call')
  })

  test('a subscription of the 2026-07-28 revision begins anew there', async () => {
    say({ id: 'listen', method: 'subscriptions/listen', params: {} })
    server.fail(ABSENT)
    const lane = await embedded()
    lane.open()
    await until(() => idsAt(lane).includes('listen'), 'the subscription')
    server.open()
    await until(() => idsAt(server).includes('listen'), 'the subscription again')
    expect(answers('listen')).toEqual([])
  })

  test('is noticed by its discovery file', async () => {
    await servedEmbedded()
    const before = server.wakes
    announced = 'pid 1'
    await until(() => server.wakes > before, 'an attempt')
    const once = server.wakes
    await pause(80)
    expect(server.wakes).toBe(once)
  })
})

describe('a server that dies', () => {
  test('is replaced by the store, which gets what may be repeated', async () => {
    server.open()
    call('safe', 'store_memory')
    call('unsafe')
    await until(() => idsAt(server).includes('unsafe'), 'the calls')
    server.lose()
    server.fail(ABSENT)
    const lane = await embedded()
    lane.open()
    await until(() => idsAt(lane).includes('safe'), 'the safe call')
    expect(answers('unsafe')).toMatchObject([{ error: { message: expect.stringMatching(/not known whether/) as string } }])
    lane.say({ id: 'safe', result: {} })
    await until(() => answers('safe').length === 1, 'the answer')
  })

  test('again and again, with the store between: every call is answered exactly once', async () => {
    // A fixed sequence of numbers that look random.
    let seed = 7
    const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
    // What is not answered is forgotten, as by a program that hangs, until its connection is lost.
    const answerAll = (lane: FakeLane | undefined, share = 0.7) => {
      for (const { id } of lane?.heard.splice(0) ?? []) if (typeof id === 'string' && random() < share) lane?.say({ id, result: {} })
      lane?.sent.splice(0)
    }
    const ids = Array.from({ length: 300 }, (_, number) => `c${number}`)
    for (const id of ids) {
      call(id, random() < 0.5 ? 'store_memory' : 'add')
      if (random() < 0.2) await pause(2)
      const current = opened.at(-1)
      answerAll(server)
      answerAll(current)
      if (random() < 0.08) server.open()
      if (random() < 0.08 && server.downSince === undefined) server.lose()
      if (random() < 0.2) server.fail(ABSENT)
      if (random() < 0.2 && current && !current.isStopped && current.downSince !== undefined) current.open()
    }
    if (server.downSince !== undefined) server.open()
    // Whatever was being left is left by then.
    await pause(2 * TIMINGS.moveWithinMs)
    server.lose()
    server.open()
    const end = performance.now() + 5_000
    while (ids.some((id) => answers(id).length === 0) && performance.now() < end) {
      await pause(5)
      answerAll(server, 1)
    }
    expect(ids.filter((id) => answers(id).length !== 1)).toEqual([])
  })
})

test('at the end both are stopped', async () => {
  const lane = await servedEmbedded()
  input.end()
  await bridge.ended
  expect([server.isStopped, lane.isStopped]).toEqual([true, true])
})
