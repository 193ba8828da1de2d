import { expect, test } from 'vitest'
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
