import { afterEach, expect, it } from 'vitest'
import { silentLog } from '../../base/log.ts'
import { processSpace } from '../../base/process-space.ts'
import type { SessionInfo } from '../../contract/session.ts'
import type { RedisLink } from './redis-link.ts'
import { RedisSessionFleet } from './redis-session-fleet.ts'
import { describeOnRedis, freshPrefix } from './testing/redis-fixture.ts'

const LEASE_MS = 900
/** Keeps Redis busy for 1.5 seconds. */
const HANG = `
local function now() local time = redis.call('TIME') return time[1] + time[2] / 1000000 end
local ends = now() + 1.5
while now() < ends do end
return 1`

function infoOf(session_id: string, agent_id = 'alice'): SessionInfo {
  const at = '2026-11-22T10:00:00.000Z'
  const counts = { requests: 0, errors: 0, bytes_in: 0, bytes_out: 0, pending_requests: 0, subscriptions: 0, duration_seconds: 1 }
  const about = { namespace: 'default', transport: 'websocket', started_at: at, last_seen_at: at, latency_ms: { p50: 0, p95: 0 } } as const
  return { session_id, agent_id, ...about, ...counts }
}

/** An instance as the fleet sees one. */
class Instance {
  readonly sessions = new Map<string, string>()
  readonly told: string[] = []
  readonly dead: string[] = []
  /** Told when the places are read to be shown, before anything is done with them. */
  onPlacesRead: () => void = () => undefined
  readonly fleet: RedisSessionFleet

  constructor(link: RedisLink, instance: string) {
    this.fleet = new RedisSessionFleet({ link, instance, log: silentLog, leaseMs: LEASE_MS, onDeath: (other) => this.dead.push(other) })
    this.fleet.join({
      list: () => [...this.sessions].map(([id, agentId]) => infoOf(id, agentId)),
      places: () => {
        const places = [...this.sessions]
        queueMicrotask(() => this.onPlacesRead())
        return places
      },
      disconnect: (sessionId, by, why) => {
        this.told.push(`end ${sessionId} by ${by}: ${why ?? ''}`)
        this.leave(sessionId)
        return Promise.resolve()
      },
      replaced: (sessionId) => {
        this.told.push(`replaced ${sessionId}`)
        this.sessions.delete(sessionId)
      },
    })
  }

  async enter(sessionId: string, agentId: string, most?: number): Promise<boolean> {
    const isIn = await this.fleet.enter(sessionId, agentId, most)
    if (isIn) this.sessions.set(sessionId, agentId)
    return isIn
  }

  leave(sessionId: string): void {
    const agentId = this.sessions.get(sessionId)
    this.sessions.delete(sessionId)
    if (agentId !== undefined) this.fleet.leave(sessionId, agentId)
  }

  async others(): Promise<string[]> {
    return (await this.fleet.others()).map(({ session_id: id }) => id).toSorted()
  }
}

