import { describe, expect, test } from 'vitest'
import { FixedClock } from '../base/clock.ts'
import { createAloneFleet } from '../base/session-fleet.ts'
import type { FleetMember, SessionFleet } from '../base/session-fleet.ts'
import { OWNER_SCOPE } from '../contract/scope.ts'
import { openStores } from '../storage/open-stores.ts'
import { manageSessions } from './testing/manage-sessions.ts'

test('a session that was on another instance meanwhile comes back as it was there, not as it left', async () => {
  const store = (await openStores({ provider: 'volatile' })).sessions
  const [a, b] = [manageSessions(store), manageSessions(store)]
  const first = await a.open('alice')
  await a.manager.close(first.session, 'lost')
  const second = await b.open('alice', first.resumeSecret)
  second.session.become('role', 'press')
  await b.manager.close(second.session, 'lost')
  const third = await a.open('alice', second.resumeSecret)
  expect([third.session.id, third.session.scope.agentId, third.session.scope.namespace]).toEqual([first.session.id, 'role', 'press'])
  expect(third.session.notices.all.isWhole, 'nobody here knows what it missed').toBe(false)
})

test('a connection that stands here while its session has moved on is replaced when the session comes back', async () => {
  const store = (await openStores({ provider: 'volatile' })).sessions
  const [a, b] = [manageSessions(store), manageSessions(store)]
  const first = await a.open('alice')
  const second = await b.open('alice', first.resumeSecret)
  second.session.become('role', 'press')
  await second.session.keep()
  const third = await a.open('alice', second.resumeSecret)
  expect([third.session.scope.agentId, a.disconnects, a.manager.list(OWNER_SCOPE).length]).toEqual(['role', ['alice: replaced'], 1])
})

test('a gap is noted for clients that are here and for those that are away', async () => {
  const { manager, bus, open } = manageSessions((await openStores({ provider: 'volatile' })).sessions)
  const here = await open('here')
  const away = await open('away')
  await manager.close(away.session, 'lost')
  bus.reportGap({ sinceMs: 0 })
  expect([here, away].map(({ session }) => session.notices.all.isWhole)).toEqual([false, false])
})

describe('the places of an agent on all instances', () => {
  /** Instances that share sessions and places, as over Redis. */
  async function instances(most: number) {
    const store = (await openStores({ provider: 'volatile' })).sessions
    const rooms = new Map<string, SessionFleet['instance']>()
    const members = new Map<string, FleetMember>()
    return () =>
      manageSessions(
        store,
        { maxConnectionsPerAgent: most },
        new FixedClock(Date.parse('2026-11-22T10:00:00.000Z')),
        undefined,
        oneOf(rooms, members),
      )
  }

  function oneOf(rooms: Map<string, string>, members: Map<string, FleetMember>): SessionFleet {
    const alone = createAloneFleet()
    return {
      ...alone,
      join: (member) => void members.set(alone.instance, member),
      enter: (sessionId, _agentId, most = Infinity) => {
        if (!rooms.has(sessionId) && rooms.size >= most) return Promise.resolve(false)
        rooms.set(sessionId, alone.instance)
        return Promise.resolve(true)
      },
      leave: (sessionId) => {
        if (rooms.get(sessionId) === alone.instance) rooms.delete(sessionId)
      },
      others: () => Promise.resolve([...members].flatMap(([instance, member]) => (instance === alone.instance ? [] : member.list()))),
    }
  }

  test('a lost session whose place others have taken is not resumed, and its secret works again when there is one', async () => {
    const start = await instances(2)
    const [a, b] = [start(), start()]
    const lost = await a.open('alice')
    await a.manager.close(lost.session, 'lost')
    const [one] = [await a.open('alice'), await b.open('alice')]
    await expect(b.open('alice', lost.resumeSecret)).rejects.toMatchObject({ code: 'unavailable', details: { agent_id: 'alice' } })
    await a.manager.close(one.session, 'left')
    const again = await b.open('alice', lost.resumeSecret)
    expect([again.isResumed, again.session.id]).toEqual([true, lost.session.id])
    await expect(a.open('alice')).rejects.toMatchObject({ code: 'unavailable' })
  })

  test('a session takes the place of its own connection, wherever that stands', async () => {
    const start = await instances(2)
    const [a, b] = [start(), start()]
    const first = await a.open('alice')
    await a.open('alice')
    const moved = await b.open('alice', first.resumeSecret)
    expect([moved.isResumed, moved.session.id]).toEqual([true, first.session.id])
    const back = await b.open('alice', moved.resumeSecret)
    expect(back.session.id).toBe(first.session.id)
  })

  test('are counted for the agent over all of them', async () => {
    const start = await instances(5)
    const [a, b] = [start(), start()]
    await a.open('alice')
    await b.open('alice')
    await b.open('bob')
    expect(await a.manager.countByAgent()).toEqual(
      new Map([
        ['alice', 2],
        ['bob', 1],
      ]),
    )
  })
})
