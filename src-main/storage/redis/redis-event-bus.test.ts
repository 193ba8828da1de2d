import { afterEach, describe, expect, it } from 'vitest'
import { FixedClock, systemClock } from '../../base/clock.ts'
import { announcementOf, eventBusConformance, nameOf } from '../../base/event-bus.conformance.ts'
import type { Announcement } from '../../base/event-bus.ts'
import { silentLog } from '../../base/log.ts'
import type { Task } from '../../contract/task.ts'
import { RedisEventBus } from './redis-event-bus.ts'
import type { RedisEventBusParts } from './redis-event-bus.ts'
import { RedisOutbox } from './redis-outbox.ts'
import { compareIds } from './redis-stream-reader.ts'
import { describeOnRedis, freshPrefix } from './testing/redis-fixture.ts'

// Not on ioredis-mock: its streams neither block nor count past nine entries, so no bus can run on them.

describeOnRedis('RedisEventBus on a real Redis', (redis) => {
  const buses: RedisEventBus[] = []
  afterEach(async () => {
    await Promise.all(buses.splice(0).map((bus) => bus.close()))
  })
  let serial = 0
  const open = async (prefix: string, more: Partial<RedisEventBusParts> = {}) => {
    const link = await redis.link({ prefix })
    const bus = new RedisEventBus({ link, instance: `instance-${serial++}`, clock: systemClock, log: silentLog, ...more })
    buses.push(bus)
    const heard: string[] = []
    const whole: Announcement[] = []
    const here: string[] = []
    const gaps: number[] = []
    bus.subscribe((announcement) => here.push(nameOf(announcement)))
    bus.subscribeAll(
      (announcement) => {
        heard.push(nameOf(announcement))
        whole.push(announcement)
      },
      ({ sinceMs }) => gaps.push(sinceMs),
    )
    await bus.following
    return { bus, link, heard, here, whole, gaps }
  }
  const names = (prefix: string, count: number) => Array.from({ length: count }, (_, index) => `${prefix}${index}`)

  eventBusConformance('RedisEventBus', async () => ({ bus: (await open(freshPrefix())).bus, close: () => undefined }))

  it('is heard by every other instance, whole and in order, and by those who count their own only here', async () => {
    const prefix = freshPrefix()
    const [a, b, c] = [await open(prefix), await open(prefix), await open(prefix)]
    for (const name of names('a', 500)) a.bus.publish(announcementOf(name))
    for (const name of names('b', 500)) b.bus.publish(announcementOf(name))
    for (const { heard } of [a, b, c]) await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(1_000)
    for (const { heard } of [a, b, c])
      expect(['a', 'b'].map((who) => heard.filter((name) => name.startsWith(who)))).toEqual([names('a', 500), names('b', 500)])
    expect([a.here, c.here]).toEqual([names('a', 500), []])
    expect(c.whole.find((one) => nameOf(one) === 'a7')).toEqual(announcementOf('a7'))
    expect([a, b, c].flatMap(({ gaps }) => gaps)).toEqual([])
  })

  it('reports a gap since the last word of a process that died', async () => {
    const prefix = freshPrefix()
    const [a, b] = [await open(prefix, { instance: 'short-lived' }), await open(prefix)]
    a.bus.publish(announcementOf('a1'))
    await expect.poll(() => b.heard).toEqual(['a1'])
    const heardAt = Date.now()
    b.bus.publisherDied('short-lived')
    b.bus.publisherDied('never heard')
    expect(b.gaps).toHaveLength(2)
    expect(Math.abs((b.gaps[0] ?? 0) - heardAt)).toBeLessThan(1_000)
    expect(b.gaps[1]).toBeLessThanOrEqual(b.gaps[0] ?? 0)
  })

  it('carries the texts of a task only with its assignment, and no measures of one process', async () => {
    const prefix = freshPrefix()
    const [a, b] = [await open(prefix), await open(prefix)]
    const at = '2026-11-22T10:00:00.000Z'
    const task = { id: 't', namespace: 'n', created_by: 'x', description: 'long', result: { a: 1 }, notes: [{ at, by: 'x', text: 'n' }] }
    const about = (type: 'task-updated' | 'task-assigned') => ({
      event: { type, at, task_id: 't', by: 'x', namespace: 'n', status: 'pending' } as const,
      task: task as unknown as Task, // as much of one as matters here
    })
    a.bus.publish({ event: { type: 'health-changed', at, status: 'degraded', part: 'embedding' } })
    a.bus.publish(about('task-updated'))
    a.bus.publish(about('task-assigned'))
    await expect.poll(() => b.whole.length, { timeout: 5_000 }).toBe(2)
    expect(b.whole).toEqual([
      { ...about('task-updated'), task: { id: 't', namespace: 'n', created_by: 'x', notes: [] } },
      about('task-assigned'),
    ])
  })

  it('ignores what no instance wrote, says so, and goes on', async () => {
    const prefix = freshPrefix()
    const warnings: string[] = []
    const log = { ...silentLog, warn: (_facts: unknown, sentence: string) => warnings.push(sentence) }
    const a = await open(prefix)
    const b = await open(prefix, { log })
    const add = (...fields: string[]) => a.link.run((commands) => commands.xadd(`${prefix}events`, '*', ...fields))
    await add('x', 'y')
    await add('from', 'z', 'number', '1', 'announcements', '{')
    await add('from', 'z', 'number', '-1', 'announcements', '[]')
    await add('from', 'z', 'number', '1', 'lost_since', 'soon', 'announcements', '[]')
    await add('from', 'z', 'number', '1', 'announcements', '[1, {"event": {"type": "memory-stored", "at": "now", "memory_id": "m"}}]')
    await add('from', 'z', 'number', '2', 'announcements', '[{"event": {"type": "constructor", "at": "now"}}]')
    a.bus.publish(announcementOf('good'))
    await expect.poll(() => b.heard, { timeout: 5_000 }).toEqual(['good'])
    expect(warnings).toHaveLength(7)
  })

  it('hears once what was sent twice, and reports what is missing in the order of an instance', async () => {
    const prefix = freshPrefix()
    const b = await open(prefix)
    const add = (number: number, name: string) =>
      b.link.run((commands) =>
        commands.xadd(`${prefix}events`, '*', 'from', 'z', 'number', number, 'announcements', JSON.stringify([announcementOf(name)])),
      )
    for (const [number, name] of [
      [1, 'one'],
      [1, 'one'],
      [2, 'two'],
      [1, 'one'],
    ] as const)
      await add(number, name)
    await expect.poll(() => b.heard, { timeout: 5_000 }).toEqual(['one', 'two'])
    await add(4, 'four')
    await expect.poll(() => b.heard, { timeout: 5_000 }).toEqual(['one', 'two', 'four'])
    expect(b.gaps).toHaveLength(1)
  })

  it('keeps what is announced while Redis hangs, and brings it after: nothing is lost, nothing twice, nobody waits', async () => {
    const prefix = freshPrefix()
    const [a, b] = [await open(prefix), await open(prefix)]
    a.bus.publish(announcementOf('before'))
    await expect.poll(() => b.heard, { timeout: 5_000 }).toEqual(['before'])
    redis.server().freeze()
    try {
      const start = performance.now()
      for (const name of names('during', 300)) a.bus.publish(announcementOf(name))
      expect(performance.now() - start).toBeLessThan(1_000)
      expect(a.heard).toHaveLength(301)
      await new Promise((resolve) => setTimeout(resolve, 5_000))
    } finally {
      redis.server().thaw()
    }
    await expect.poll(() => b.heard.length, { timeout: 15_000 }).toBe(301)
    expect([b.heard, b.gaps]).toEqual([['before', ...names('during', 300)], []])
  })

  it('reports a gap when Redis comes back empty, and carries on', async () => {
    const prefix = freshPrefix()
    const [a, b] = [await open(prefix), await open(prefix)]
    a.bus.publish(announcementOf('before'))
    await expect.poll(() => b.heard, { timeout: 5_000 }).toEqual(['before'])
    const killedAt = Date.now()
    await redis.server().kill()
    a.bus.publish(announcementOf('during'))
    await new Promise((resolve) => setTimeout(resolve, 500))
    await redis.server().startAgain()
    await expect.poll(() => b.heard, { timeout: 15_000 }).toEqual(['before', 'during'])
    await expect.poll(() => [a.gaps.length, b.gaps.length], { timeout: 15_000 }).toEqual([1, 1])
    expect(b.gaps[0]).toBeLessThanOrEqual(killedAt + 100)
    a.bus.publish(announcementOf('after'))
    await expect.poll(() => b.heard.at(-1), { timeout: 5_000 }).toBe('after')
  })

  it('reports a gap when the stream was trimmed past what was read, and when the box overflowed', async () => {
    const prefix = freshPrefix()
    const b = await open(prefix)
    const a = await open(prefix, { limits: { announcements: 20, characters: 1_000_000 } })
    b.bus.publish(announcementOf('first'))
    await expect.poll(() => a.heard, { timeout: 5_000 }).toEqual(['first'])
    // In one step, so that nobody can read in between: its connection goes, and what it has read is not the end any more.
    const entry = ['from', 'z', 'number', '1', 'announcements', '[]'] as const
    await a.link.run(async (commands) => {
      const step = commands.multi().call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes')
      await step
        .del(`${prefix}events`)
        .xadd(`${prefix}events`, '*', ...entry)
        .exec()
    })
    await expect.poll(() => b.gaps.length, { timeout: 10_000 }).toBe(1)
    const overflowing = freshPrefix()
    const [c, d] = [await open(overflowing, { limits: { announcements: 20, characters: 1_000_000 } }), await open(overflowing)]
    await redis.server().kill()
    for (const name of names('', 100)) c.bus.publish(announcementOf(name))
    await redis.server().startAgain()
    await expect.poll(() => d.heard.at(-1), { timeout: 15_000 }).toBe('99')
    expect(d.heard.length).toBeLessThan(40)
    expect(d.gaps.length).toBeGreaterThan(0)
  })
})

describe('the outbox', () => {
  it('gives the same batch until it has arrived, numbers them, and keeps what came meanwhile for the next', () => {
    const box = new RedisOutbox(new FixedClock(5))
    box.add('1', false)
    box.add('2', false)
    const first = box.next()
    box.add('3', false)
    expect([first, box.next()]).toEqual([first, { number: 1, announcements: '[1,2]' }])
    box.sent()
    expect(box.next()).toEqual({ number: 2, announcements: '[3]' })
    box.sent()
    expect([box.next(), box.isEmpty]).toEqual([undefined, true])
  })

  it('loses the oldest of too many and says since when; what passes goes first', () => {
    const clock = new FixedClock(5)
    const box = new RedisOutbox(clock, { announcements: 4, characters: 1_000 })
    for (const json of ['1', '2', '3', '4', '5']) {
      box.add(json, false)
      clock.advance(1)
    }
    box.add('passing', true)
    expect(box.next()).toEqual({ number: 1, announcements: '[2,3,4,5]', lostSinceMs: 5 })
  })
})

it('ids of entries are compared as numbers', () => {
  expect([compareIds('9-0', '10-0') < 0, compareIds('5-2', '5-10') < 0, compareIds('7-1', '7-1')]).toEqual([true, true, 0])
})