describeOnRedis('RedisSessionFleet on a real Redis', (redis) => {
  const instances: Instance[] = []
  afterEach(async () => {
    await Promise.all(instances.splice(0).map(({ fleet }) => fleet.close()))
  })
  const open = async (prefix: string, name: string) => {
    const link = await redis.link({ prefix })
    const instance = new Instance(link, name)
    instances.push(instance)
    return { link, instance }
  }

  it('shows each instance the sessions of the others, as they come and go', async () => {
    const prefix = freshPrefix()
    const [{ instance: a }, { instance: b }] = [await open(prefix, 'a'), await open(prefix, 'b')]
    await a.enter('s1', 'alice')
    await a.enter('s2', 'bob')
    await b.enter('s3', 'alice')
    await expect.poll(() => b.others(), { timeout: 5_000 }).toEqual(['s1', 's2'])
    await expect.poll(() => a.others(), { timeout: 5_000 }).toEqual(['s3'])
    expect((await b.fleet.others()).find(({ session_id: id }) => id === 's2')).toEqual(infoOf('s2', 'bob'))
    a.leave('s1')
    await expect.poll(() => b.others(), { timeout: 5_000 }).toEqual(['s2'])
    await a.fleet.close()
    expect(await b.others()).toEqual([])
  })

  it('counts the places of an agent over all instances, and never more than it may have', async () => {
    const prefix = freshPrefix()
    const opened = await Promise.all(['a', 'b', 'c'].map((name) => open(prefix, name)))
    const tries = Array.from({ length: 30 }, (_, index) => opened[index % 3]!.instance.enter(`s${index}`, 'alice', 10))
    expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(10)
    expect(await opened[0]!.instance.enter('bobs', 'bob', 1)).toBe(true)
    const holder = opened.find(({ instance }) => instance.sessions.size > 0)!.instance
    holder.leave([...holder.sessions.keys()].find((id) => id !== 'bobs')!)
    await expect.poll(() => opened[2]!.instance.enter('late', 'alice', 10), { timeout: 5_000 }).toBe(true)
  })

  it('gives a place back for good, also when that comes in the middle of a sign of life', async () => {
    const prefix = freshPrefix()
    const [{ instance: a }, { instance: b }] = [await open(prefix, 'a'), await open(prefix, 'b')]
    expect(await a.enter('s', 'alice', 1)).toBe(true)
    await new Promise<void>((resolve) => {
      a.onPlacesRead = () => {
        a.leave('s')
        resolve()
      }
    })
    await new Promise((resolve) => setTimeout(resolve, 300))
    await expect.poll(() => b.enter('late', 'alice', 1), { timeout: 5_000 }).toBe(true)
  })

  it('gives a place back for good, also when a sign of life takes it after nobody waits for that any more', async () => {
    const prefix = freshPrefix()
    const [{ instance: a, link }, { instance: b }] = [await open(prefix, 'a'), await open(prefix, 'b')]
    expect(await a.enter('s', 'alice', 1)).toBe(true)
    await new Promise<void>((resolve) => {
      a.onPlacesRead = () => {
        a.leave('s')
        // Redis hangs longer than a command may take, between what gives the place back and what keeps those that were read.
        link.run((commands) => commands.eval(HANG, 0)).catch(() => undefined)
        a.onPlacesRead = () => undefined
        resolve()
      }
    })
    await expect.poll(() => link.isUp, { timeout: 5_000 }).toBe(false)
    await expect.poll(() => link.isUp, { timeout: 5_000 }).toBe(true)
    await expect.poll(() => b.enter('late', 'alice', 1), { timeout: 5_000 }).toBe(true)
  })

  it('forgets what a dead instance had when its lease is over', async () => {
    const prefix = freshPrefix()
    const [{ instance: a, link }, { instance: b }] = [await open(prefix, 'a'), await open(prefix, 'b')]
    for (const id of ['1', '2']) await a.enter(id, 'alice', 2)
    await expect.poll(() => b.others(), { timeout: 5_000 }).toEqual(['1', '2'])
    expect(await b.enter('3', 'alice', 2)).toBe(false)
    link.close()
    await expect.poll(() => b.enter('3', 'alice', 2), { timeout: 10_000 }).toBe(true)
    expect(await b.others()).toEqual([])
  })

  it('ends the lease of a process of this machine that has died at once', async () => {
    const prefix = freshPrefix()
    const link = await redis.link({ prefix })
    const names = [`${2 ** 30}@${processSpace()}#dead`, `${process.ppid}@${processSpace()}#living`, `${2 ** 30}@elsewhere#unknown`]
    await link.run((commands) => commands.sadd(`${prefix}instances`, ...names))
    for (const name of names) await link.run((commands) => commands.set(`${prefix}instance:${name}`, '1', 'PX', 60_000))
    await (await open(prefix, 'a')).instance.fleet.buryDead()
    const leases = names.map((name) => link.run((commands) => commands.exists(`${prefix}instance:${name}`)))
    expect(await Promise.all(leases)).toEqual([0, 1, 1])
  })

  it('tells each of the others once of an instance that died, and not of one that said farewell', async () => {
    const prefix = freshPrefix()
    const [{ instance: a, link }, { instance: b }, { instance: c }, { instance: d }] = [
      await open(prefix, 'a'),
      await open(prefix, 'b'),
      await open(prefix, 'c'),
      await open(prefix, 'd'),
    ]
    await a.enter('1', 'alice')
    for (const { fleet } of [b, c, d]) await expect.poll(async () => (await fleet.others()).length, { timeout: 5_000 }).toBe(1)
    await new Promise((resolve) => setTimeout(resolve, LEASE_MS))
    await d.fleet.close()
    await d.fleet.farewell()
    link.close()
    await expect.poll(() => [b.dead, c.dead], { timeout: 10_000 }).toEqual([['a'], ['a']])
    await new Promise((resolve) => setTimeout(resolve, 2 * LEASE_MS))
    expect([b.dead, c.dead]).toEqual([['a'], ['a']])
  })

  it('tells the instance that had a session when its client has resumed elsewhere, and not the one it came back to', async () => {
    const prefix = freshPrefix()
    const [{ instance: a }, { instance: b }] = [await open(prefix, 'a'), await open(prefix, 'b')]
    await expect.poll(() => a.fleet.others().then(() => true)).toBe(true)
    await a.enter('s', 'alice', 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(await b.enter('s', 'alice', 1)).toBe(true)
    await expect.poll(() => a.told, { timeout: 5_000 }).toEqual(['replaced s'])
    a.leave('s')
    expect(await b.enter('s2', 'alice', 1), 'the place is that of the session').toBe(false)
    expect(b.told).toEqual([])
  })

  it('ends a session on its instance at the wish of another', async () => {
    const prefix = freshPrefix()
    const [{ instance: a }, { instance: b }] = [await open(prefix, 'a'), await open(prefix, 'b')]
    await a.enter('s', 'alice')
    await expect.poll(() => b.others(), { timeout: 5_000 }).toEqual(['s'])
    expect(await b.fleet.disconnect('s', 'owner', 'tidying')).toMatchObject({ session_id: 's', agent_id: 'alice' })
    expect(a.told).toEqual(['end s by owner: tidying'])
    expect(await b.fleet.disconnect('nobody', 'owner')).toBeUndefined()
  })

  it('is alone while Redis is away, and shows and counts all again after, also when Redis lost everything', async () => {
    const prefix = freshPrefix()
    const [{ instance: a, link: linkA }, { instance: b, link: linkB }] = [await open(prefix, 'a'), await open(prefix, 'b')]
    await a.enter('s1', 'alice', 2)
    await redis.server().kill()
    await expect.poll(() => linkA.isUp || linkB.isUp, { timeout: 5_000 }).toBe(false)
    expect([await b.others(), await b.enter('s2', 'alice', 2)]).toEqual([[], true])
    await redis.server().startAgain()
    await expect.poll(() => linkA.isUp && linkB.isUp, { timeout: 10_000 }).toBe(true)
    await expect.poll(() => Promise.all([a.others(), b.others()]), { timeout: 5_000 }).toEqual([['s2'], ['s1']])
    await expect.poll(() => a.enter('s3', 'alice', 2), { timeout: 5_000 }).toBe(false)
  })
})
