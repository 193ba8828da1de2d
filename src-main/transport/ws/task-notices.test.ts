import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { TASK_ASSIGNED_METHOD } from '../../contract/protocol.ts'
import type { Task } from '../../contract/task.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'
import { WsClient } from './testing/ws-client.ts'
import type { RpcMessage, WsClientOptions } from './testing/ws-client.ts'

let server: TestServer
const clients: WsClient[] = []
beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(() => server.stop())
afterEach(() => {
  for (const client of clients.splice(0)) client.socket.terminate()
})

async function open(options: WsClientOptions): Promise<WsClient> {
  const client = await WsClient.open(server.wsUrl, options)
  clients.push(client)
  return client
}

async function made(more: Record<string, unknown> = {}): Promise<Task> {
  const answer = await server.rest<{ task: Task }>('POST', '/tasks', {
    agent: 'lead',
    namespace: 'acme',
    body: { title: 'Do it', ...more },
  })
  expect(answer.status).toBe(201)
  return answer.body.task
}

function assign(task: Task, to: string) {
  return server.rest<{ task: Task }>('POST', `/tasks/${task.id}/assign`, {
    agent: 'lead',
    namespace: 'acme',
    body: { assigned_agent_id: to },
  })
}

const isNotice = (message: RpcMessage): boolean => message.method === TASK_ASSIGNED_METHOD
const noticesOf = (client: WsClient): unknown[] => client.messages.filter(isNotice).map((message) => message.params)

test('an assignee hears of its task on every connection of its own, and nobody else does', async () => {
  const [first, second] = [await open({ agent: 'bob', namespace: 'acme' }), await open({ agent: 'bob', namespace: 'elsewhere' })]
  const other = await open({ agent: 'eve', namespace: 'acme' })
  const task = (await assign(await made(), 'bob')).body.task
  await Promise.all([first.heard(isNotice), second.heard(isNotice)])
  await other.ask('get_agent_info')
  expect([noticesOf(first), noticesOf(second), noticesOf(other)]).toEqual([[{ task }], [{ task }], []])
})

test('a task that is made for an agent reaches it, also as the agent it has switched to', async () => {
  const client = await open({ agent: 'lead', namespace: 'acme' })
  await client.callTool('register_agent', { agent_id: 'writer' })
  await client.callTool('switch_agent', { agent_id: 'writer' })
  const task = await made({ assigned_agent_id: 'writer' })
  await client.heard(isNotice)
  await made({ assigned_agent_id: 'lead' })
  await client.ask('get_agent_info')
  expect(noticesOf(client)).toEqual([{ task }])
})
