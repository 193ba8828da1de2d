import { expect, test } from 'vitest'
import { QUICK } from '../testing/memory-host.ts'
import { until } from '../testing/until.ts'
import { BaseClient } from './base-client.ts'
import { feedUrl } from './event-stream.ts'
import { nodePlatform } from './node-platform.ts'
import { clientOf, rejectionOf, startServer } from './testing/platforms.ts'

/** A feed at a fake server: what a listener hears, and the way to tell it something. */
async function startFeed() {
  const server = await startServer()
  const client = clientOf(server, nodePlatform, { apiUrl: server.url.replace('ws', 'http') })
  const tell = (type: string, visit = server.visits.length - 1) => server.visits[visit]!.socket.send(JSON.stringify({ type }))
  return { server, client, tell }
}

test('events come in order over as many connections as it takes, and end with the loop', async () => {
  const { server, client, tell } = await startFeed()
  const heard: string[] = []
  void until(() => server.visits[0], 'the listener').then(() => {
    for (const type of ['hello', 'memory-stored', 'memory-updated']) tell(type)
  })
  // The fake server's own greeting is no event, and is not heard.
  for await (const { type } of client.events()) {
    heard.push(type)
    if (heard.length === 3) {
      server.cut()
      void until(() => server.visits[1], 'the listener again').then(() => {
        for (const next of ['hello', 'memory-deleted']) tell(next)
      })
    }
    if (heard.length === 5) break
  }
  expect(heard).toEqual(['hello', 'memory-stored', 'memory-updated', 'hello', 'memory-deleted'])
  expect(server.visits[0]!.headers['x-agent-id']).toBe('tester')
  await until(() => server.visits[1]!.socket.readyState === 3, 'the end of the socket')
})

test('a reader that falls too far behind goes on from a new hello', async () => {
  const { server, client, tell } = await startFeed()
  const events = client.events()
  const first = events.next()
  await until(() => server.visits[0], 'the listener')
  tell('hello')
  expect(await first).toMatchObject({ value: { type: 'hello' } })
  for (let number = 0; number < 1_500; number += 1) tell('rates', 0)
  await until(() => server.visits[1], 'another connection')
  tell('hello')
  expect(await events.next()).toMatchObject({ value: { type: 'hello' } })
  await events.return()
})

test('a signal or the end of the client ends it quietly, and a refusal with its reason', async () => {
  const { server, client } = await startFeed()
  const stop = new AbortController()
  const stopped = client.events({ signal: stop.signal }).next()
  const closed = client.events().next()
  await until(() => server.visits[1], 'both listeners')
  stop.abort()
  expect(await stopped).toEqual({ value: undefined, done: true })
  await client.close()
  expect(await closed).toEqual({ value: undefined, done: true })
  server.refusing = { status: 403, body: JSON.stringify({ error: { code: 'forbidden', message: 'Not you.' } }) }
  const other = clientOf(server, nodePlatform, { apiUrl: server.url.replace('ws', 'http') })
  expect(await rejectionOf(other.events().next())).toMatchObject({ code: 'forbidden', message: 'Not you.' })
})

test('the feed is under the address of REST, which must be given where it cannot be known', () => {
  expect(feedUrl('http://127.0.0.1:8000')).toBe('ws://127.0.0.1:8000/api/v1/events')
  expect(feedUrl('https://memory.example.com/tmws/')).toBe('wss://memory.example.com/tmws/api/v1/events')
  expect(() => new BaseClient({}, nodePlatform, QUICK).events()).toThrow(/apiUrl is needed/)
})
