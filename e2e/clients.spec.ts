import {
  connectBridge,
  connectClassicWs,
  connectHttp,
  connectModernBridge,
  connectModernHttp,
  connectModernWs,
  connectNamedWs,
  MODERN,
} from './clients/mcp-clients.ts'
import { RawSocket } from './clients/raw-socket.ts'
import { call, callAny, textOf } from './clients/tool-calls.ts'
import type { ToolCaller } from './clients/tool-calls.ts'
import { expect, test } from './fixtures.ts'
import { TOOLS } from '../src-main/contract/tools.ts'
import type { RunningServer } from './processes/server-process.ts'

/** What both SDKs' clients have, as far as these tests use it. */
interface AnyClient extends ToolCaller {
  listTools(): Promise<{
    tools: {
      name: string
      description?: string | undefined
      inputSchema: object
      outputSchema?: object | undefined
      annotations?: object | undefined
    }[]
  }>
  callTool(params: { name: string; arguments?: Record<string, unknown> }, ...options: unknown[]): Promise<unknown>
  listResources(): Promise<{ resources: { uri: string }[] }>
  listResourceTemplates(): Promise<{ resourceTemplates: { uriTemplate: string }[] }>
  readResource(params: { uri: string }): Promise<{ contents: unknown[] }>
  listPrompts(): Promise<{ prompts: { name: string }[] }>
  getPrompt(params: { name: string; arguments?: Record<string, string> }): Promise<{ messages: { role: string; content: unknown }[] }>
  close(): Promise<void>
}

interface Way {
  readonly name: string
  readonly protocol: string
  connect(server: RunningServer, agentId: string): Promise<unknown>
}

/** Every client of today on every way in. */
const WAYS: readonly Way[] = [
  { name: 'SDK v1 on its own WebSocket transport', protocol: 'legacy', connect: (server) => connectClassicWs(server) },
  { name: 'SDK v1 on a WebSocket with identity', protocol: 'legacy', connect: (server, agentId) => connectNamedWs(server, { agentId }) },
  {
    name: 'SDK v2 in the legacy era on a WebSocket',
    protocol: 'legacy',
    connect: (server, agentId) => connectModernWs(server, 'legacy', { agentId }),
  },
  {
    name: 'SDK v2 choosing the era itself on a WebSocket',
    protocol: 'modern',
    connect: (server, agentId) => connectModernWs(server, 'auto', { agentId }),
  },
  {
    name: 'SDK v2 pinned to the modern era on a WebSocket',
    protocol: 'modern',
    connect: (server, agentId) => connectModernWs(server, { pin: MODERN }, { agentId }),
  },
  { name: 'SDK v1 through the bridge', protocol: 'legacy', connect: (server, agentId) => connectBridge(server, { agentId }) },
  {
    name: 'SDK v2 choosing the era itself through the bridge',
    protocol: 'modern',
    connect: (server, agentId) => connectModernBridge(server, 'auto', { agentId }),
  },
  {
    name: 'SDK v2 in the legacy era through the bridge',
    protocol: 'legacy',
    connect: (server, agentId) => connectModernBridge(server, 'legacy', { agentId }),
  },
  { name: 'SDK v1 on /mcp', protocol: 'legacy', connect: (server, agentId) => connectHttp(server, { agentId }) },
  {
    name: 'SDK v2 in the legacy era on /mcp',
    protocol: 'legacy',
    connect: (server, agentId) => connectModernHttp(server, 'legacy', { agentId }),
  },
  {
    name: 'SDK v2 pinned to the modern era on /mcp',
    protocol: 'modern',
    connect: (server, agentId) => connectModernHttp(server, { pin: MODERN }, { agentId }),
  },
]

