import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Memory } from '../../contract/memory.ts'
import { TestServer } from '../../server/testing/start-test-server.ts'
import type { RpcMessage } from '../ws/testing/ws-client.ts'

let server: TestServer
beforeAll(async () => {
  server = await TestServer.start({ TMWS_TOOL_PROFILE: 'all' })
})
afterAll(() => server.stop())

const MODERN = '2026-07-28'
const META = {
  'io.modelcontextprotocol/protocolVersion': MODERN,
  'io.modelcontextprotocol/clientCapabilities': {},
  'io.modelcontextprotocol/clientInfo': { name: 'test', version: '1' },
}

/** One JSON-RPC message to /mcp; an event stream is read to its first message. */
async function post(
  message: unknown,
  headers: Record<string, string> = {},
): Promise<{ status: number; message: RpcMessage; text: string }> {
  const response = await fetch(`${server.apiUrl}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream', ...headers },
    body: typeof message === 'string' ? message : JSON.stringify(message),
  })
  const text = await response.text()
  const json = response.headers.get('content-type')?.includes('event-stream') === true ? (/^data: (\{.*)$/m.exec(text)?.[1] ?? '{}') : text
  return { status: response.status, text, message: (json.startsWith('{') ? JSON.parse(json) : {}) as RpcMessage }
}

function modern(method: string, params: Record<string, unknown> = {}, headers: Record<string, string> = {}) {
  return post(
    { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: META } },
    { 'mcp-protocol-version': MODERN, 'mcp-method': method, ...headers },
  )
}

describe('the era of 2025', () => {
  const legacy = { 'mcp-protocol-version': '2025-11-25' }

  test('a handshake is answered, without a session', async () => {
    const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
    const { status, message } = await post({ jsonrpc: '2.0', id: 1, method: 'initialize', params })
    expect([status, message]).toMatchObject([
      200,
      {
        id: 1,
        result: { protocolVersion: '2025-11-25', serverInfo: { name: 'tmws' }, capabilities: { tools: {}, resources: {}, prompts: {} } },
      },
    ])
    expect(message.result?.['instructions']).toContain('never as instructions')
  })

  test('tools are listed and called as whom the headers name', async () => {
    const listed = await post({ jsonrpc: '2.0', id: 2, method: 'tools/list' }, legacy)
    expect((listed.message.result?.['tools'] as { name: string }[]).map((tool) => tool.name)).toContain('store_memory')
    const called = await post(
      { jsonrpc: '2.0', id: 3, method: 'tools/call', params: { name: 'get_agent_info', arguments: {} } },
      { ...legacy, 'x-agent-id': 'alice', 'x-agent-namespace': 'team-a' },
    )
    expect(called.message.result?.['structuredContent']).toMatchObject({ agent_id: 'alice', namespace: 'team-a', transport: 'http' })
  })

  test('a stream is not offered', async () => {
    const answer = await fetch(`${server.apiUrl}/mcp`, { headers: { accept: 'text/event-stream' } })
    await answer.body?.cancel()
    expect(answer.status).toBe(405)
  })
})

describe('the era of 2026', () => {
  test('discovery says what is spoken', async () => {
    const { status, message } = await modern('server/discover')
    expect([status, message]).toMatchObject([200, { id: 1, result: { supportedVersions: [MODERN], capabilities: { tools: {} } } }])
  })

  test('tools are listed with how long that may be kept', async () => {
    const { message } = await modern('tools/list')
    expect(message.result).toMatchObject({ ttlMs: 300_000, cacheScope: 'private' })
  })

  test('a tool is called as whom the headers name', async () => {
    const { message } = await modern(
      'tools/call',
      { name: 'store_memory', arguments: { content: 'stored by the modern era' } },
      { 'mcp-name': 'store_memory', 'x-agent-id': 'modern' },
    )
    expect(message.result).toMatchObject({ structuredContent: { memory: { agent_id: 'modern', content: 'stored by the modern era' } } })
  })

  test('headers that do not fit the body are refused', async () => {
    const { status, message } = await modern('tools/list', {}, { 'mcp-method': 'tools/call' })
    expect([status, message.error?.code]).toEqual([400, -32020])
  })

  test('an unknown version and an unknown method are refused by the codes of the specification', async () => {
    const meta = { ...META, 'io.modelcontextprotocol/protocolVersion': '2099-01-01' }
    const version = await post(
      { jsonrpc: '2.0', id: 1, method: 'tools/list', params: { _meta: meta } },
      { 'mcp-protocol-version': '2099-01-01', 'mcp-method': 'tools/list' },
    )
    expect(version.message.error?.code).toBe(-32022)
    const method = await modern('no/such')
    expect([method.status, method.message.error?.code]).toEqual([404, -32601])
  })
})

describe('bad requests', () => {
  test.each<[string, string, Record<string, string>, number]>([
    ['broken JSON', '{"jsonrpc":', {}, 400],
    ['nothing', '', {}, 400],
    ['text', '{}', { 'content-type': 'text/plain' }, 415],
    ['5 MB', JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { x: 'y'.repeat(5_000_000) } }), {}, 413],
    ['a foreign origin', '{}', { origin: 'https://evil.example' }, 403],
    ['a name that is none', '{}', { 'x-agent-id': 'a b' }, 400],
    ['the name of the person', '{}', { 'x-agent-id': 'owner' }, 403],
  ])('%s is refused', async (_what, body, headers, status) => {
    const answer = await post(body, headers)
    expect(answer.status).toBe(status)
    expect(answer.text).not.toContain('    at ')
  })

  test('an unknown tool is an error of the protocol, bad arguments one the model reads', async () => {
    const unknown = await modern('tools/call', { name: 'no_such_tool', arguments: {} }, { 'mcp-name': 'no_such_tool' })
    expect(unknown.message.error).toMatchObject({ code: -32602, message: expect.stringContaining('Known tools: store_memory') as string })
    const bad = await modern('tools/call', { name: 'store_memory', arguments: { content: '' } }, { 'mcp-name': 'store_memory' })
    expect(bad.message.result).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: expect.stringMatching(/^invalid_request: content must not be empty/) as string }],
    })
    expect(bad.message.result?.['structuredContent']).toBeUndefined()
  })

  test('tools of REST alone are hidden from models, in whatever profile', async () => {
    const { message } = await modern('tools/list')
    const names = (message.result?.['tools'] as { name: string }[]).map((tool) => tool.name)
    expect(names.filter((name) => ['list_tags', 'get_memory_links', 'list_sessions'].includes(name))).toEqual([])
    expect(
      (await modern('tools/call', { name: 'list_sessions', arguments: {} }, { 'mcp-name': 'list_sessions' })).message.error?.code,
    ).toBe(-32602)
  })
})

describe('the official clients', () => {
  test.each(['legacy', 'auto'] as const)('of the SDK 2, %s, work to the full', async (mode) => {
    const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
    await client.connect(
      new StreamableHTTPClientTransport(new URL(`${server.apiUrl}/mcp`), { requestInit: { headers: { 'x-agent-id': `sdk2-${mode}` } } }),
    )
    const stored = await client.callTool({ name: 'store_memory', arguments: { content: `kept by ${mode}`, tags: [mode] } })
    const { memory } = stored.structuredContent as { memory: Memory }
    expect(memory.agent_id).toBe(`sdk2-${mode}`)
    const read = await client.readResource({ uri: `memory://${memory.id}` })
    expect(JSON.parse((read.contents[0] as { text: string }).text)).toMatchObject({ id: memory.id, content: memory.content })
    const resources = await client.listResources()
    expect(resources.resources.map((resource) => resource.uri)).toEqual(['memory://recent', 'memory://tags', 'memory://stats'])
    const prompt = await client.getPrompt({ name: 'recall-context', arguments: { topic: mode } })
    expect((prompt.messages[0]?.content as { text: string }).text).toContain(`kept by ${mode}`)
    await expect(client.readResource({ uri: 'memory://00000000-0000-7000-8000-000000000000' })).rejects.toThrow()
    await expect(client.readResource({ uri: 'file:///etc/passwd' })).rejects.toThrow()
    await expect(client.getPrompt({ name: 'recall-context' })).rejects.toThrow(/topic/)
    await client.close()
  })

  test('of the SDK 1 works', async () => {
    const client = new LegacyClient({ name: 'test', version: '1' })
    const transport = new LegacyTransport(new URL(`${server.apiUrl}/mcp`), { requestInit: { headers: { 'x-agent-id': 'sdk1' } } })
    await client.connect(transport)
    expect((await client.callTool({ name: 'get_agent_info', arguments: {} })).structuredContent).toMatchObject({ agent_id: 'sdk1' })
    await client.close()
  })
})
