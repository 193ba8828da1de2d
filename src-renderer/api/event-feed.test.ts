import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { eventFeedUrl, openEventFeed, type FeedSocket } from './event-feed.ts'
import type { ServerEvent } from './types.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => vi.useRealTimers())

function openFeed() {
  const sockets: FeedSocket[] = []
  const events: ServerEvent[] = []
  const waits: number[] = []
  const feed = openEventFeed({
    connect: () => {
      const socket: FeedSocket = { onmessage: null, onclose: null, close: () => undefined }
      sockets.push(socket)
      return socket
    },
    onEvent: (event) => events.push(event),
    onLost: (wait) => waits.push(wait),
  })
  const say = (data: unknown) => sockets.at(-1)?.onmessage?.({ data } as MessageEvent)
  const drop = () => sockets.at(-1)?.onclose?.({} as CloseEvent)
  return { feed, sockets, events, waits, say, drop }
}
const HELLO = JSON.stringify({ type: 'hello', at: '', server_version: '1', is_owner: true })

test('it reconnects ever more patiently, and quickly again after a hello', () => {
  const { sockets, waits, say, drop } = openFeed()
  for (let n = 0; n < 12; n += 1) {
    drop()
    vi.advanceTimersByTime(15_000)
  }
  expect(sockets).toHaveLength(13)
  expect(waits[0]).toBeLessThanOrEqual(500)
  expect(Math.max(...waits)).toBeLessThanOrEqual(15_000)
  expect(waits.at(-1)).toBeGreaterThanOrEqual(7500)
  say(HELLO)
  drop()
  expect(waits.at(-1)).toBeLessThanOrEqual(500)
})

test('what is no event is left out', () => {
  const { events, say } = openFeed()
  for (const data of ['{', '[]', 'null', 7, HELLO]) say(data)
  expect(events.map(({ type }) => type)).toEqual(['hello'])
})

test('a closed feed stays closed', () => {
  const { feed, sockets, drop } = openFeed()
  drop()
  feed.close()
  feed.retryNow()
  vi.advanceTimersByTime(60_000)
  expect(sockets).toHaveLength(1)
})

test('the feed is on the origin of the page', () => {
  expect(eventFeedUrl({ protocol: 'http:', host: '127.0.0.1:8000' })).toBe('ws://127.0.0.1:8000/api/v1/events')
  expect(eventFeedUrl({ protocol: 'https:', host: 'tmws.example' })).toBe('wss://tmws.example/api/v1/events')
})