for (const [index, way] of WAYS.entries()) {
  test.describe(way.name, () => {
    const agentId = way.name.includes('its own') ? 'anonymous' : `client-${index}`

    async function open(server: RunningServer, closing: <T extends { close(): unknown }>(part: T) => T): Promise<AnyClient> {
      return closing((await way.connect(server, agentId)) as AnyClient) // each has these methods
    }

    test('lists the tools with schemas, annotations and descriptions, always in the same order', async ({ sharedServer, closing }) => {
      const client = await open(sharedServer, closing)
      const { tools } = await client.listTools()
      expect(tools.map((tool) => tool.name)).toEqual(
        Object.values(TOOLS)
          .filter((tool) => tool.profile === 'core' || tool.profile === 'standard')
          .map((tool) => tool.name),
      )
      for (const tool of tools) {
        expect(tool.description, tool.name).toMatch(/\S{3}/)
        expect(tool.inputSchema, tool.name).toMatchObject({ type: 'object', additionalProperties: false })
        expect(tool.outputSchema, tool.name).toMatchObject({ type: 'object' })
        expect(tool.annotations, tool.name).toMatchObject({ readOnlyHint: expect.any(Boolean), destructiveHint: expect.any(Boolean) })
      }
      expect((await client.listTools()).tools).toEqual(tools)
    })

    test('calls tools and gets structured content with a text copy', async ({ sharedServer, closing }) => {
      const client = await open(sharedServer, closing)
      const who = await call(client, 'get_agent_info', {})
      expect(who).toMatchObject({ agent_id: agentId, namespace: 'default', is_owner: false })
      const content = `The kettle of ${way.name} whistles at 95 °C. 湯が沸く。`
      const answer = await callAny(client, 'store_memory', { content, tags: ['kitchen'] })
      expect(answer.isError).toBeFalsy()
      expect(JSON.parse(textOf(answer))).toEqual(answer.structuredContent)
      const { id } = (answer.structuredContent as { memory: { id: string } }).memory
      const found = await call(client, 'semantic_search', { query: `kettle ${way.name}` })
      expect(found.memories[0]).toMatchObject({ id, content })
    })

    test('gets bad arguments as a result that names the field, and goes on', async ({ sharedServer, closing }) => {
      const client = await open(sharedServer, closing)
      const answer = await callAny(client, 'store_memory', { content: 'x', importance: 3 })
      expect(answer.isError).toBe(true)
      expect(textOf(answer)).toContain('importance must be 1 or less (got 3)')
      expect((await callAny(client, 'health_check')).isError).toBeFalsy()
    })

    test('gets an unknown tool as an error that lists the known ones', async ({ sharedServer, closing }) => {
      const client = await open(sharedServer, closing)
      await expect(callAny(client, 'paint_the_wall')).rejects.toThrow(/There is no tool "paint_the_wall".*store_memory/)
      expect((await callAny(client, 'health_check')).isError).toBeFalsy()
    })

    test('cancels a call, and the next one works', async ({ sharedServer, closing }) => {
      const client = await open(sharedServer, closing)
      const controller = new AbortController()
      const params = { name: 'semantic_search', arguments: { query: 'something that nobody waits for' } }
      // The SDKs take their options in different places.
      const cancelled = way.name.startsWith('SDK v1')
        ? client.callTool(params, undefined, { signal: controller.signal })
        : client.callTool(params, { signal: controller.signal })
      controller.abort(new Error('changed my mind'))
      await expect(cancelled).rejects.toThrow(/changed my mind|abort/i)
      expect((await callAny(client, 'health_check')).isError).toBeFalsy()
    })

    test('reads resources and resource templates', async ({ sharedServer, closing }) => {
      const client = await open(sharedServer, closing)
      const { memory } = await call(client, 'store_memory', { content: `A resource of ${way.name}.` })
      expect((await client.listResources()).resources.map(({ uri }) => uri)).toEqual(['memory://recent', 'memory://tags', 'memory://stats'])
      expect((await client.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual(['memory://{id}'])
      expect(await jsonOf(client, `memory://${memory.id}`)).toMatchObject({ id: memory.id, content: memory.content })
      expect(await jsonOf(client, 'memory://recent')).toMatchObject({
        memories: expect.arrayContaining([expect.objectContaining({ id: memory.id })]),
      })
      expect(await jsonOf(client, 'memory://stats')).toMatchObject({ total_memories: expect.any(Number) })
      await expect(client.readResource({ uri: 'memory://00000000-0000-7000-8000-000000000000' })).rejects.toThrow(/not found/i)
      await expect(client.readResource({ uri: 'file:///etc/passwd' })).rejects.toThrow(/not found/i)
    })

    test('gets prompts, with what is remembered in them', async ({ sharedServer, closing }) => {
      const client = await open(sharedServer, closing)
      await call(client, 'store_memory', { content: `The lighthouse of ${way.name} blinks twice.` })
      expect((await client.listPrompts()).prompts.map(({ name }) => name)).toEqual([
        'remember-session',
        'recall-context',
        'review-memories',
      ])
      const { messages } = await client.getPrompt({ name: 'recall-context', arguments: { topic: 'lighthouse' } })
      expect(JSON.stringify(messages)).toContain('blinks twice')
      await expect(client.getPrompt({ name: 'recall-context' })).rejects.toThrow(/topic/)
      await expect(client.getPrompt({ name: 'no-such-prompt' })).rejects.toThrow(/no prompt/)
    })
  })
}

test('a WebSocket client that names itself is welcomed with its session, and one that does not is left in peace', async ({
  sharedServer,
  closing,
}) => {
  const named = closing(
    await RawSocket.open(
      sharedServer.wsUrl,
      { 'x-agent-id': 'guest', 'x-agent-namespace': 'lobby', 'x-agent-capabilities': '{"languages":["ja"]}' },
      ['mcp'],
    ),
  )
  const { params } = await named.next((message) => message.method === 'welcome')
  expect(params).toMatchObject({
    agent_id: 'guest',
    namespace: 'lobby',
    capabilities: { languages: ['ja'] },
    session_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    server_version: expect.any(String),
  })
  const unnamed = closing(await RawSocket.open(sharedServer.wsUrl))
  expect((await unnamed.request('ping')).result).toEqual({})
  expect(unnamed.messages.filter((message) => message.method !== undefined)).toEqual([])
})

test('the plain JSON-RPC methods answer without any handshake', async ({ sharedServer, closing }) => {
  const socket = closing(await RawSocket.open(`${sharedServer.wsUrl}/mcp`, { 'x-agent-id': 'plain' }))
  const created = await socket.request('create_memory', { content: 'Plain calls need no MCP.', tags: ['rpc'] })
  const memory = created.result?.['memory'] as { id: string }
  expect((await socket.request('search_memories', { query: 'plain calls' })).result).toMatchObject({
    count: 1,
    memories: [{ id: memory.id }],
  })
  expect((await socket.request('get_agent_info')).result).toMatchObject({ agent_id: 'plain', memory_count: 1 })
  expect((await socket.request('get_session_statistics', {})).result).toMatchObject({ agent_id: 'plain', requests: 3, errors: 0 })
  expect((await socket.request('create_memory', { content: '' })).error).toMatchObject({
    code: -32602,
    message: expect.stringContaining('content must not be empty'),
  })
})

test('a call that is cancelled while it waits gets no answer, and those around it get theirs', async ({ sharedServer, closing }) => {
  const socket = closing(await RawSocket.open(sharedServer.wsUrl, { 'x-agent-id': 'hasty' }))
  const search = (id: number): string =>
    JSON.stringify({
      jsonrpc: '2.0',
      id,
      method: 'tools/call',
      params: { name: 'semantic_search', arguments: { query: `question number ${id} that takes a moment` } },
    })
  for (let id = 1; id <= 100; id += 1) socket.send(search(id))
  socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 100, reason: 'no longer needed' } }))
  // In any order: a store with several connections is done with one before another that came first.
  await Promise.all(Array.from({ length: 99 }, (_, index) => socket.next((message) => message.id === index + 1)))
  expect((await socket.request('ping')).result).toEqual({})
  expect(socket.messages.map(({ id }) => id)).not.toContain(100)
})

