import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { OperationsApi } from '../api/operations-api.ts'
import type { ServerEvent, SessionInfo } from '../api/types.ts'
import { fakeServerClient } from './fake-server-client.ts'
import { Overview } from './overview.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

const session = (id: string, requests = 0) =>
  ({ session_id: id, agent_id: 'busy', namespace: 'busy', requests, errors: 0, last_seen_at: '' }) as SessionInfo // what the overview reads
const of = (type: 'session-opened' | 'session-closed', id: string) => ({ type, at: '', session: session(id) }) as ServerEvent
const answered = (id: string) => ({ type: 'call-answered', at: 'then', session_id: id, ok: true }) as ServerEvent

function openOverview() {
  const answers: ((sessions: SessionInfo[]) => void)[] = []
  const operations = { sessions: () => new Promise((resolve) => answers.push(resolve)) } as unknown as OperationsApi
  const health = { uptime_seconds: 0 }
  const { client } = fakeServerClient({
    health: () => Promise.resolve(health),
    stats: () => Promise.resolve({ total_memories: 0 }),
    listMemories: () => Promise.resolve({ memories: [], total: 0 }),
  } as unknown as Parameters<typeof fakeServerClient>[0])
  const overview = new Overview(client, operations)
  const shown = () => Object.fromEntries(overview.store.getState().sessions.map(({ session_id: id, requests }) => [id, requests]))
  return { overview, answers, shown }
}

test('what happens while the sessions are being loaded is not lost to an answer that is older', async () => {
  const { overview, answers, shown } = openOverview()
  const loading = overview.load()
  overview.apply([
    of('session-opened', 'new'),
    answered('new'),
    answered('new'),
    of('session-opened', 'gone'),
    of('session-closed', 'gone'),
  ])
  answers[0]?.([session('new', 1), session('gone'), session('other', 7)])
  await loading
  expect(shown()).toEqual({ new: 2, other: 7 })
  overview.apply([answered('new'), answered('other')])
  expect(shown()).toEqual({ new: 3, other: 8 })
})

test('an answer that is newer counts, and what it does not know any more goes', async () => {
  const { overview, answers, shown } = openOverview()
  overview.apply([of('session-opened', 'a'), of('session-opened', 'b'), answered('a')])
  const loading = overview.load()
  overview.apply([answered('a')])
  answers[0]?.([session('a', 9)])
  await loading
  expect(shown()).toEqual({ a: 9 })
})

test('calls that the answer and an event both count are counted right once all is quiet', async () => {
  const { overview, answers, shown } = openOverview()
  const loading = overview.load()
  answers[0]?.([session('a', 3)])
  await loading
  // The server has counted these already.
  overview.apply([answered('a'), answered('a')])
  expect(shown()).toEqual({ a: 5 })
  vi.advanceTimersByTime(1_000)
  overview.apply([answered('a')])
  vi.advanceTimersByTime(1_000)
  expect(answers.length, 'not before it is quiet').toBe(1)
  vi.advanceTimersByTime(1_000)
  expect(answers.length).toBe(2)
  answers[1]?.([session('a', 4)])
  await vi.advanceTimersByTimeAsync(5_000)
  expect(shown()).toEqual({ a: 4 })
  overview.apply([answered('a'), answered('of this page')])
  await vi.advanceTimersByTimeAsync(3_000)
  expect(answers.length, 'once').toBe(2)
})
