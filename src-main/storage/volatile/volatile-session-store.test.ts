import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { SessionRecord } from '../session-store.ts'
import { VolatileSessionStore } from './volatile-session-store.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const record = (id: string, resumeHash = `hash-${id}`): SessionRecord => ({
  sessionId: id,
  resumeHash,
  connectedAs: { agentId: 'a', namespace: 'n' },
  agentId: 'alice',
  namespace: 'default',
  capabilities: {},
  startedAtMs: 1,
})

it('gives a record once for its secret', async () => {
  const store = new VolatileSessionStore()
  await store.save(record('a'), 60)
  expect(await store.takeByResumeHash('other')).toBeUndefined()
  expect(await store.takeByResumeHash('hash-a')).toEqual(record('a'))
  expect(await store.takeByResumeHash('hash-a')).toBeUndefined()
})

it('forgets after the time to live', async () => {
  const store = new VolatileSessionStore()
  await store.save(record('a'), 60)
  await store.save(record('b'), 0)
  vi.advanceTimersByTime(60_000)
  expect(await store.takeByResumeHash('hash-a')).toBeUndefined()
  expect(await store.takeByResumeHash('hash-b')).toBeUndefined()
})

it('replaces a record under its id, secret and all', async () => {
  const store = new VolatileSessionStore()
  await store.save(record('a', 'old'), 60)
  await store.save(record('a', 'new'), 60)
  expect(await store.takeByResumeHash('old')).toBeUndefined()
  expect(await store.takeByResumeHash('new')).toBeDefined()
})

it('removes on request and holds a bounded number, dropping the oldest', async () => {
  const store = new VolatileSessionStore()
  for (let i = 0; i < 10_001; i++) await store.save(record(String(i)), 60)
  await store.remove('5')
  expect(await store.takeByResumeHash('hash-0')).toBeUndefined()
  expect(await store.takeByResumeHash('hash-5')).toBeUndefined()
  expect(await store.takeByResumeHash('hash-10000')).toBeDefined()
  await store.close()
  expect(await store.takeByResumeHash('hash-7')).toBeUndefined()
})
