import { afterAll, beforeAll, expect, test } from 'vitest'
import type { LocalEventBus } from '../../base/event-bus.ts'
import { LocalEventBus as Bus } from '../../base/event-bus.ts'
import { silentLog } from '../../base/log.ts'
import type { Task } from '../../contract/task.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'
import { WsClient } from './testing/ws-client.ts'

let server: TestServer
let bus: LocalEventBus
beforeAll(async () => {
  bus = new Bus(silentLog)
  server = await TestServer.start({}, { bus })
})
afterAll(() => server.stop())

test('a gap greets the listeners of the feed again, and tells MCP clients what to look at', async () => {
  const feed = await WsClient.open(`${server.apiUrl.replace('http:', 'ws:')}/api/v1/events`, { agent: 'alice' })
  const client = await WsClient.open(server.wsUrl, { agent: 'alice' })
  const body = { title: 'a task', assigned_agent_id: 'alice' }
  const { task } = (await server.rest<{ task: Task }>('POST', '/tasks', { agent: 'maker', body })).body
  client.socket.send(
    JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'initialize',
      params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'c', version: '1' } },
    }),
  )
  client.socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/initialized' }))
  client.socket.send(JSON.stringify({ jsonrpc: '2.0', id: 2, method: 'resources/subscribe', params: { uri: 'memory://stats' } }))
  await client.heard((message) => (message as { id?: number }).id === 2)
  const from = client.messages.length
  bus.reportGap({ sinceMs: Date.parse(task.created_at) })
  const methods = () => client.messages.slice(from).map((message) => (message as { method?: string }).method)
  await expect
    .poll(() => methods().toSorted(), { timeout: 5_000 })
    .toEqual(['notices_lost', 'notifications/resources/updated', 'task_assigned'])
  await expect.poll(() => feed.messages.filter((event) => (event as { type?: string }).type === 'hello').length).toBe(2)
  for (const { socket } of [feed, client]) socket.terminate()
})
