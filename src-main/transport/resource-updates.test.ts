import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Memory } from '../contract/memory.ts'
import { TestServer } from '../server/testing/start-test-server.ts'
import { WsClient } from './ws/testing/ws-client.ts'
import type { RpcMessage } from './ws/testing/ws-client.ts'

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start()
})
afterAll(() => server.stop())

const META = { 'io.modelcontextprotocol/protocolVersion': '2026-07-28', 'io.modelcontextprotocol/clientCapabilities': {} }
const SUBSCRIPTION = 'io.modelcontextprotocol/subscriptionId'

async function store(agent: string, content: string, level = 'private'): Promise<string> {
  const answer = await server.rest<{ memory: Memory }>('POST', '/memory', { agent, body: { content, access_level: level } })
  return answer.body.memory.id
}

function change(agent: string, id: string, fields: Record<string, unknown>) {
  return server.rest('PATCH', `/memory/${id}`, { agent, body: fields })
}

function isUpdateOf(uri: string): (message: RpcMessage) => boolean {
  return ({ method, params }) => method === 'notifications/resources/updated' && params?.['uri'] === uri
}

function updatesIn(messages: readonly RpcMessage[]): unknown[] {
  return messages.filter(({ method }) => method === 'notifications/resources/updated').map(({ params }) => params?.['uri'])
}

async function legacyClient(agent: string, headers: Record<string, string> = {}): Promise<WsClient> {
  const client = await WsClient.open(server.wsUrl, { agent, headers })
  const hello = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
  expect((await client.ask('initialize', hello)).result).toMatchObject({
    capabilities: { resources: { subscribe: true }, completions: {} },
  })
  client.send({ jsonrpc: '2.0', method: 'notifications/initialized' })
  return client
}

describe('resources/subscribe on a WebSocket', () => {
  test('tells of a memory until it may not be seen any more', async () => {
    const id = await store('bob', 'the shared plan', 'public')
    const uri = `memory://${id}`
    const client = await legacyClient('alice')
    expect((await client.ask('resources/subscribe', { uri })).result).toEqual({})
    await change('bob', id, { content: 'the shared plan, second draft' })
    await client.heard(isUpdateOf(uri))
    await new Promise((resolve) => setTimeout(resolve, 250))
    await change('bob', id, { access_level: 'private' })
    await expect.poll(() => updatesIn(client.messages)).toEqual([uri, uri])
    expect((await client.ask('resources/read', { uri })).error).toMatchObject({ data: { uri } })
    await change('bob', id, { content: 'a secret plan' })
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(updatesIn(client.messages)).toEqual([uri, uri])
    await client.close()
  })

  test('is refused as not found for the private memory of another, and leaves nothing behind', async () => {
    const id = await store('bob', 'a private thought')
    const client = await legacyClient('alice')
    for (const uri of [`memory://${id}`, 'memory://00000000-0000-7000-8000-000000000000', 'memory://else']) {
      expect((await client.ask('resources/subscribe', { uri })).error).toMatchObject({ data: { uri } })
    }
    expect((await client.ask('resources/subscribe', { uri: 'memory://recent' })).result).toEqual({})
    await change('bob', id, { content: 'another private thought' })
    await store('bob', 'one more private thought')
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(updatesIn(client.messages)).toEqual([])
    await store('alice', 'her own thought')
    await client.heard(isUpdateOf('memory://recent'))
    expect((await client.ask('resources/unsubscribe', { uri: 'memory://recent' })).result).toEqual({})
    await client.close()
  })

  test('follows a switch of the agent', async () => {
    const id = await store('carla', 'a note of Carla')
    const client = await legacyClient('carla')
    await client.ask('resources/subscribe', { uri: `memory://${id}` })
    await client.callTool('register_agent', { agent_id: 'dan' })
    expect((await client.callTool('switch_agent', { agent_id: 'dan' })).structuredContent).toMatchObject({ switched: true })
    await change('carla', id, { content: 'a note that Dan may not see' })
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(updatesIn(client.messages)).toEqual([])
    await client.close()
  })
})

test.each([
  ['after its connection was closed', (client: WsClient) => client.close()],
  ['while its old connection still stands', () => Promise.resolve()],
])('a session that is resumed %s hears of what it had subscribed to', async (when, leave) => {
  const id = await store('gina', `what Gina follows ${when}`)
  const first = await legacyClient('gina')
  await first.ask('resources/subscribe', { uri: `memory://${id}` })
  await leave(first)
  const second = await legacyClient('gina', { 'x-session-resume': first.resumeSecret })
  expect(second.sessionId).toBe(first.sessionId)
  await change('gina', id, { content: `what Gina still follows ${when}` })
  await second.heard(isUpdateOf(`memory://${id}`))
  await second.close()
})

