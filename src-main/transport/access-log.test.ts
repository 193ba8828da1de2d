import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { HEADERS } from '../contract/protocol.ts'
import { gatherLog } from '../server/testing/gathered-log.ts'
import type { GatheredLine } from '../server/testing/gathered-log.ts'
import { TestServer } from '../server/testing/start-test-server.ts'
import { WsClient } from './ws/testing/ws-client.ts'

const lines: GatheredLine[] = []
let server: TestServer
beforeAll(async () => {
  server = await TestServer.start({ TMWS_LOG_SLOW: '1' }, {}, gatherLog(lines))
})
afterAll(() => server.stop())

const access = () => lines.filter(({ subsystem }) => subsystem === 'access')
const lineAbout = async (path: string, status: number): Promise<GatheredLine> => {
  const find = () => access().find((line) => line['path'] === path && line['status'] === status)
  await expect.poll(find).toBeDefined()
  return find()!
}

describe('the access log', () => {
  test('has one line for a request: debug for a good one, info for a bad one, without the query', async () => {
    const good = await server.rest('GET', '/memory?limit=3', { agent: 'ann' })
    const bad = await server.rest('GET', '/memory/nothing?token=hunter2hunter2', { agent: 'ann' })
    const kept = await server.rest('POST', '/memory', { agent: 'ann', body: { content: 'secret plans '.repeat(4_000) } })
    expect(await lineAbout('/api/v1/memory', 200)).toMatchObject({
      level: 'debug',
      method: 'GET',
      request_id: good.headers.get(HEADERS.requestId),
      address: '127.0.0.1',
      msg: 'a request was answered',
    })
    expect(await lineAbout('/api/v1/memory/nothing', 400)).toMatchObject({ level: 'info', request_id: bad.headers.get(HEADERS.requestId) })
    expect(await lineAbout('/api/v1/memory', 201)).toMatchObject({ request_id: kept.headers.get(HEADERS.requestId) })
    expect(access().filter(({ request_id }) => request_id === good.headers.get(HEADERS.requestId))).toHaveLength(1)
    expect(JSON.stringify(lines)).not.toMatch(/hunter2|secret plans/)
  })

  test('has a line for a client that went before it was answered', async () => {
    const stores = server.server.context.store
    const list = stores.list.bind(stores)
    let wasAsked: () => void = () => undefined
    const asked = new Promise<void>((resolve) => (wasAsked = resolve))
    stores.list = async (...args) => {
      wasAsked()
      await new Promise((resolve) => setTimeout(resolve, 200))
      return list(...args)
    }
    const abort = new AbortController()
    const request = fetch(`${server.apiUrl}/api/v1/memory`, { headers: { 'x-agent-id': 'gone' }, signal: abort.signal }).catch(
      () => undefined,
    )
    await asked
    abort.abort()
    await request
    stores.list = list
    await expect.poll(() => access().some((line) => line['aborted'] === true)).toBe(true)
  })

  test('has one line for a connection when it ends, and one for each that was refused', async () => {
    const client = await WsClient.open(server.wsUrl, { agent: 'carol' })
    client.socket.close(1000)
    await client.closed
    const line = await lineAbout('/', 101)
    expect(line).toMatchObject({ level: 'debug', method: 'UPGRADE', close_code: 1000, calls: 0, session_id: client.sessionId })
    await expect(WsClient.open(`${server.wsUrl}?token=hunter2hunter2`, { headers: { origin: 'http://evil.example' } })).rejects.toThrow()
    expect(await lineAbout('/', 403)).toMatchObject({ level: 'info', code: 'forbidden' })
    expect(JSON.stringify(lines)).not.toMatch(/hunter2/)
  })
})

test('a slow call of the store names the request that waited for it, in a body that came in pieces too', async () => {
  const { store } = server.server.context
  const insert = store.insert.bind(store)
  store.insert = async (...args) => {
    await new Promise((resolve) => setTimeout(resolve, 30))
    return insert(...args)
  }
  const { headers } = await server.rest('POST', '/memory', { agent: 'ann', body: { content: 'x'.repeat(90_000) } })
  store.insert = insert
  const slow = lines.filter(({ msg, ...facts }) => msg === 'a call waited long for the store' && facts['operation'] === 'memories.insert')
  expect(slow.at(-1)).toMatchObject({ level: 'warn', subsystem: 'storage', request_id: headers.get(HEADERS.requestId) })
})