test('a client that lost its connection resumes its session with the secret of the last one, once', async ({ sharedServer, closing }) => {
  const headers = { 'x-agent-id': 'returning', 'x-agent-capabilities': '{"colour":"blue"}' }
  const welcome = async (socket: RawSocket) =>
    (await socket.next((message) => message.method === 'welcome')).params as {
      session_id: string
      resume_token: string
      capabilities: unknown
    }
  const first = await RawSocket.open(sharedServer.wsUrl, headers)
  const before = await welcome(first)
  await first.close()
  const resuming = { 'x-agent-id': 'returning', 'x-session-resume': before.resume_token }
  const after = await welcome(closing(await RawSocket.open(sharedServer.wsUrl, resuming)))
  expect(after).toMatchObject({ session_id: before.session_id, capabilities: { colour: 'blue' } })
  const again = await welcome(closing(await RawSocket.open(sharedServer.wsUrl, resuming)))
  expect(again.session_id, 'a secret works once').not.toBe(before.session_id)
  const thief = await welcome(
    closing(await RawSocket.open(sharedServer.wsUrl, { 'x-agent-id': 'thief', 'x-session-resume': after.resume_token })),
  )
  expect(thief.session_id, 'and for its agent only').not.toBe(before.session_id)
})

async function jsonOf(client: AnyClient, uri: string): Promise<unknown> {
  const { contents } = await client.readResource({ uri })
  return JSON.parse((contents[0] as { text: string }).text) // our resources are JSON text
}