describe('subscriptions/listen', () => {
  test('on a WebSocket acknowledges what may be seen, tags what it tells, and ends with a cancel', async () => {
    const [own, foreign] = [await store('alice', 'what alice listens to'), await store('bob', 'what alice may not hear')]
    const client = await WsClient.open(server.wsUrl, { agent: 'alice' })
    const notifications = { resourceSubscriptions: [`memory://${own}`, `memory://${foreign}`, 'memory://tags'] }
    client.send({ jsonrpc: '2.0', id: 'l1', method: 'subscriptions/listen', params: { notifications, _meta: META } })
    const acknowledged = await client.heard(({ method }) => method === 'notifications/subscriptions/acknowledged')
    expect(acknowledged.params).toMatchObject({ notifications: { resourceSubscriptions: [`memory://${own}`, 'memory://tags'] } })
    await change('bob', foreign, { content: 'still not' })
    await change('alice', own, { content: 'heard' })
    expect((await client.heard(isUpdateOf(`memory://${own}`))).params?.['_meta']).toMatchObject({ [SUBSCRIPTION]: 'l1' })
    await client.heard(isUpdateOf('memory://tags'))
    client.send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 'l1' } })
    await client.ask('tools/list', { _meta: META })
    await change('alice', own, { content: 'not heard' })
    await new Promise((resolve) => setTimeout(resolve, 250))
    expect(updatesIn(client.messages).filter((uri) => uri === `memory://${own}`)).toHaveLength(1)
    expect(updatesIn(client.messages)).not.toContain(`memory://${foreign}`)
    await client.close()
  })

  test('over HTTP each stream hears only what its own caller may', async () => {
    const [own, foreign] = [await store('alice', 'alice over HTTP'), await store('bob', 'bob over HTTP')]
    const uris = [`memory://${own}`, `memory://${foreign}`]
    await using alice = await Listener.open('alice', uris)
    await using bob = await Listener.open('bob', uris)
    await change('alice', own, { content: 'alice over HTTP again' })
    await change('bob', foreign, { content: 'bob over HTTP again' })
    await expect.poll(() => [updatesIn(alice.messages), updatesIn(bob.messages)]).toEqual([[uris[0]], [uris[1]]])
    expect(alice.messages[0]?.params).toMatchObject({ notifications: { resourceSubscriptions: [uris[0]] } })
  })
})

test('completion proposes tags, and ids of memories that may be seen', async () => {
  const own = await store('erin', 'a memory to complete')
  await store('frank', 'not to be proposed')
  await server.rest('PATCH', `/memory/${own}`, { agent: 'erin', body: { tags: ['garden', 'gate', 'kitchen'] } })
  const client = await legacyClient('erin')
  const complete = async (ref: Record<string, string>, name: string, value: string) =>
    (await client.ask('completion/complete', { ref, argument: { name, value } })).result?.['completion'] as
      { values: string[]; hasMore: boolean } | undefined // the shape that MCP gives it
  const review = { type: 'ref/prompt', name: 'review-memories' }
  expect((await complete(review, 'tag', 'Ga'))?.values.toSorted()).toEqual(['garden', 'gate'])
  expect((await complete({ type: 'ref/prompt', name: 'recall-context' }, 'topic', 'kit'))?.values).toEqual(['kitchen'])
  const template = { type: 'ref/resource', uri: 'memory://{id}' }
  expect((await complete(template, 'id', own.slice(0, 30)))?.values).toContain(own)
  const { values } = (await complete(template, 'id', '')) ?? { values: [] }
  for (const id of values) expect((await client.ask('resources/read', { uri: `memory://${id}` })).error).toBeUndefined()
  expect(await complete({ type: 'ref/prompt', name: 'remember-session' }, 'focus', 'x')).toEqual({ values: [], hasMore: false })
  expect((await client.ask('completion/complete', { ref: review, argument: { name: 'colour', value: '' } })).error?.code).toBe(-32602)
  expect(
    (await client.ask('completion/complete', { ref: { type: 'ref/prompt', name: 'x' }, argument: { name: 'tag', value: '' } })).error?.code,
  ).toBe(-32602)
  await client.close()
})

/** One `subscriptions/listen` stream on /mcp. */
class Listener {
  readonly messages: RpcMessage[] = []
  readonly #abort = new AbortController()

  static async open(agent: string, resourceSubscriptions: readonly string[]): Promise<Listener> {
    const listener = new Listener()
    const response = await fetch(`${server.apiUrl}/mcp`, {
      method: 'POST',
      signal: listener.#abort.signal,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2026-07-28',
        'mcp-method': 'subscriptions/listen',
        'x-agent-id': agent,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'subscriptions/listen',
        params: { notifications: { resourceSubscriptions }, _meta: META },
      }),
    })
    void listener.#read(response)
    await expect.poll(() => listener.messages[0]?.method).toBe('notifications/subscriptions/acknowledged')
    return listener
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#abort.abort()
    return Promise.resolve()
  }

  async #read(response: Response): Promise<void> {
    let text = ''
    try {
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk as Uint8Array).toString('utf8')
        const found = [...text.matchAll(/^data: (\{.*\})$/gm)].map(([, json]) => JSON.parse(json ?? '{}') as RpcMessage)
        this.messages.splice(0, this.messages.length, ...found)
      }
    } catch {
      // The test has ended the stream.
    }
  }
}
